"""The exporter's own counters and gauges: a thread-safe table of families and their values."""

import threading
from collections.abc import Iterable, Mapping

from exporter.catalog.model import Family, Type
from exporter.exposition.samples import Part, Sample

Key = tuple[str, ...]
MOST_SERIES = 5_000


class Telemetry:
    """Own counters and gauges; every value is set or counted under a family of the catalog."""

    def __init__(self, started: float) -> None:
        """Begin; `started` is the Unix time at which counters were zero."""
        self._started = started
        self._mutex = threading.Lock()
        self._values: dict[str, tuple[Family, dict[Key, float]]] = {}
        self._made: dict[str, tuple[dict[Key, float], Part]] = {}

    def count(self, family: Family, labels: Key = (), by: float = 1) -> None:
        """Add to a counter."""
        with self._mutex:
            values = self._of(family)
            if labels in values or len(values) < MOST_SERIES:
                values[labels] = values.get(labels, 0) + by

    def set(self, family: Family, labels: Key, value: float) -> None:
        """Set a gauge, or a counter that other code counts."""
        with self._mutex:
            values = self._of(family)
            if labels in values or len(values) < MOST_SERIES:
                values[labels] = value

    def replace(self, family: Family, values: Mapping[Key, float]) -> None:
        """Set all values of a gauge at once; those it had before are gone."""
        with self._mutex:
            self._values[family.name] = (family, dict(values))

    def drop(self, family: Family) -> None:
        """Forget a family's values."""
        with self._mutex:
            self._values.pop(family.name, None)

    def value(self, family: Family, labels: Key = ()) -> float:
        """Return a value, 0 where there is none."""
        with self._mutex:
            return self._of(family).get(labels, 0)

    def sum(self, family: Family) -> float:
        """Return the sum of all values of a family."""
        with self._mutex:
            return sum(self._of(family).values())

    def parts(self, computed: Iterable[tuple[Family, Key, float]] = ()) -> tuple[Part, ...]:
        """Return all families as parts, with gauges that are computed at this moment.

        The part of a family whose values are as before is the same object.
        """
        with self._mutex:
            table = {name: (f, dict(values)) for name, (f, values) in self._values.items()}
        for family, labels, value in computed:
            table.setdefault(family.name, (family, {}))[1][labels] = value
        before = self._made
        self._made = {
            name: self._part(family, values, before.get(name))
            for name, (family, values) in table.items()
        }
        return tuple(part for _, part in self._made.values())

    def _of(self, family: Family) -> dict[Key, float]:
        return self._values.setdefault(family.name, (family, {}))[1]

    def _part(
        self, family: Family, values: dict[Key, float], before: tuple[dict[Key, float], Part] | None
    ) -> tuple[dict[Key, float], Part]:
        if before and before[0] == values and before[1].family is family:
            return before
        created = self._started if family.type is Type.COUNTER else None
        samples = (Sample(key, value, created) for key, value in sorted(values.items()))
        return values, Part(family, tuple(samples))
