"""What notifies whom, and at which value: a row for each alert about the services."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from exporter.settings import Settings
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.limits import condition, lasting
from generators.policy import SEVERITIES, policy
from generators.rules.build import build
from generators.rules.model import Alerting
from generators.runbooks.documented import DocumentedAlert, documented_alerts
from generators.runbooks.notifications import notified


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyingAlert:
    """An alert in words: when it fires, how severe it is, whom it notifies."""

    alert: str
    severity: str
    when: str
    notified: str


@dataclass(frozen=True, slots=True)
class Notifying:
    """The alerts about the services, the most severe first, and how many others there are."""

    rows: tuple[NotifyingAlert, ...]
    others: int


def notifying(settings: Settings) -> Notifying:
    """Return what the alerts of these settings are."""
    found = documented_alerts(settings, build(settings), policy(settings))
    of_services = [alert for alert in found if isinstance(alert.rule.source, PolicyAlert)]
    rows = dict.fromkeys(row for alert in of_services for row in _rows(alert))
    ranked = sorted(rows, key=lambda row: SEVERITIES.index(row.severity))
    return Notifying(tuple(ranked), len(found) - len(of_services))


def _rows(alert: DocumentedAlert) -> Iterator[NotifyingAlert]:
    """Yield a row for each value: services may have their own."""
    for rule in alert.rules:
        if isinstance(rule.source, PolicyAlert):
            yield NotifyingAlert(
                alert=alert.name,
                severity=rule.severity,
                when=lasting(_when(rule.source), rule.for_) + _owner(rule),
                notified=notified(replace(alert, rules=(rule,))),
            )


def _when(row: PolicyAlert) -> str:
    match row:
        case ThresholdAlert():
            return f"{row.signal.noun} {condition(row)}"
        case BurnAlert():
            return f"error budget burns {condition(row)}"
        case ExhaustedAlert():
            return condition(row).removeprefix("at ")
    assert_never(row)


def _owner(rule: Alerting) -> str:
    team = dict(rule.labels).get("team", "")
    return f", of team {team}" if team else ""
