"""Which families and labels signals are worked out from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.catalog.expression import Changes, Level, Rate, Share, Signal
from exporter.catalog.walk import counts_source_time, expressions_of, leaves, split, walk

LabelNames = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountedGauge:
    """A gauge whose changes are counted, by these labels."""

    level: Level
    labels: LabelNames


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFamilies:
    """What signals read, by the names of families.

    counters  the labels that any of the signals needs of a counter or histogram
    timed     families whose rates are by source time
    gauges    families of which the last value counts
    changing  gauges whose changes are counted
    """

    counters: Mapping[str, LabelNames]
    timed: frozenset[str]
    gauges: frozenset[str]
    changing: Mapping[str, CountedGauge]


def watched_families(signals: Iterable[Signal]) -> WatchedFamilies:
    """Return what signals read."""
    counters: dict[str, dict[str, None]] = {}
    changing: dict[str, CountedGauge] = {}
    timed, gauges = set[str](), set[str]()
    for signal in signals:
        for name, labels in _counters(signal):
            counters.setdefault(name, {}).update(dict.fromkeys(labels))
        for node in walk(*expressions_of(signal)):
            if isinstance(node, Level):
                gauges.add(node.family.name)
            elif isinstance(node, Changes):
                changing[node.level.family.name] = CountedGauge(node.level, split(signal))
            elif isinstance(node, Rate) and counts_source_time(node.events.family):
                timed.add(node.events.family.name)
    return WatchedFamilies(
        counters={name: tuple(labels) for name, labels in counters.items()},
        timed=frozenset(timed),
        gauges=frozenset(gauges),
        changing=changing,
    )


def _counters(signal: Signal) -> Iterable[tuple[str, LabelNames]]:
    """Yield each counter of a signal, and the labels that are needed of it."""
    shares = (node.by for node in walk(*expressions_of(signal)) if isinstance(node, Share))
    by = (*split(signal), *shares)
    for leaf in leaves(*expressions_of(signal)):
        if not isinstance(leaf, Level):
            yield leaf.family.name, (*by, *(matcher.label for matcher in leaf.matchers))
