"""What notifies whom, and at which value: a row for each alert about the services."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from exporter.settings import Settings
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.limits import condition, lasting, number
from generators.policy import SEVERITIES, Policy, policy
from generators.rules.build import build
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
    watching = {a.name: a for a in found if isinstance(a.rule.source, PolicyAlert)}
    rows = sorted(_rows(settings, watching), key=lambda row: SEVERITIES.index(row.severity))
    return Notifying(tuple(rows), len(found) - len(watching))


def _rows(settings: Settings, watching: dict[str, DocumentedAlert]) -> Iterator[NotifyingAlert]:
    """Yield a row for each alert, each followed by the services that have another value."""
    usual = _worded(policy(settings))
    services = {name: _worded(policy(settings.of_service(name))) for name in settings.services}
    for name, alert in watching.items():
        receivers = notified(alert)
        if name in usual:
            severity, when = usual[name]
            yield NotifyingAlert(alert=name, severity=severity, when=when, notified=receivers)
        for service, values in services.items():
            severity, when = values.get(name, (alert.rule.severity, "never"))
            if values.get(name) != usual.get(name):
                yield NotifyingAlert(
                    alert=name, severity=severity, when=f"{service}: {when}", notified=receivers
                )


def _worded(held: Policy) -> dict[str, tuple[str, str]]:
    """Return the severity and the condition of each alert of a policy."""
    return {row.name: (row.severity, lasting(_when(row, held), row.for_)) for row in held.rows}


def _when(row: PolicyAlert, held: Policy) -> str:
    match row:
        case ThresholdAlert():
            return f"{row.signal.noun} {condition(row)}"
        case BurnAlert():
            promised = number(held.objective.availability * 100)
            return f"error budget of {promised}% burns {condition(row)}"
        case ExhaustedAlert():
            return condition(row).removeprefix("at ")
    assert_never(row)
