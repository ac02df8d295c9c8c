"""The section of monitoring.yaml on who is notified, through which channel, and when."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from exporter.settings.addresses import MailAddress, ServerFile
from exporter.settings.bridge import BridgeSettings, same_address
from exporter.settings.channels import (
    Channel,
    EmailSettings,
    MsTeamsSettings,
    PagerDutySettings,
    SlackSettings,
    WebhookSettings,
)
from exporter.settings.digest import DigestSettings, mailed
from exporter.settings.grouping import GroupBySettings, IntervalsSettings
from exporter.settings.sentry import HeartbeatSettings, SentrySettings
from exporter.settings.times_of_day import Clock, TimeZone
from exporter.settings.types import (
    Seconds,
    Section,
    Switch,
    at_least,
    at_most,
    duration,
    inside,
    key,
    part,
)

_DAY = 24 * 60
SHORTEST_QUIET, SHORTEST_LOUD = 120, 60  # minutes


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def _long_enough(until: str, info: ValidationInfo) -> str:
    """Refuse hours in which no repeat fits, and hours between which none of them is sent."""
    if "since" not in info.data:
        return until
    quiet = (_minutes(until) - _minutes(info.data["since"])) % _DAY
    if not quiet:
        raise ValueError("is the same as from; quiet hours need a beginning and an end")
    if quiet < SHORTEST_QUIET:
        raise ValueError("is less than two hours after from; make quiet hours longer")
    if _DAY - quiet < SHORTEST_LOUD:
        raise ValueError("leaves less than an hour a day; make quiet hours shorter")
    return until


class QuietHours(Section):
    """When medium alerts wait; critical and high ones never do."""

    since: Clock = key(..., "When they begin, in quotes, such as '22:00'.", alias="from")
    to: Annotated[Clock, AfterValidator(_long_enough)] = key(
        ..., "When they end; before `from` means on the next day."
    )
    weekends: Switch = key(default=True, meaning="Whether Saturday and Sunday are quiet all day.")
    timezone: TimeZone = key("UTC", "Time zone of these times.")

    @property
    def shortest(self) -> float:
        """The seconds of the shortest stretch: the clock can be put forward within it."""
        quiet = (_minutes(self.to) - _minutes(self.since)) % _DAY
        return (quiet - 60) * 60


class EscalationSettings(Section):
    """Who is notified of a critical alert that nobody acknowledged."""

    after: Annotated[Seconds, at_least("5m"), at_most("1d")] = key(
        "30m", "Age at which a critical alert is escalated, its `for` included."
    )
    to: tuple[MailAddress, ...] = key((), "Who gets mail about escalations, through `email`.")
    channel: Channel | None = key(None, "Slack channel for escalations, through `slack`.")


def _possible(
    escalation: EscalationSettings | None, info: ValidationInfo
) -> EscalationSettings | None:
    if escalation is None:
        return None
    if escalation.to and info.data.get("email", escalation) is None:
        raise inside(("to",), "needs notifications.email, which is not there; add it")
    if escalation.channel and info.data.get("slack", escalation) is None:
        raise inside(("channel",), "needs notifications.slack, which is not there; add it")
    notified = escalation.to or escalation.channel
    if not notified and info.data.get("pagerduty", escalation) is None:
        raise inside((), "notifies nobody; add `to`, `channel` or notifications.pagerduty")
    return escalation


def _over_by_morning(intervals: IntervalsSettings, info: ValidationInfo) -> IntervalsSettings:
    """Refuse times that quiet hours can swallow: what still fires is notified after them."""
    hours, repeat = info.data.get("quiet_hours"), intervals.medium.repeat_interval
    interval = intervals.medium.group_interval
    if hours is not None and interval is not None and interval > SHORTEST_LOUD * 60:
        text = f"{duration(interval)} is too long beside quiet hours; write at most 1h"
        raise inside(("medium", "group_interval"), text)
    if hours is not None and repeat is not None and repeat >= hours.shortest:
        raise inside(
            ("medium", "repeat_interval"),
            f"{duration(repeat)} is not shorter than quiet hours with a change of the clock in "
            f"them, {duration(hours.shortest)}; write less",
        )
    return intervals


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("is not an absolute path; write one that starts with '/'")
    return path


class NotificationSettings(Section):
    """Who is notified; a channel that is left out is not used."""

    secrets_dir: Annotated[ServerFile, AfterValidator(_absolute)] = key(
        "/etc/alertmanager/secrets",
        "Folder of the secret files on Alertmanager's machine; their names start from it.",
    )
    slack: SlackSettings | None = key(None, "Critical, high and medium alerts.")
    msteams: MsTeamsSettings | None = key(
        None, "Critical, high and medium alerts; needs Alertmanager 0.28."
    )
    pagerduty: PagerDutySettings | None = key(None, "Critical alerts.")
    email: EmailSettings | None = key(None, "High alerts.")
    webhook: WebhookSettings | None = key(None, "Critical, high and medium alerts.")
    sentry: SentrySettings | None = key(None, "Low alerts.")
    bridge: Annotated[BridgeSettings | None, AfterValidator(same_address)] = key(
        None,
        "The bridge, `ionmon bridge`: it journals every alert, delivers to Sentry, and keeps "
        "acknowledgements.",
    )
    digest: Annotated[DigestSettings | None, AfterValidator(mailed)] = key(
        None, "The daily digest, which the bridge sends by mail."
    )
    heartbeat: HeartbeatSettings | None = key(None, "The alert that always fires.")
    quiet_hours: QuietHours | None = key(None, "When medium alerts wait.")
    escalation: Annotated[EscalationSettings | None, AfterValidator(_possible)] = key(
        None, "Where critical alerts go that nobody has acknowledged."
    )
    group_by: GroupBySettings = part(
        GroupBySettings, "Labels by which alerts are put into one notification, by channel."
    )
    intervals: Annotated[IntervalsSettings, AfterValidator(_over_by_morning)] = part(
        IntervalsSettings, "How soon and how often notifications are sent, by severity."
    )

    @property
    def active_bridge(self) -> BridgeSettings | None:
        """The bridge that is configured: by its section, or by that of Sentry alone."""
        if self.bridge is None and self.sentry is not None:
            return BridgeSettings(address=self.sentry.bridge)
        return self.bridge

    def secret(self, path: Path) -> Path:
        """Return where a secret file is on Alertmanager's machine."""
        return self.secrets_dir / path

    def on_server(self) -> "NotificationSettings":
        """Return them with the absolute paths of secret files on Alertmanager's machine."""
        found = {}
        for name, section in dict(self).items():
            if isinstance(section, Section):
                paths = {n: self.secret(p) for n, p in dict(section).items() if isinstance(p, Path)}
                found[name] = section.model_copy(update=paths)
        return self.model_copy(update=found)
