"""Works out a signal's expression over a window, from what the exporter itself exposes.

The same as the recorded rules do in Prometheus: ratios of rises, weighted by event; rates of what
Cloud Monitoring counts by the source time that is covered; no value where there are too few events.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import assert_never

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
from exporter.catalog.labels import PROJECT
from exporter.catalog.model import Reduce
from exporter.catalog.walk import counts_source_time
from exporter.exposition.samples import Part

Key = tuple[str, ...]
Found = dict[Key, float]


@dataclass(frozen=True, slots=True)
class BucketRise:
    """What a histogram rose by: events, the sum of their values, and by bound those up to it."""

    count: float
    sum: float
    below: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class FamilyRise:
    """What the counters or histograms of one family rose by, by the values of `labels`."""

    labels: tuple[str, ...]
    values: Mapping[Key, float | BucketRise]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is known of a window of time.

    seconds  its length
    rises    by family
    covered  seconds of source time that a family's data covers, by project and family
    gauges   the parts of gauges at its end, by family
    changes  how often a gauge's sum changed, by family
    """

    seconds: float
    rises: Mapping[str, FamilyRise] = field(default_factory=dict)
    covered: Mapping[tuple[str, str], float] = field(default_factory=dict)
    gauges: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    changes: Mapping[str, FamilyRise] = field(default_factory=dict)
    # Several quantiles and means read the same histograms, whose joining costs more than the rest.
    joined: dict[object, Mapping[Key, BucketRise]] = field(default_factory=dict, compare=False)


def values(signal: Signal, window: Window, by: tuple[str, ...]) -> dict[Key, float | None]:
    """Return a signal's values by the values of `by`; None where there are too few events."""
    found: dict[Key, float | None] = {**evaluate(signal.expression, window, by)}
    minimum = signal.minimum_events
    if minimum is not None:
        events = _total(minimum.events, window, by)
        few = (key for key in found if events.get(key, 0) < minimum.count)
        found |= dict.fromkeys(few)
    return found


def evaluate(node: Expression, window: Window, by: tuple[str, ...]) -> Found:
    """Return an expression's values by the values of `by`; a share's by its own label, too."""
    match node:
        case Events() | Rate() | Share():
            return _of_events(node, window, by)
        case Ratio() | Complement():
            return _of_ratio(node, window, by)
        case Mean() | MeanOf():
            return _mean(node, window, by)
        case Quantile():
            return _quantiles(node, window, by)
        case Level() | LevelRatio() | Changes():
            return _of_levels(node, window, by)
        case _:
            assert_never(node)


def _of_events(node: Events | Rate | Share, window: Window, by: tuple[str, ...]) -> Found:
    if isinstance(node, Events):
        return _events(node, window, by)
    return _rate(node, window, by) if isinstance(node, Rate) else _share(node, window, by)


def _events(node: Events, window: Window, by: tuple[str, ...]) -> Found:
    found: Found = {}
    for key, value in _matching(window.rises.get(node.family.name), node.matchers, by):
        count = value.count if isinstance(value, BucketRise) else value
        found[key] = found.get(key, 0) + count
    return found


def _matching(
    rise: FamilyRise | None, matchers: tuple[Matcher, ...], by: tuple[str, ...]
) -> Iterator[tuple[Key, float | BucketRise]]:
    """Yield what matches, with the values of the labels that are kept."""
    if rise is None:
        return
    kept = positions(rise.labels, by)
    matched = [(rise.labels.index(m.label), m.values) for m in matchers if m.label in rise.labels]
    for labels, value in rise.values.items():
        if all(labels[at] in allowed for at, allowed in matched):
            yield picked(labels, kept), value


def positions(labels: tuple[str, ...], by: tuple[str, ...]) -> tuple[int, ...]:
    """Return where labels stand among others; -1 for one that is not there."""
    return tuple(labels.index(label) if label in labels else -1 for label in by)


def picked(labels: Key, kept: tuple[int, ...]) -> Key:
    """Return the values at these places; a label that is not there is empty."""
    return tuple(labels[at] if at >= 0 else "" for at in kept)


def _total(nodes: tuple[Events, ...], window: Window, by: tuple[str, ...]) -> Found:
    """Return the sums of several counts, where all of them have a value."""
    first, *others = [_events(node, window, by) for node in nodes]
    return {
        key: value + sum(other[key] for other in others)
        for key, value in first.items()
        if all(key in other for other in others)
    }


def _rate(node: Rate, window: Window, by: tuple[str, ...]) -> Found:
    family = node.events.family
    if not counts_source_time(family):
        events = _events(node.events, window, by)
        return {key: value / window.seconds for key, value in events.items() if window.seconds > 0}
    found: Found = {}
    for key, value in _events(node.events, window, (*by, PROJECT.name)).items():
        seconds = window.covered.get((key[-1], family.name), 0)
        if seconds > 0:
            found[key[:-1]] = found.get(key[:-1], 0) + value / seconds
    return found


