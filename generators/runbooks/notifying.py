"""What notifies whom, and at which value: a row for each alert about the services."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from exporter.settings import Settings
from generators.alert_table import BurnAlert, ExhaustedAlert, Objective, PolicyAlert, ThresholdAlert
from generators.limits import condition, lasting, number
from generators.policy import SEVERITIES, Policy, policy
from generators.rules.budget_texts import promise
from generators.rules.budgets import LATENCY
from generators.rules.build import build
from generators.runbooks.documented import DocumentedAlert, documented_alerts
from generators.runbooks.notifications import notified

_Key = tuple[str, str]  # an alert's name, and which of two budgets it is about
_Worded = dict[_Key, tuple[str, str]]


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
    for key, alert in ((k, watching[k[0]]) for k in _keys((usual, *services.values()), watching)):
        receivers, name = notified(alert), alert.name
        if key in usual:
            severity, when = usual[key]
            yield NotifyingAlert(alert=name, severity=severity, when=when, notified=receivers)
        for service, values in services.items():
            nothing = "never for latency" if key[1] == LATENCY.signal else "never"
            severity, when = values.get(key, (alert.rule.severity, nothing))
            if values.get(key) != usual.get(key):
                yield NotifyingAlert(
                    alert=name, severity=severity, when=f"{service}: {when}", notified=receivers
                )


def _keys(every: Iterable[_Worded], watching: Mapping[str, DocumentedAlert]) -> Iterator[_Key]:
    """Yield what alerts differ by, in the order of the rules."""
    found = dict.fromkeys(key for each in every for key in each)
    for name in watching:
        yield from (key for key in found if key[0] == name)


def _worded(held: Policy) -> _Worded:
    """Return the severity and the condition of each alert of a policy."""
    return {_key(row): (row.severity, lasting(_when(row), row.for_)) for row in held.rows}


def _key(row: PolicyAlert) -> _Key:
    return row.name, "" if isinstance(row, ThresholdAlert) else row.objective.signal


def _budget(of: Objective) -> str:
    if of.within:
        return f"latency budget of {promise(of)}"
    return f"error budget of {number(of.share * 100)}%"


def _when(row: PolicyAlert) -> str:
    match row:
        case ThresholdAlert():
            return f"{row.signal.noun} {condition(row)}"
        case BurnAlert():
            return f"{_budget(row.objective)} burns {condition(row)}"
        case ExhaustedAlert():
            spent = condition(row).removeprefix("at ")
            return f"{spent} ({_budget(row.objective)})" if row.objective.within else spent
    assert_never(row)
