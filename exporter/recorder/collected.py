"""Reads a collector of any kind through collect(), and finds what changed since the last reading.

A collector that raises costs itself: what it yielded before counts, and its gauges are gone until
it answers again.
"""

from collections.abc import Iterable, Mapping
from math import isfinite, isnan, nan
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

from .counted import Counted, before, untorn
from .layout import COUNT, SUM
from .naming import MOST_SERIES, NamedFamily, Naming, RegistryReading, Values, fault

_TOTALS = ("counter", "summary", "histogram")
_LEVELS = ("gauge", "info", "stateset", "unknown")
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "counter": ("_total",),
    "summary": ("_count", "_sum"),
    "histogram": ("_bucket", "_sum"),
    "info": ("_info",),
}
_NO_NUMBER = "a number that is infinite or none"
Series = dict[Values, list[Sample]]


class Collected:
    """The metrics of one collector, and their values at the last reading."""

    def __init__(self, collector: Any, naming: Naming) -> None:  # noqa: ANN401 - has collect()
        """Read nothing yet."""
        self._collector, self._naming = collector, naming
        self._counted: dict[tuple[str, str, frozenset[tuple[str, str]]], Counted] = {}
        self._levels: dict[str, float] = {}
        self._odd: set[str] = set()
        self.above = 0  # series beyond the limit

    def read(self, found: RegistryReading) -> None:
        """Add what changed."""
        self.above = 0
        levels: dict[str, float] = {}
        try:
            for metric in self._collector.collect():
                self._take(metric, levels, found)
        except Exception as error:  # noqa: BLE001 - whatever the application's own raises
            found.faults.append(fault(type(self._collector).__name__, error))
        found.gone.update(dict.fromkeys(self._levels.keys() - levels.keys()))
        self._levels = levels

    def end(self, found: RegistryReading) -> None:
        """Add that its gauges are gone."""
        found.gone.update(dict.fromkeys(self._levels))

    def _take(self, metric: Metric, levels: dict[str, float], found: RegistryReading) -> None:
        """Add a metric; series with other label names are another shape of it."""
        if metric.samples and metric.type not in (*_TOTALS, *_LEVELS):
            text = f"{metric.name}: type {metric.type} cannot be exported"
            self._leave_out(metric.name, text, found)
            return
        by_labels: dict[Values, Series] = {}
        for sample in _samples(metric):
            own = _own(metric, sample)
            values = tuple(str(sample.labels[name]) for name in own)
            by_labels.setdefault(own, {}).setdefault(values, []).append(sample)
        left = MOST_SERIES
        for own, series in by_labels.items():
            taken = dict(list(series.items())[: max(0, left)])
            self.above += len(series) - len(taken)
            left -= len(taken)
            self._family(metric, own, taken, levels, found)

    def _family(
        self,
        metric: Metric,
        own: Values,
        series: Series,
        levels: dict[str, float],
        found: RegistryReading,
    ) -> None:
        if not series:
            return
        buckets = {_bound(s) for group in series.values() for s in group if _is_bucket(s)}
        if any(map(isnan, buckets)):
            text = f"{metric.name}: a bucket's bound is no number"
            self._leave_out(metric.name, text, found)
            return
        family = self._naming.family(
            metric.name,
            metric.type,
            documentation=metric.documentation,
            labels=own if metric.type != "stateset" else (*own, metric.name),
            bounds=buckets if metric.type == "histogram" else (),
        )
        family.announce(found)
        for values, group in series.items():
            if metric.type in _TOTALS:
                self._count(family, own, values, dict(_parts(metric.type, group)), found)
            else:
                self._set(dict(_level_fields(metric, family, values, group)), levels, found)

    def _count(
        self,
        family: NamedFamily,
        own: Values,
        values: Values,
        parts: dict[str, float],
        found: RegistryReading,
    ) -> None:
        """Add the rises of a series; one whose counts fell was reset and counts from 0.

        A series is the same whatever its buckets, and the order of its labels: only rises count
        under a new shape. Without one the old shape stays, which may know more of where events lie.
        A reading with a count that is no number says nothing of a reset: it is left out.
        """
        kind = family.shape.type
        for part, value in parts.items():
            if part != SUM and not isfinite(value):
                self._leave_out(family.field(part, values), f"{family.name}: {_NO_NUMBER}", found)
                return
        key = family.name, kind, frozenset(zip(own, values, strict=True))
        now = Counted(kind, family.shape.bounds, parts)
        known = before(self._counted.get(key), now)
        counted = dict(known)
        for part, value in untorn(known, parts).items():
            name = family.field(part, values)
            rise = value - counted.get(part, 0.0)
            if not isfinite(rise):
                self._leave_out(name, f"{family.name}: {_NO_NUMBER}", found)
            elif rise or part not in counted:
                counted[part] = value
                found.totals[name] = found.totals.get(name, 0.0) + rise
        if counted != known or not known:
            self._counted[key] = Counted(kind, family.shape.bounds, counted)

    def _set(
        self, group: Mapping[str, float], levels: dict[str, float], found: RegistryReading
    ) -> None:
        """Add levels; of a set of states all are as new as the one that changed."""
        if any(_differs(self._levels.get(name), value) for name, value in group.items()):
            found.levels.update(group)
        levels.update(group)

    def _leave_out(self, name: str, text: str, found: RegistryReading) -> None:
        if name not in self._odd:
            self._odd.add(name)
            found.dropped += 1
            found.faults.append(text)


def _samples(metric: Metric) -> list[Sample]:
    """Return the samples that make the metric: no time of creation, no quantile."""
    suffixes = _SUFFIXES.get(metric.type, ("",))
    return [s for s in metric.samples if s.name in {metric.name + suffix for suffix in suffixes}]


def _is_bucket(sample: Sample) -> bool:
    return sample.name.endswith("_bucket") and "le" in sample.labels


def _bound(sample: Sample) -> float:
    """Return a bucket's bound, whatever its spelling; nan where it is none."""
    try:
        return float(sample.labels["le"])
    except ValueError:
        return nan


def _own(metric: Metric, sample: Sample) -> Values:
    """Return the names of the labels that tell series apart."""
    inner = {"histogram": "le", "stateset": metric.name}.get(metric.type)
    return tuple(name for name in sample.labels if name != inner)


def _parts(kind: str, group: list[Sample]) -> Iterable[tuple[str, float]]:
    """Yield the parts of one series; of a histogram its sum, and the buckets that are not empty."""
    if kind == "histogram":
        yield from ((SUM, float(sample.value)) for sample in group if not _is_bucket(sample))
        group = sorted(filter(_is_bucket, group), key=_bound)
    below = 0.0
    for sample in group:
        if kind == "counter":
            yield "", float(sample.value)
        elif kind == "summary":
            yield SUM if sample.name.endswith("_sum") else COUNT, float(sample.value)
        elif sample.value > below or not isfinite(sample.value):
            text = floatToGoString(_bound(sample))  # type: ignore[no-untyped-call]
            yield text, sample.value - below
            below = sample.value


def _level_fields(
    metric: Metric, family: NamedFamily, values: Values, group: Iterable[Sample]
) -> Iterable[tuple[str, float]]:
    for sample in group:
        state = (sample.labels[metric.name],) if metric.type == "stateset" else ()
        yield family.field("", (*values, *state)), float(sample.value)


def _differs(known: float | None, value: float) -> bool:
    """Return whether a level changed; two values that are not numbers are the same."""
    return known != value and not (known is not None and isnan(known) and isnan(value))