def _share(node: Share, window: Window, by: tuple[str, ...]) -> Found:
    everything = _events(node.events, window, by)
    each = _events(node.events, window, (*by, node.by))
    return {
        key: value / everything[key[:-1]]
        for key, value in each.items()
        if everything.get(key[:-1], 0) > 0
    }


def _of_ratio(node: Ratio | Complement, window: Window, by: tuple[str, ...]) -> Found:
    if isinstance(node, Complement):
        return {key: 1 - value for key, value in _of_ratio(node.ratio, window, by).items()}
    part, whole = _total(node.part, window, by), _total(node.whole, window, by)
    return {key: part.get(key, 0) / value for key, value in whole.items() if value > 0}


def _mean(node: Mean | MeanOf, window: Window, by: tuple[str, ...]) -> Found:
    if isinstance(node, MeanOf):
        total, count = _events(node.total, window, by), _events(node.count, window, by)
        return {key: total[key] / n for key, n in count.items() if n > 0 and key in total}
    joined = _histograms(node, window, by)
    return {key: one.sum / one.count for key, one in joined.items() if one.count > 0}


def _histograms(
    node: Mean | Quantile, window: Window, by: tuple[str, ...]
) -> Mapping[Key, BucketRise]:
    """Return what histograms rose by, those of one place joined as `sum by (le)` does."""
    read = (node.family.name, node.matchers, by)
    if read in window.joined:
        return window.joined[read]
    found: dict[Key, BucketRise] = {}
    for key, one in _matching(window.rises.get(node.family.name), node.matchers, by):
        if isinstance(one, BucketRise):
            known = found.get(key)
            found[key] = one if known is None else _joined(known, one)
    window.joined[read] = found
    return found


def _joined(one: BucketRise, other: BucketRise) -> BucketRise:
    below = dict(one.below)
    for bound, count in other.below.items():
        below[bound] = below.get(bound, 0) + count
    return BucketRise(one.count + other.count, one.sum + other.sum, below)


def _quantiles(node: Quantile, window: Window, by: tuple[str, ...]) -> Found:
    joined = _histograms(node, window, by)
    return {key: quantile(node.q, one) for key, one in joined.items() if one.count > 0}


def quantile(q: float, rise: BucketRise) -> float:
    """Return a quantile as histogram_quantile does; of what is above all bounds, the last bound."""
    rank, reached = q * rise.count, 0.0
    edges = [*sorted(rise.below), inf]
    for low, high in pairwise([0.0, *edges]):
        # Series with other bounds may let a sum fall from one bound to the next.
        count = max(reached, rise.below.get(high, rise.count))
        if count >= rank and count > reached:
            return low if high == inf else low + (high - low) * (rank - reached) / (count - reached)
        reached = count
    return edges[-2] if len(edges) > 1 else 0.0


def _of_levels(node: Level | LevelRatio | Changes, window: Window, by: tuple[str, ...]) -> Found:
    if isinstance(node, Level):
        return levels(node, window.gauges.get(node.family.name, ()), by)
    if isinstance(node, Changes):
        return _changes(node, window, by)
    part, whole = _of_levels(node.part, window, by), _of_levels(node.whole, window, by)
    return {key: part[key] / value for key, value in whole.items() if value > 0 and key in part}


def _changes(node: Changes, window: Window, by: tuple[str, ...]) -> Found:
    found: Found = {}
    for key, value in _matching(window.changes.get(node.level.family.name), (), by):
        if not isinstance(value, BucketRise):
            found[key] = found.get(key, 0) + value
    return found


def levels(node: Level, parts: tuple[Part, ...], by: tuple[str, ...]) -> Found:
    """Return a gauge by the values of `by`, its series joined as the level says."""
    series: dict[Key, list[float]] = {}
    for part in parts:
        names = part.family.label_names
        kept = positions(names, by)
        matched = [(names.index(m.label), m.values) for m in node.matchers if m.label in names]
        for sample in part.samples:
            if isinstance(sample.value, float | int) and all(
                sample.labels[at] in allowed for at, allowed in matched
            ):
                series.setdefault(picked(sample.labels, kept), []).append(sample.value)
    return {key: _reduced(found, node.how) for key, found in series.items()}


def _reduced(found: list[float], how: Reduce) -> float:
    match how:
        case Reduce.SUM:
            return sum(found)
        case Reduce.MAX:
            return max(found)
        case Reduce.MIN:
            return min(found)
        case Reduce.MEAN:
            return sum(found) / len(found)
        case _:
            assert_never(how)
