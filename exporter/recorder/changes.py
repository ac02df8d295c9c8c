"""Reads a prometheus_client registry as fields: totals, which add up, and levels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from .layout import COUNT, SUM, Shape
from .layout import field as field_name

SKIPPED = ("python_", "process_")
MOST_SERIES = 2_000
_SUFFIXES = {"counter": "_total", "info": "_info"}
_LATEST = ("info", "stateset")

Values = tuple[str, ...]


@dataclass(slots=True)
class RegistryReading:
    """Totals and levels by field, shapes by family, and how many series were above the limit."""

    totals: dict[str, float] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class RegistryReader:
    """Reads a registry.

    `constant` labels come before a metric's own; a metric's label of the same name replaces one.
    `rules` say how its gauges are joined.
    """

    registry: CollectorRegistry
    constant: Mapping[str, str]
    rules: Mapping[str, str]

    def read(self) -> RegistryReading:
        """Return all that the registry contains now."""
        found = RegistryReading()
        for metric in self.registry.collect():
            if metric.samples and not metric.name.startswith(SKIPPED):
                self._take(metric, found)
        return found

    def _take(self, metric: Metric, found: RegistryReading) -> None:
        samples = [s for s in metric.samples if s.name != f"{metric.name}_created"]
        name = metric.name + _SUFFIXES.get(metric.type, "")
        shape = self._shape(metric, samples)
        own = _own(samples)
        constant = tuple(value for name, value in self.constant.items() if name not in own)
        series = _series(samples, own)
        for values, group in islice(series.items(), MOST_SERIES):
            labels = (*constant, *values)
            if metric.type in ("counter", "summary", "histogram"):
                for part, value in _parts(metric.type, group):
                    if isfinite(value):  # Redis refuses others: the whole flush would fail
                        found.totals[field_name(name, part, labels)] = value
            else:
                found.levels[field_name(name, "", labels)] = group[0].value
        found.shapes[name] = shape
        found.dropped += max(0, len(series) - MOST_SERIES)

    def _shape(self, metric: Metric, samples: list[Sample]) -> Shape:
        own = _own(samples)
        constant = tuple(name for name in self.constant if name not in own)
        edges = {float(s.labels["le"]) for s in samples if s.name.endswith("_bucket")}
        rule = "latest" if metric.type in _LATEST else self.rules.get(metric.name, "sum")
        return Shape(
            type=metric.type,
            help=metric.documentation,
            labels=(*constant, *own),
            bounds=tuple(sorted(edges - {float("inf")})),
            rule=rule,
        )


def _own(samples: list[Sample]) -> Values:
    return tuple(name for name in samples[0].labels if name != "le")


def _series(samples: Iterable[Sample], own: Values) -> dict[Values, list[Sample]]:
    found: dict[Values, list[Sample]] = {}
    for sample in samples:
        found.setdefault(tuple(sample.labels[name] for name in own), []).append(sample)
    return found


def _parts(kind: str, group: Iterable[Sample]) -> Iterator[tuple[str, float]]:
    """Yield the parts of one series; of a histogram its sum, and the buckets that are not empty."""
    below = 0.0
    for sample in group:
        if kind == "counter":
            yield "", sample.value
        elif sample.name.endswith("_sum"):
            yield SUM, sample.value
        elif kind == "summary":
            yield COUNT, sample.value
        elif sample.name.endswith("_bucket"):
            if sample.value > below:
                yield sample.labels["le"], sample.value - below
            below = sample.value
