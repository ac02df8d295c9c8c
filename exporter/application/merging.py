"""From an application's state in Redis to samples: counters add up, gauges are joined by rule.

While the process lives, no exposed count falls: a failover may undo flushes, and the instances send
them again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import fmean

from exporter.application.families import Unfit, exported
from exporter.application.state import ApplicationState
from exporter.catalog.application import ACTIVE_USERS
from exporter.catalog.model import Family, Type
from exporter.exposition.snapshot import Buckets, Part, Sample
from exporter.recorder.layout import COUNT, SUM, Shape, parts

SETTLED = 1.0  # seconds after which a merged value is surely exposed
Values = tuple[str, ...]
_JOINS: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "mean": fmean,
}


@dataclass(slots=True)
class Merged:
    """The parts to expose, and what was left out and why."""

    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


class Merger:
    """Merges one application's instances, reading after reading."""

    def __init__(self, alive: float, limit: int) -> None:
        """Count an instance as living for `alive` seconds after its last flush."""
        self._alive, self._limit = alive, limit
        self.shown: dict[str, float] = {}
        self._shapes: dict[str, Shape] = {}
        self._created = float("nan")
        self._unseen: dict[tuple[str, Values], float] | None = None
        self._known: set[tuple[str, Values]] = set()
        self._families: dict[tuple[str, Shape], Family] = {}
        self._last: dict[str, Part] = {}

    def living(self, state: ApplicationState) -> dict[str, float]:
        """Return when each living instance last flushed."""
        return {i: at for i, at in state.seen.items() if state.now - at <= self._alive}

    def merge(
        self, state: ApplicationState, now: float, visited: Callable[[float], bool]
    ) -> Merged:
        """Return all parts to expose.

        A counter that appears after the first reading is exposed at zero until every scraper has
        read it: `visited` returns whether all have scraped since a time.
        """
        for name, value in state.totals.items():
            self.shown[name] = max(self.shown.get(name, 0.0), value)
        self._note_new(state, now, visited)
        merged = Merged(notes=list(state.notes))
        self._created = float(state.meta.get("created", self._created))
        self._shapes.update(state.shapes)
        added = self._added()
        levels = _levels(state, self.living(state))
        for name, shape in sorted(self._shapes.items()):
            try:
                family = self._family(name, shape)
            except Unfit as error:
                merged.notes.append(str(error))
                merged.dropped[name] = 1
                continue
            if family.type in (Type.COUNTER, Type.HISTOGRAM):
                samples = _totals(family, shape, added.get(name, ()), self._created)
            else:
                samples = _joined(family, shape, levels.get(name, {}))
            self._show(family, samples, merged)
        users = (Sample((r, window), count) for (r, window), count in state.users.items())
        self._show(ACTIVE_USERS, users, merged)
        return merged

    def _note_new(
        self, state: ApplicationState, now: float, visited: Callable[[float], bool]
    ) -> None:
        """Note new series, and forget those whose zero every scraper has read."""
        present = {(family, values) for family, _, values in map(parts, state.totals)}
        fresh = present - self._known
        self._known |= present
        if self._unseen is None:
            self._unseen = {}
            return
        self._unseen = {key: at for key, at in self._unseen.items() if not visited(at + SETTLED)}
        self._unseen.update(dict.fromkeys(fresh, now))

    def _added(self) -> dict[str, list[tuple[str, Values, float]]]:
        """Return part, label values and total of every field, by family."""
        found: dict[str, list[tuple[str, Values, float]]] = {}
        for name, value in self.shown.items():
            family, part, values = parts(name)
            zero = (family, values) in (self._unseen or ())
            found.setdefault(family, []).append((part, values, 0.0 if zero else value))
        return found

    def _family(self, name: str, shape: Shape) -> Family:
        found = self._families.get((name, shape))
        if found is None:
            found = self._families[name, shape] = exported(name, shape)
        return found

    def _show(self, family: Family, samples: Iterable[Sample], merged: Merged) -> None:
        """Add a family's samples; an unchanged part stays the same object: its text is reused."""
        found = tuple(samples)
        if len(found) > self._limit:
            merged.dropped[family.name] = len(found) - self._limit
            merged.notes.append(f"{family.name}: more than {self._limit} series")
        part = Part(family, found[: self._limit])
        last = self._last.get(family.name)
        if last is not None and last.samples == part.samples and last.family is family:
            part = last
        self._last[family.name] = part
        merged.parts.append(part)


def _order(family: Family, shape: Shape) -> Callable[[Values], Values]:
    """Return a function that reorders values from the shape's labels to the family's."""
    indices = [shape.labels.index(name) for name in family.label_names]
    return lambda values: tuple(values[index] for index in indices)


def _totals(
    family: Family,
    shape: Shape,
    fields: Iterable[tuple[str, Values, float]],
    created: float,
) -> Iterator[Sample]:
    order = _order(family, shape)
    fitting = [f for f in fields if len(f[1]) == len(shape.labels)]
    if family.type is Type.COUNTER:
        for _, values, value in fitting:
            yield Sample(order(values), _whole(value), created)
        return
    series: dict[Values, dict[str, float]] = {}
    for part, values, value in fitting:
        series.setdefault(values, {})[part] = value
    for values, counts_by_part in series.items():
        yield Sample(order(values), _buckets(shape, counts_by_part), created)


def _buckets(shape: Shape, counts_by_part: Mapping[str, float]) -> Buckets:
    """Return a histogram; bounds of an older version of the application stay."""
    counts = {float(part): int(n) for part, n in counts_by_part.items() if part not in (SUM, COUNT)}
    counts[float("inf")] = counts.get(float("inf"), 0) + int(counts_by_part.get(COUNT, 0))
    bounds = tuple(sorted({*shape.bounds, *counts} - {float("inf")}))
    every = tuple(counts.get(bound, 0) for bound in (*bounds, float("inf")))
    return Buckets(bounds, every, counts_by_part.get(SUM, 0.0))


def _whole(value: float) -> float:
    """Return whole numbers as such, so that they are exposed as people write them."""
    return int(value) if value.is_integer() else value


def _levels(
    state: ApplicationState, living: Mapping[str, float]
) -> dict[str, dict[Values, list[tuple[float, float]]]]:
    """Return, by family and labels, each living instance's last flush and its gauge's value."""
    found: dict[str, dict[Values, list[tuple[float, float]]]] = {}
    for (instance, name), value in state.gauges.items():
        if instance in living:
            family, _, values = parts(name)
            series = found.setdefault(family, {})
            series.setdefault(values, []).append((living[instance], value))
    return found


def _joined(
    family: Family, shape: Shape, series: Mapping[Values, list[tuple[float, float]]]
) -> Iterator[Sample]:
    order = _order(family, shape)
    for values, found in series.items():
        if len(values) != len(shape.labels):
            continue
        if shape.rule in _JOINS:
            value = _JOINS[shape.rule]([number for _, number in found])
        else:
            value = max(found)[1]
        yield Sample(order(values), value)
