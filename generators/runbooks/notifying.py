"""What notifies whom, and at which value: a row for each alert about the services."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.settings import Settings
from generators.alert_table import PolicyAlert
from generators.policy import SEVERITIES, policy
from generators.rules.build import build
from generators.runbooks.documented import DocumentedAlert, documented_alerts
from generators.runbooks.notifications import notified
from generators.runbooks.service_values import service_words, usual_words


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
    usual, others = usual_words(settings), service_words(settings)
    keys = dict.fromkeys((*usual, *others))
    for name, alert in watching.items():
        receivers = notified(alert)
        for key in (key for key in keys if key[0] == name):
            if words := usual.get(key):
                yield NotifyingAlert(
                    alert=name, severity=words.severity, when=words.when, notified=receivers
                )
            for each in others.get(key, ()):
                severity = each.words.severity if each.words else alert.rule.severity
                yield NotifyingAlert(
                    alert=name, severity=severity, when=each.when, notified=receivers
                )
