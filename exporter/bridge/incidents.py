"""Incidents: an alert that fires, since when; and the alert that acknowledges it.

An incident is known from another by its alert's labels and by when its condition began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.prometheus import Beginnings
from exporter.bridge.webhook import Texts
from exporter.catalog.alert_names import (
    ACKNOWLEDGED,
    CANARY,
    CRITICAL,
    DRILL,
    ESCALATES,
    ESCALATION_ALERT,
    REPLACED,
    SINCE,
    WATCHDOG,
    since_text,
)

_NO_INCIDENT = frozenset({WATCHDOG, CANARY, DRILL, ESCALATION_ALERT, ACKNOWLEDGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringIncident:
    """An alert that fires, and when its condition began, in Unix seconds.

    since       empty where no Prometheus knows it; several where replicas disagree
    escalation  the fingerprints of the escalations that fire for it
    """

    alert: HeldAlert
    since: tuple[float, ...] = ()
    escalations: tuple[str, ...] = ()

    @property
    def is_critical(self) -> bool:
        """Whether it is escalated."""
        return self.alert.labels.get("severity") == CRITICAL


def incidents(held: Iterable[HeldAlert], beginnings: Beginnings) -> tuple[FiringIncident, ...]:
    """Return the incidents of the alerts that fire, in their order.

    Watchdog, canaries, drills, escalations and acknowledgements are none.
    """
    every = tuple(held)
    escalations: dict[frozenset[tuple[str, str]], list[str]] = {}
    for each in every:
        if each.name == ESCALATION_ALERT:
            escalations.setdefault(_subject(each.labels), []).append(each.fingerprint)
    return tuple(
        FiringIncident(
            alert=each,
            since=beginnings.of(each.labels),
            escalations=tuple(escalations.get(_subject_of_alert(each.labels), ())),
        )
        for each in every
        if each.name not in _NO_INCIDENT
    )


def _subject(labels: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return what an escalation is about: its alert's name, and the labels that it kept."""
    return frozenset((n, v) for n, v in labels.items() if n not in (*REPLACED, SINCE))


def _subject_of_alert(labels: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return _subject({**labels, ESCALATES: labels.get("alertname", "")})


def acknowledged_labels(labels: Texts, since: float) -> dict[str, str]:
    """Return the labels of `Acknowledged` for an alert and one of its beginnings.

    All that the escalation keeps of its alert is among them, so that no other one is muted,
    whichever labels the inhibit rule compares.
    """
    kept = {name: text for name, text in labels.items() if name not in REPLACED}
    own = {"alertname": ACKNOWLEDGED, ESCALATES: labels.get("alertname", "")}
    return {**kept, **own, SINCE: since_text(since)}
