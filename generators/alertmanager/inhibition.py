"""Which alert mutes which: the more urgent of one signal the less urgent, and nothing else.

Alertmanager never records the end of an alert that ends while it is muted: no "Resolved" is sent,
and the next incident with the same labels notifies nobody until `repeat_interval` is over. So one
alert mutes another only where the muted one cannot end first. That is so where both compare one
signal, over the same windows, with thresholds of which the muted one is reached earlier, and where
both have the same `for` and `keep_firing_for`: whenever the more urgent condition is true, the less
urgent one is true as well, and they are evaluated one after the other in one group.

An alert that says that data is missing mutes nothing: what it would mute ends soon after the data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from exporter.catalog.alert_names import ACKNOWLEDGED, ESCALATES, SINCE
from exporter.catalog.expression import Direction
from exporter.settings import Settings
from generators.alert_table import ThresholdAlert
from generators.alertmanager.routes import INCIDENT, matcher
from generators.policy import ESCALATION, SEVERITIES, policy
from generators.rules.model import Alerting
from generators.rules.rows import EscalationAlert

Matchers = tuple[tuple[str, tuple[str, ...]], ...]
_Rows = Mapping[str, ThresholdAlert]  # by the alert's name


@dataclass(frozen=True, slots=True)
class Inhibition:
    """An inhibit rule: matchers as label and values, and the labels that have to agree."""

    source: Matchers
    target: Matchers
    equal: tuple[str, ...]

    def body(self) -> dict[str, Any]:
        """Return the rule as Alertmanager's configuration has it."""
        return {
            "source_matchers": [matcher(label, *values) for label, values in self.source],
            "target_matchers": [matcher(label, *values) for label, values in self.target],
            "equal": list(self.equal),
        }


def inhibitions(settings: Settings, alerts: Sequence[Alerting]) -> tuple[Inhibition, ...]:
    """Return the rules for these alerts: each that mutes another, with the ones that it mutes."""
    forms = tuple(_forms(settings))
    rows = {alert.alert: alert for alert in alerts if isinstance(alert.source, ThresholdAlert)}
    found: dict[str, list[str]] = {}
    for source, target in permutations(sorted(rows, key=lambda name: _rank(rows[name])), 2):
        if all(_ends_first(form, source, target) for form in forms):
            found.setdefault(source, []).append(target)
    return (
        *_acknowledgement(alerts),
        *(_rule(rows, source, targets) for source, targets in found.items()),
    )


def _acknowledgement(alerts: Sequence[Alerting]) -> Iterator[Inhibition]:
    """Yield what mutes an escalation; with `since` in `equal` only that of the same incident.

    An escalation that ends while it is muted hides nothing: the next one has another `since`.
    """
    own = next((rule for rule in alerts if isinstance(rule.source, EscalationAlert)), None)
    if own is not None:
        yield Inhibition(
            (("alertname", (ACKNOWLEDGED,)),),
            (("alertname", (own.alert,)), ("severity", (ESCALATION,))),
            (ESCALATES, *own.carried, SINCE),
        )


def _rank(alert: Alerting) -> int:
    return SEVERITIES.index(alert.severity)


def _forms(settings: Settings) -> Iterator[_Rows]:
    """Yield what holds for all services, and for each one that is set apart."""
    every = (settings, *(settings.of_service(name) for name in settings.services))
    for each in every:
        found = policy(each.model_copy(update={"services": {}}))
        yield {row.name: row for row in (*found.thresholds, *found.configured)}


def _ends_first(rows: _Rows, source: str, target: str) -> bool:
    """Return whether the source ends no later than the target, or one of them does not exist."""
    if source not in rows or target not in rows:
        return True
    one, other = rows[source], rows[target]
    beyond = one.threshold - other.threshold
    return (
        one.signal == other.signal
        and SEVERITIES.index(one.severity) < SEVERITIES.index(other.severity)
        and (beyond if one.signal.direction is Direction.UP else -beyond) >= 0
        # With another `for`, a restart of Prometheus can leave one of the two pending.
        and one.for_ == other.for_
    )


def _rule(rows: Mapping[str, Alerting], source: str, targets: Sequence[str]) -> Inhibition:
    (signal,) = {dict(rows[name].labels)["signal"] for name in (source, *targets)}
    carried = frozenset.intersection(*(frozenset(rows[n].carried) for n in (source, *targets)))
    return Inhibition(
        (("alertname", (source,)), ("signal", (signal,))),
        (("alertname", tuple(targets)), ("signal", (signal,))),
        _ordered(carried),
    )


def _ordered(labels: frozenset[str]) -> tuple[str, ...]:
    first = tuple(label for label in INCIDENT if label in labels)
    return (*first, *sorted(labels - set(first)))
