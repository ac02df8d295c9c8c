"""The parts of `notifications` on timing: what is one notification, how soon, and how often."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import text_form
from exporter.settings.types import Seconds, Section, at_least, at_most, key, part

Label = Annotated[
    str,
    text_form(r"[a-zA-Z_][a-zA-Z0-9_]*|\.\.\.", "is no label; write a name, or '...' for all"),
]


def _alone(labels: tuple[str, ...]) -> tuple[str, ...]:
    if "..." in labels and len(labels) > 1:
        raise ValueError("'...' stands for all labels; write it alone")
    if len(set(labels)) < len(labels):
        raise ValueError("names a label twice; remove one")
    return labels


Labels = Annotated[tuple[Label, ...], Field(min_length=1), AfterValidator(_alone)]


class GroupBySettings(Section):
    """Labels whose values make one notification; alerts that differ elsewhere share it."""

    slack: Labels | None = key(None, "In Slack; by default alert, project and region.")
    msteams: Labels | None = key(None, "In Microsoft Teams; by default as in Slack.")
    pagerduty: Labels | None = key(
        None, "In PagerDuty; by default team, project, region and service, whatever the alert."
    )
    email: Labels | None = key(None, "In mail; by default as in Slack.")
    webhook: Labels | None = key(None, "To the webhook; by default as in Slack.")
    sentry: Labels | None = key(None, "To the bridge; by default as in Slack.")


def _multiple(repeat: float | None, info: ValidationInfo) -> float | None:
    interval = info.data.get("group_interval")
    if repeat is not None and interval is not None and repeat < interval:
        raise ValueError("is shorter than group_interval; a repeat is sent once an interval")
    return repeat


class IntervalSettings(Section):
    """The times of one severity; a key that is left out keeps its default."""

    group_wait: Annotated[Seconds, at_most("5m")] | None = key(
        None, "How long the first notification waits for other alerts of the group."
    )
    group_interval: Annotated[Seconds, at_least("10s"), at_most("1d")] | None = key(
        None, "How long a changed group waits for its next notification."
    )
    repeat_interval: (
        Annotated[Seconds, at_least("1m"), at_most("4d"), AfterValidator(_multiple)] | None
    ) = key(None, "How long until what still fires is notified again.")


class IntervalsSettings(Section):
    """The times of each severity."""

    critical: IntervalSettings = part(IntervalSettings, "Of critical alerts.")
    high: IntervalSettings = part(IntervalSettings, "Of high alerts.")
    medium: IntervalSettings = part(IntervalSettings, "Of medium alerts.")
    low: IntervalSettings = part(IntervalSettings, "Of low alerts.")
