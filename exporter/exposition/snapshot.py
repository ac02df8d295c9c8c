"""The immutable data between collectors and exposition: samples, parts, and the snapshot."""

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything that is served: families by name, each with its parts, and a number that grows.

    `duplicated` names families in which two parts have the same series; the first part's is served.
    """

    families: tuple[tuple[Family, tuple[Part, ...]], ...] = ()
    generation: int = 0
    duplicated: tuple[str, ...] = ()


def snapshot(parts: Iterable[Part], generation: int) -> Snapshot:
    """Group parts by family, families by name, so that each family and series appears once."""
    groups: dict[str, list[Part]] = {}
    for part in parts:
        if part.samples:
            groups.setdefault(part.family.name, []).append(part)
    families, duplicated = [], []
    for name in sorted(groups):
        whole = groups[name]
        kept = whole if len(whole) == 1 else _once(whole)
        if any(a is not b for a, b in zip(whole, kept, strict=True)):
            duplicated.append(name)
        families.append((whole[0].family, tuple(kept)))
    return Snapshot(tuple(families), generation, tuple(duplicated))


def _once(parts: list[Part]) -> list[Part]:
    """Leave out series of earlier parts; a part without duplicates stays the same object."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for part in parts:
        fresh = tuple(sample for sample in part.samples if sample.labels not in seen)
        seen.update(sample.labels for sample in fresh)
        kept.append(part if len(fresh) == len(part.samples) else Part(part.family, fresh))
    return kept
