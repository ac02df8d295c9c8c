"""The immutable data between collectors and exposition: samples and parts."""

from dataclasses import dataclass

from exporter.catalog.model import Family


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A traced request in a bucket: trace and span identifiers, value, Unix time in seconds."""

    trace_id: str
    span_id: str
    value: float
    time: float


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram's value.

    bounds     finite upper bounds in the base unit, ascending; length n
    counts     events in each bucket, not accumulated; length n + 1, the last is above all bounds
    sum        sum of all values, in the base unit
    exemplars  at most one for each bucket, by the bucket's index
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    sum: float
    exemplars: tuple[tuple[int, Exemplar], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One series: label values in the family's order, its value, and when its counting began."""

    labels: tuple[str, ...]
    value: float | Buckets
    created: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one poll delivers of one family; compared by identity, as its encoding is cached."""

    family: Family
    samples: tuple[Sample, ...]
