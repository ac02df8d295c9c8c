"""Acknowledgements: whether the incident of one goes on, and what is posted meanwhile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from exporter.bridge.incidents import acknowledged_labels
from exporter.bridge.webhook import Texts
from exporter.catalog.alert_names import CRITICAL

LONGEST_COMMENT = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Who acknowledged an incident, and when; times are Unix seconds.

    labels  exactly those of its alert
    since   when its condition began, by every Prometheus that knows
    at      when it was acknowledged; ended_at when its incident was over, None while it goes on
    withdrawn_by  who withdrew it, at ended_at; empty where nobody did
    """

    row: int
    fingerprint: str
    labels: Texts
    starts_at: float
    since: tuple[float, ...]
    user: str
    comment: str
    at: float
    ended_at: float | None = None
    withdrawn_by: str = ""


def goes_on(
    given: Acknowledgement, since: Iterable[float], starts_at: float | None, *, certain: bool
) -> bool | None:
    """Return whether the acknowledged incident goes on; None where that cannot be said.

    Where replicas of Prometheus disagree on its beginning, one that was acknowledged is enough.

    since      the beginnings of its alert that are known now
    starts_at  when its alert began to fire, None where no Alertmanager has it
    certain    whether every Prometheus answers, so that all beginnings are known
    """
    now = set(since)
    if now and given.since:
        if not now.isdisjoint(given.since):
            return True
        if certain:
            return False
    if starts_at is None or starts_at <= given.starts_at:
        return None if starts_at is None else True
    # A restarted Prometheus hands the same incident over with a later start.
    return False if certain or not given.since else None


def extended(given: Acknowledgement, since: Iterable[float]) -> Acknowledgement:
    """Return it with the beginnings by which other replicas have come to know the incident."""
    return replace(given, since=tuple(sorted({*given.since, *since})))


def posted(open_: Iterable[Acknowledgement]) -> tuple[Mapping[str, Any], ...]:
    """Return the alerts to post: one for each beginning of each critical incident.

    Their start and end are left out, so that Alertmanager's own clock sets them: each one ends five
    minutes (resolve_timeout) after it was posted last. What is not critical is not escalated, and
    what is posted for it could mute an alert of the same name that is.
    """
    return tuple(
        {
            "labels": acknowledged_labels(each.labels, since),
            "annotations": {
                "summary": f"Acknowledged by {each.user}",
                **({"comment": each.comment} if each.comment else {}),
            },
        }
        for each in open_
        if each.labels.get("severity") == CRITICAL
        for since in each.since
    )
