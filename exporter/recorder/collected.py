"""Reads a collector of any kind through collect(), and finds what changed since the last reading.

A collector that raises costs itself: what it yielded before counts, and its gauges are gone until
it answers again.
"""

from collections.abc import Iterable, Mapping
from math import isfinite, isnan
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from .counted import Counted, before
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
        buckets = {s.labels["le"] for group in series.values() for s in group if _is_bucket(s)}
        if any(isnan(float(bound)) for bound in buckets):
            text = f"{metric.name}: a bucket's bound is no number"
            self._leave_out(metric.name, text, found)
            return
        family = self._naming.family(
            metric.name,
            metric.type,
            documentation=metric.documentation,
            labels=own if metric.type != "stateset" else (*own, metric.name),
            bounds=map(float, buckets) if metric.type == "histogram" else (),
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
        """
        kind = family.shape.type
        key = family.name, kind, frozenset(zip(own, values, strict=True))
        now = Counted(kind, family.shape.bounds, parts)
        known = before(self._counted.get(key), now)
        counted = dict(known)
        for part, value in parts.items():
            name = family.field(part, values)
            rise = value - counted.get(part, 0.0)
            if not isfinite(rise):
                self._leave_out(name, f"{family.name}: a number that is infinite or none", found)
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


def _own(metric: Metric, sample: Sample) -> Values:
    """Return the names of the labels that tell series apart."""
    inner = {"histogram": "le", "stateset": metric.name}.get(metric.type)
    return tuple(name for name in sample.labels if name != inner)


def _parts(kind: str, group: Iterable[Sample]) -> Iterable[tuple[str, float]]:
    """Yield the parts of one series; of a histogram its sum, and the buckets that are not empty."""
    below = 0.0
    for sample in group:
        if kind == "counter":
            yield "", float(sample.value)
        elif sample.name.endswith("_sum"):
            yield SUM, float(sample.value)
        elif kind == "summary":
            yield COUNT, float(sample.value)
        elif sample.value > below:
            yield sample.labels["le"], sample.value - below
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
