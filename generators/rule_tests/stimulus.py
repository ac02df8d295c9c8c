"""Input series that make an expression take a given value: the inverse of promql.render.

Counters rise by the same each minute, so that a window of any length sees the same value; gauges
stay where they are. What a window needs of its beginning and its end is nowhere of account.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from exporter.catalog.buckets import expected
from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Matcher,
    Mean,
    MeanOf,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.model import CloudMonitoring, Family, MetricKind
from exporter.catalog.own import DATA_SECONDS

MINUTES = 5  # of the window in which events are counted
USUAL_BOUNDS = tuple(0.001 * 2**i for i in range(24))
_LIMIT = 1000.0  # of what a gauge is a share of
Pairs = tuple[tuple[str, str], ...]
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class InputSeries:
    """An input series: what a counter rises by, or where a gauge is, minute after minute.

    Several `values` come one after the other, again and again.
    """

    name: str
    labels: Pairs
    values: tuple[float, ...]
    counter: bool

    @property
    def selector(self) -> str:
        """The series as promtool names it."""
        pairs = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{pairs}}}" if pairs else self.name


@dataclass(frozen=True, slots=True)
class Given:
    """What is fixed beside the value.

    events  how many there are in a window of five minutes
    labels  of all series that have such labels; any other label has a value that is made up
    bounds  buckets of histograms; left out, those that the family is expected to have
    """

    events: float
    labels: Mapping[str, str]
    bounds: tuple[float, ...] = ()

    @property
    def rise(self) -> float:
        """Events of a minute."""
        return self.events / MINUTES


def stimulus(expression: Expression, value: float, given: Given) -> tuple[InputSeries, ...]:
    """Return series that make the expression take the value. Raises ValueError where none do."""
    return tuple(_STIMULUS[type(expression)](expression, value, given))


def signal_stimulus(signal: Signal, value: float, given: Given) -> tuple[InputSeries, ...]:
    """Return the series of a signal, with those of the events that it needs enough of."""
    found = stimulus(signal.expression, value, given)
    counted = signal.minimum_events.events if signal.minimum_events else ()
    names = {series.name for series in found}
    more = [node for node in counted if node.series not in names]
    extra = (series for node in more for series in _spread(node, given.rise / len(more), given))
    return (*found, *extra)


def pairs_of(family: Family, given: Given, own: Mapping[str, str] = _NO_LABELS) -> Pairs:
    """Return a value for each label of a family: its own, the given, or one that is made up."""
    return tuple(
        (label.name, own.get(label.name) or given.labels.get(label.name) or _made_up(family, i))
        for i, label in enumerate(family.labels)
    )


def _made_up(family: Family, index: int) -> str:
    label = family.labels[index]
    return label.values[0] if label.values else made_up(label.name)


def made_up(label: str) -> str:
    """Return a value for a label whose values are free."""
    return label.replace("_", "-")


def _chosen(matchers: tuple[Matcher, ...]) -> Iterator[dict[str, str]]:
    """Yield each way of choosing a value of each matcher."""
    for values in product(*(matcher.values for matcher in matchers)):
        yield {m.label: value for m, value in zip(matchers, values, strict=True)}


def _spread(node: Events, rise: float, given: Given) -> Iterator[InputSeries]:
    """Yield counters that match a node, one for each value it matches, which share the events."""
    chosen = list(_chosen(node.matchers))
    for own in chosen:
        pairs = pairs_of(node.family, given, own)
        yield InputSeries(node.series, pairs, (rise / len(chosen),), counter=True)


def _events(node: Events, value: float, given: Given) -> Iterator[InputSeries]:
    yield from _spread(node, value / MINUTES, given)


def _rate(node: Rate, value: float, given: Given) -> Iterator[InputSeries]:
    yield from _spread(node.events, value * 60, given)
    source = node.events.family.source
    if isinstance(source, CloudMonitoring) and source.kind is not MetricKind.GAUGE:
        pairs = pairs_of(DATA_SECONDS, given, {"family": node.events.family.name})
        yield InputSeries(DATA_SECONDS.name, pairs, (60.0,), counter=True)


def _ratio(node: Ratio, value: float, given: Given) -> Iterator[InputSeries]:
    if not 0 <= value <= 1:
        raise ValueError(f"a ratio of events cannot be {value:g}")
    rest = [_rest(whole, node.part) for whole in node.whole if whole not in node.part]
    for share, nodes in ((value, list(node.part)), (1 - value, rest)):
        for each in nodes:
            yield from _spread(each, given.rise * share / len(nodes), given)


def _rest(whole: Events, parts: tuple[Events, ...]) -> Events:
    """Return events of a whole that are in none of its parts."""
    for part in (part for part in parts if part.family == whole.family):
        (matcher,) = part.matchers
        (label,) = (label for label in whole.family.labels if label.name == matcher.label)
        left = [value for value in label.values if value not in matcher.values] or ["other"]
        other = Matcher(matcher.label, (left[(len(left) - 1) // 2],))
        return Events(whole.family, (*whole.matchers, other))
    return whole


def _complement(node: Complement, value: float, given: Given) -> Iterator[InputSeries]:
    yield from _ratio(node.ratio, 1 - value, given)


def _mean(node: Mean, value: float, given: Given) -> Iterator[InputSeries]:
    for ending, rise in (("_sum", given.rise * value), ("_count", given.rise)):
        chosen = list(_chosen(node.matchers))
        for own in chosen:
            pairs = pairs_of(node.family, given, own)
            yield InputSeries(node.family.name + ending, pairs, (rise / len(chosen),), counter=True)


def _mean_of(node: MeanOf, value: float, given: Given) -> Iterator[InputSeries]:
    yield from _spread(node.total, given.rise * value, given)
    yield from _spread(node.count, given.rise, given)


def _quantile(node: Quantile, value: float, given: Given) -> Iterator[InputSeries]:
    bounds = given.bounds or expected(node.family) or USUAL_BOUNDS
    counts = _cumulated(node.q, value, given.rise, bounds)
    for own in _chosen(node.matchers):
        pairs = pairs_of(node.family, given, own)
        for le, rise in zip((*(repr(b) for b in bounds), "+Inf"), counts, strict=True):
            yield InputSeries(
                f"{node.family.name}_bucket", (*pairs, ("le", le)), (rise,), counter=True
            )


def _cumulated(q: float, value: float, rise: float, bounds: tuple[float, ...]) -> list[float]:
    """Return what each bucket rises by: as many events as fit in that of the quantile's value.

    The value lies a share of the way through its bucket; so does the quantile's rank among the
    bucket's events. All greater events are in the next bucket, so that a rank which rounding takes
    over the bucket's edge is still next to the value.
    """
    at = bisect_left(bounds, value)
    if at == len(bounds):
        raise ValueError(f"no bucket holds {value:g}; the greatest bound is {bounds[-1]:g}")
    low = bounds[at - 1] if at else 0.0
    way = (value - low) / (bounds[at] - low)
    inside = q * rise / way if at == 0 else rise * min(q, 1 - q)
    below = q * rise - way * inside
    if inside > rise:
        raise ValueError(f"{value:g} is too small; the least bound is {bounds[0]:g}")
    counts = [0.0] * at + [below + inside] + [rise] * (len(bounds) - at)
    if at:
        counts[at - 1] = below
    return counts


def _level(node: Level, value: float, given: Given) -> Iterator[InputSeries]:
    own = next(_chosen(node.matchers))
    yield InputSeries(node.family.name, pairs_of(node.family, given, own), (value,), counter=False)


def _level_ratio(node: LevelRatio, value: float, given: Given) -> Iterator[InputSeries]:
    yield from _level(node.part, value * _LIMIT, given)
    yield from _level(node.whole, _LIMIT, given)


def _changes(node: Changes, value: float, given: Given) -> Iterator[InputSeries]:
    """Yield a gauge whose steps are so often a change, of any five minutes."""
    if value not in range(MINUTES + 1):
        raise ValueError(f"a gauge that is read each minute cannot change {value:g} times")
    level, levels = 1.0, []
    for minute in range(2 * MINUTES):
        level = 3 - level if minute % MINUTES < value else level
        levels.append(level)
    (series,) = _level(node.level, 0, given)
    yield InputSeries(series.name, series.labels, tuple(levels), counter=False)


def _share(node: Share, value: float, given: Given) -> Iterator[InputSeries]:
    """Yield the events of one value of the label, and those of all others."""
    if not 0 <= value <= 1:
        raise ValueError(f"a share of events cannot be {value:g}")
    for label, share in (("one", value), ("other", 1 - value)):
        more = (*node.events.matchers, Matcher(node.by, (label,)))
        yield from _spread(Events(node.events.family, more), given.rise * share, given)


_STIMULUS: dict[type, Callable[..., Iterator[InputSeries]]] = {
    Events: _events,
    Rate: _rate,
    Ratio: _ratio,
    Complement: _complement,
    Mean: _mean,
    MeanOf: _mean_of,
    Quantile: _quantile,
    Level: _level,
    LevelRatio: _level_ratio,
    Changes: _changes,
    Share: _share,
}
