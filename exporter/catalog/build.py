"""Builds the families of the catalog: what a resource's metrics share is written once."""

from dataclasses import dataclass

from exporter.catalog.model import (
    CloudMonitoring,
    Family,
    Label,
    MetricKind,
    Reduce,
    Type,
    Unit,
    ValueType,
)

G, D, C = MetricKind.GAUGE, MetricKind.DELTA, MetricKind.CUMULATIVE
INT, DOUBLE, BOOL, DIST = (
    ValueType.INT64,
    ValueType.DOUBLE,
    ValueType.BOOL,
    ValueType.DISTRIBUTION,
)
MILLI, MICRO = 1e-3, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A monitored resource: its type, the labels to export, and those to sum over."""

    prefix: str
    type: str
    labels: tuple[tuple[Label, str], ...]
    summed: tuple[str, ...] = ()
    delay: int = 120

    def metric(self, name: str, metric: str, reads: "Reads", text: str) -> Family:
        """Return the family `name` of this resource's metric, `metric` under the prefix."""
        names = tuple((label.name, f"resource.{key}") for label, key in self.labels)
        names += tuple((label.name, f"metric.{key}") for label, key in reads.labels)
        summed = tuple(f"resource.{key}" for key in self.summed)
        summed += tuple(f"metric.{key}" for key in reads.summed)
        full = f"{self.prefix}{metric}"
        source = CloudMonitoring(
            metric=full,
            resource=self.type,
            kind=reads.kind,
            value=reads.value,
            labels=names,
            summed=summed,
            scale=reads.scale,
            reduce=reads.reduce,
            delay=self.delay,
        )
        return Family(
            name=name,
            type=type_of(reads.kind, reads.value),
            unit=reads.unit,
            help=f"{text} [{full}, {reads.kind}, read in the background]",
            labels=tuple(label for label, _ in self.labels + reads.labels),
            source=source,
            near=reads.near,
            span=reads.span,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What a metric's points are: kind, value, unit, labels to export and to sum over, scale."""

    kind: MetricKind
    value: ValueType
    unit: Unit = Unit.NONE
    labels: tuple[tuple[Label, str], ...] = ()
    summed: tuple[str, ...] = ()
    scale: float = 1.0
    reduce: Reduce = Reduce.SUM
    near: tuple[float, ...] = ()
    span: tuple[float, float] = (0.0, float("inf"))


def type_of(kind: MetricKind, value: ValueType) -> Type:
    """Return the Prometheus type for a metric's kind and type of value."""
    if kind is MetricKind.GAUGE:
        return Type.GAUGE
    return Type.HISTOGRAM if value is ValueType.DISTRIBUTION else Type.COUNTER


_SUFFIXES = (
    ("_per_second", Unit.PER_SECOND),
    ("_seconds", Unit.SECONDS),
    ("_bytes", Unit.BYTES),
    ("_ratio", Unit.RATIO),
)


def unit_of(name: str) -> Unit:
    """Return the unit that a family's name ends with."""
    bare = name.removesuffix("_total")
    return next((unit for suffix, unit in _SUFFIXES if bare.endswith(suffix)), Unit.NONE)
