"""The series of one exported family: which marks each is the sum of, and its value.

Label values get to names through the schema's own labels; an empty value is an absent label. So
equal label sets of two versions are one series, whatever the order of their labels.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from exporter.application.families import Joined, SchemaKey
from exporter.application.marks import CountMark
from exporter.catalog.model import Family, Type
from exporter.exposition.label_values import clean
from exporter.exposition.samples import Buckets, Sample
from exporter.recorder.layout import COUNT, SUM, Shape

Values = tuple[str, ...]
Pairs = tuple[tuple[str, str], ...]
_OF_SUM = -1


class Unnamed(Exception):
    """A field that has another number of label values than its schema has labels."""


def order(family: Family, shape: Shape) -> "Order":
    """Return how a schema's label values get into the family's order."""
    names = family.label_names
    return Order(len(names), tuple(names.index(name) for name in shape.labels))


@dataclass(frozen=True, slots=True)
class Order:
    """Places label values by the index that each has in the family."""

    length: int
    indices: tuple[int, ...]

    def __call__(self, values: Values) -> Values:
        """Return the values in the family's order. Raises Unnamed where their number differs."""
        if len(values) != len(self.indices):
            raise Unnamed
        placed = [""] * self.length
        for index, value in zip(self.indices, values, strict=True):
            placed[index] = clean(value)
        return tuple(placed)


@dataclass(slots=True, eq=False)
class Series:
    """One series: its marks, each with the index of its bucket; -1 for a sum."""

    labels: Values
    marks: list[tuple[int, CountMark]] = field(default_factory=list)
    _pairs: Pairs | None = None

    def risen(self) -> float:
        """Return the Unix time when it last rose."""
        return max(mark.risen for _, mark in self.marks)

    def pairs(self, family: Family) -> Pairs:
        """Return its labels by name, which identify it whatever labels the family gets later."""
        if self._pairs is None:
            named = zip(family.label_names, self.labels, strict=True)
            self._pairs = tuple(sorted(pair for pair in named if pair[1]))
        return self._pairs


class FamilySeries:
    """The series of a counter or a histogram, over all versions of the application."""

    def __init__(self, joined: Joined, marks: Mapping[SchemaKey, Sequence[CountMark]]) -> None:
        """Sort the marks of all schemas into series."""
        self.joined, self.family = joined, joined.family
        self.series: dict[Values, Series] = {}
        self.unnamed: set[str] = set()
        self.cleaned = 0
        self.counted = frozenset(key for key in joined.schemas if has_counts(marks.get(key, ())))
        self.bounds = self._bounds()
        self._orders = {
            key: order(self.family, schema.shape) for key, schema in joined.schemas.items()
        }
        for key in joined.schemas:
            self.extend(marks.get(key, ()))

    @property
    def lost_bounds(self) -> bool:
        """Return whether versions have bounds, but none in common."""
        schemas = self.joined.schemas
        return not self.bounds and any(schemas[key].shape.bounds for key in self.counted)

    def extend(self, marks: Iterable[CountMark]) -> None:
        """Add marks that are new."""
        for mark in marks:
            try:
                labels = self._orders[mark.schema](mark.field.values)
                index = self._index(mark.field.part)
            except (Unnamed, ValueError):
                self.unnamed.add(mark.name)
                continue
            found = self.series.get(labels)
            if found is None:
                found = self.series[labels] = Series(labels)
                self.cleaned += is_cleaned(mark.field.values)
            found.marks.append((index, mark))

    def sample(self, series: Series, created: float | None, *, zero: bool) -> Sample:
        """Return the sum of a series' marks, or zero."""
        if self.family.type is Type.COUNTER:
            # Exact whatever the order: two exporters show the same.
            total = 0.0 if zero else fsum(mark.value for _, mark in series.marks)
            return Sample(series.labels, _whole(total), created)
        counts = [0.0] * (len(self.bounds) + 1)
        sums = []
        for index, mark in () if zero else series.marks:
            if index == _OF_SUM:
                sums.append(mark.value)
            else:
                counts[index] += mark.value
        buckets = Buckets(self.bounds, tuple(round(count) for count in counts), fsum(sums))
        return Sample(series.labels, buckets, created)

    def _bounds(self) -> tuple[float, ...]:
        """Return the bounds that all schemas with counts share: counts at these are exact."""
        schemas = self.joined.schemas
        counting = [schemas[key].shape for key in self.counted] or [self.joined.shape]
        shared = set(counting[0].bounds).intersection(*(shape.bounds for shape in counting[1:]))
        return tuple(sorted(shared))

    def _index(self, part: str) -> int:
        """Return the bucket of a part: that of the next joint bound at or above its own."""
        if self.family.type is Type.COUNTER:
            if part:
                raise ValueError(part)
            return 0
        if part == SUM:
            return _OF_SUM
        return len(self.bounds) if part == COUNT else bisect_left(self.bounds, float(part))


def is_cleaned(values: Values) -> bool:
    """Return whether label values cannot be exposed as they are."""
    return any(clean(value) != value for value in values)


def has_counts(marks: Iterable[CountMark]) -> bool:
    """Return whether anything was counted."""
    return any(mark.value for mark in marks)


def newest_first(series: Iterable[Series], exposed: Collection[Values]) -> list[Series]:
    """Return series in the order in which a limit keeps them: those that rose last first.

    Of those that rose together, the exposed ones: a set of equally busy series stays the same.
    """
    return sorted(series, key=lambda s: (-s.risen(), s.labels not in exposed, s.labels))


def _whole(value: float) -> float:
    """Return whole numbers as such, so that they are exposed as people write them."""
    return int(value) if value.is_integer() else value
