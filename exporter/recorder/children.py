"""Reads the children of prometheus_client's own metrics: at the cost of what changed.

Collecting builds a sample of each number, changed or not. Here the numbers of all children are
compared with those of the last reading, and only where one differs is a field named. Since the
child is known, and not only its labels, one that was removed and made again counts from 0, and
what a removed child counted last is not lost.
"""

from itertools import compress, count
from math import isfinite, isnan
from operator import ne
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, Summary, values
from prometheus_client.utils import floatToGoString

from .layout import COUNT, SUM
from .naming import MOST_SERIES, NamedFamily, Naming, RegistryReading, fault

_KINDS: dict[type[Any], str] = {
    Counter: "counter",
    Gauge: "gauge",
    Histogram: "histogram",
    Summary: "summary",
}
_UNREAD = object()  # a number that no reading has yet


def is_read(collector: object) -> bool:
    """Return whether a collector is one of these metrics, and nothing of it was replaced."""
    if type(collector) not in _KINDS or values.ValueClass is not values.MutexValue:
        return False
    return not {"collect", "_samples", "_multi_samples"} & vars(collector).keys()


def numbers(child: Any) -> tuple[Any, ...]:  # noqa: ANN401 - no class of prometheus_client says it
    """Return the objects with a child's numbers: of a histogram the buckets, then the sum."""
    if isinstance(child, Histogram):
        return (*child._buckets, child._sum)
    if isinstance(child, Summary):
        return child._count, child._sum
    return (child._value,)


class Children:
    """The children of one metric, and their numbers at the last reading."""

    def __init__(self, metric: Any, naming: Naming) -> None:  # noqa: ANN401 - see numbers
        """Name the metric; nothing is read yet. Raises AttributeError where it is none of these."""
        bounds = tuple(getattr(metric, "_upper_bounds", ()))
        self._metric, self._kind = metric, _KINDS[type(metric)]
        self._family: NamedFamily = naming.family(
            metric._name,
            self._kind,
            documentation=metric._documentation,
            labels=tuple(metric._labelnames),
            bounds=bounds,
        )
        self._parts: tuple[str, ...] = {
            "histogram": (*map(floatToGoString, bounds), SUM),
            "summary": (COUNT, SUM),
        }.get(self._kind, ("",))
        self._children: list[Any] = []
        self._values: list[Any] = []
        self._last: list[Any] = []
        self._names: list[str | None] = []
        self._odd: set[str] = set()
        self.above = 0  # children beyond the limit

    def read(self, found: RegistryReading) -> None:
        """Add what changed."""
        self._family.announce(found)
        children = self._present()
        self._compare(found)  # what a child that is gone counted last, too
        if children != self._children:
            self._follow(children, found)
            self._compare(found)

    def end(self, found: RegistryReading) -> None:
        """Add what the metric counted last; its gauges are gone."""
        self._compare(found)
        self._follow([], found)

    def _present(self) -> list[Any]:
        metric = self._metric
        if not metric._labelnames:
            return [metric]
        with metric._lock:
            children = list(metric._metrics.values())
        self.above = max(0, len(children) - MOST_SERIES)
        return children[:MOST_SERIES]

    def _compare(self, found: RegistryReading) -> None:
        now: list[Any] = [value._value for value in self._values]
        if self._kind == "gauge":
            self._call(now, found)
        if now != self._last:
            for index in compress(count(), map(ne, now, self._last)):
                self._change(index, now, found)
        self._last = now

    def _call(self, now: list[Any], found: RegistryReading) -> None:
        """Read gauges that have a callback; one that raises has no value, and costs only itself."""
        called = [i for i, child in enumerate(self._children) if "_child_samples" in child.__dict__]
        for index in called:
            try:
                now[index] = next(iter(self._children[index]._child_samples())).value
            except Exception as error:  # noqa: BLE001 - whatever the application's own raises
                now[index] = _UNREAD
                found.faults.append(fault(self._family.name, error))

    def _change(self, index: int, now: list[Any], found: RegistryReading) -> None:
        """Add a number that is new or differs."""
        value, last = now[index], self._last[index]
        if self._kind == "gauge":
            if value is _UNREAD:
                found.levels.pop(self._name(index), None)
                found.gone[self._name(index)] = None
            elif last is _UNREAD or not (isnan(value) and isnan(last)):
                found.gone.pop(self._name(index), None)
                found.levels[self._name(index)] = value
            return
        before = 0.0 if last is _UNREAD else last
        if last is _UNREAD and self._has_zero(index):
            found.totals.setdefault(self._name(index), 0.0)
        # Only a counter can be reset; a sum falls by observations below zero.
        rise = value if self._kind == "counter" and value < before else value - before
        if not isfinite(rise):
            now[index] = before
            self._leave_out(self._name(index), found)
        elif rise:
            found.totals[self._name(index)] = found.totals.get(self._name(index), 0.0) + rise

    def _has_zero(self, index: int) -> bool:
        """Return whether a number is a field from the start; a bucket is one when it is hit."""
        return self._kind != "histogram" or index % len(self._parts) == len(self._parts) - 1

    def _leave_out(self, name: str, found: RegistryReading) -> None:
        """Leave out a number that Redis cannot add; it is counted once."""
        if name not in self._odd:
            self._odd.add(name)
            found.dropped += 1
            found.faults.append(f"{self._family.name}: a number that is infinite or none")

    def _name(self, index: int) -> str:
        name = self._names[index]
        if name is None:
            width = len(self._parts)
            child = self._children[index // width]
            name = self._family.field(self._parts[index % width], child._labelvalues)
            self._names[index] = name
        return name

    def _follow(self, children: list[Any], found: RegistryReading) -> None:
        """Become the children that there are now; those that are left keep their numbers."""
        if children[: len(self._children)] != self._children:
            self._remove(set(map(id, children)), found)
        width, known = len(self._parts), set(map(id, self._children))
        new = [child for child in children if id(child) not in known]
        self._children.extend(new)
        for child in new:
            self._values.extend(numbers(child))
        self._last.extend([_UNREAD] * (width * len(new)))
        self._names.extend([None] * (width * len(new)))

    def _remove(self, staying: set[int], found: RegistryReading) -> None:
        """Forget children that are gone."""
        left = [index for index, child in enumerate(self._children) if id(child) in staying]
        if self._kind == "gauge":
            for index in set(range(len(self._children))).difference(left):
                found.levels.pop(self._name(index), None)
                found.gone[self._name(index)] = None
        width = len(self._parts)
        slots = [index * width + part for index in left for part in range(width)]
        self._children = [self._children[index] for index in left]
        self._values = [self._values[slot] for slot in slots]
        self._last = [self._last[slot] for slot in slots]
        self._names = [self._names[slot] for slot in slots]
