"""Which alert mutes which: the more urgent the less urgent, and lost data what is built on it.

Labels of `equal` that both sides lack count as equal, so that only labels that both sides carry
are named. No alert matches both sides of a rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generators.alertmanager.routes import INCIDENT, matcher
from generators.policy import SEVERITIES
from generators.rules.model import Alerting

UNTRUSTED = ("ExporterDown", "DataStale")  # either means: no data, or old data
DEPENDENT = ("threshold", "slo", "anomaly", "trend", "correlation")  # categories built on data
_LOCATION = frozenset(INCIDENT[2:])
Matchers = tuple[tuple[str, tuple[str, ...]], ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Alerts that one set of matchers takes: of a name, signal and severity."""

    name: str
    signal: str
    severity: str
    category: str
    carried: frozenset[str]  # by each of them

    @property
    def rank(self) -> int:
        """How urgent it is, 0 the most."""
        return SEVERITIES.index(self.severity)


def inhibitions(alerts: Sequence[Alerting]) -> tuple[Inhibition, ...]:
    """Return the rules for these alerts."""
    kinds = _kinds(alerts)
    sources = [kind for kind in kinds if kind.name in UNTRUSTED]
    dependent = [kind for kind in kinds if kind.category in DEPENDENT]
    signals = [kind for kind in dependent if kind.signal]
    found = [_mutes(source, dependent) for source in sources]
    found += [_mutes(k, [t for t in signals if t.signal == k.signal], 1) for k in signals]
    return tuple(rule for rules in found for rule in rules)


def _kinds(alerts: Sequence[Alerting]) -> list[_Kind]:
    """Return the kinds in the order of their urgency; alerts without a severity are none."""
    found = []
    for alert in alerts:
        labels = dict(alert.labels)
        if labels.get("severity") in SEVERITIES:
            signal, category = labels.get("signal", ""), labels.get("category", "")
            carried = _carried(alerts, alert.alert)
            found.append(
                _Kind(
                    name=alert.alert,
                    signal=signal,
                    severity=alert.severity,
                    category=category,
                    carried=carried,
                )
            )
    return sorted(dict.fromkeys(found), key=lambda kind: kind.rank)


def _carried(alerts: Iterable[Alerting], name: str) -> frozenset[str]:
    """Return the labels that every alert of a name carries: a rule's matchers take them all."""
    return frozenset.intersection(*(frozenset(a.carried) for a in alerts if a.alert == name))


def _mutes(source: _Kind, targets: Iterable[_Kind], less: int = 0) -> Iterator[Inhibition]:
    """Yield a rule for each set of labels in common.

    A target is less urgent by `less` steps at least: what is muted is notified as loudly.
    """
    groups: dict[tuple[str, ...], list[_Kind]] = {}
    for target in targets:
        shared = source.carried & target.carried
        # Without a label in common, an alert of one region would mute those of all others.
        elsewhere = source.carried & _LOCATION and not shared
        if target.rank >= source.rank + less and target.name != source.name and not elsewhere:
            groups.setdefault(_ordered(shared), []).append(target)
    for equal, group in groups.items():
        yield Inhibition(_matchers([source]), _matchers(group), equal)


def _ordered(labels: frozenset[str]) -> tuple[str, ...]:
    first = tuple(label for label in INCIDENT if label in labels)
    return (*first, *sorted(labels - set(first)))


def _matchers(kinds: Sequence[_Kind]) -> Matchers:
    """Return what takes exactly these alerts: their names, and the signal where they share it."""
    names = tuple(dict.fromkeys(kind.name for kind in kinds))
    signals = {kind.signal for kind in kinds}
    found: Matchers = (("alertname", names),)
    return (*found, ("signal", (kinds[0].signal,))) if len(signals) == 1 and all(signals) else found
