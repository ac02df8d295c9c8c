"""From readings to flushes: each has a number, and every rise is in just one that is applied.

Pure bookkeeping, without Redis. Rises wait until a flush takes them; it is sent again unchanged
until its reply arrives. A Redis that has applied number n has all rises of flushes up to n, in
every branch of its history. So flushes are kept, and a Redis that went back gets what it lacks.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from .layout import Shape
from .naming import RegistryReading

MOST_KEPT = 3_600  # flushes: an hour of them
MOST_KEPT_RISES = 1_000_000  # 16 MB; 300 flushes of 3,300 series each
MOST_GONE = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value, and the time by a monotonic clock at which it became so."""

    value: T
    at: float


Levels = Mapping[str, Dated[float]]
Shapes = Mapping[str, Dated[Shape]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """What one flush carries.

    number, before  its number, and the one that Redis must have
    totals          rises
    gone            gauges that the registry has no more
    levels, shapes  those that changed
    other_levels    those that did not: Redis may have lost them
    other_shapes    likewise
    dropped         number of series that limits left out
    is_whole        whether all gauges and shapes are in it
    again           whether its rises are those of flushes before
    """

    number: int
    before: int
    totals: Mapping[str, float]
    gone: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)
    shapes: Shapes = field(default_factory=dict)
    other_levels: Levels = field(default_factory=dict)
    other_shapes: Shapes = field(default_factory=dict)
    dropped: int = 0
    is_whole: bool = False
    again: bool = False


class _Kept(NamedTuple):
    number: int
    dropped: int
    names: tuple[str, ...]
    rises: "array[float]"


class SendLog:
    """What one instance has sent, what is on its way, and what to send next."""

    def __init__(self, levels: Levels | None = None, shapes: Shapes | None = None) -> None:
        """Begin; `levels` and `shapes` are those of a fork's parent."""
        self._rises: dict[str, float] = {}
        self._levels, self._shapes = dict(levels or {}), dict(shapes or {})
        self._new_levels, self._new_shapes = (
            dict.fromkeys(self._levels),
            dict.fromkeys(self._shapes),
        )
        self._leaving: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._dropped = 0
        self._applied = self._last = 0
        self._in_flight: Flush | None = None
        self._unanswered = False
        self._kept: deque[_Kept] = deque()
        self._kept_rises = 0
        self._oldest: dict[str, float] = {}  # rises of all flushes up to _oldest_number
        self._oldest_number = 0
        self.lost = 0

    @property
    def number(self) -> int:
        """Return the number of the last flush that is known to be applied."""
        return self._applied

    @property
    def reached(self) -> int:
        """Return the number of the last flush that may be applied."""
        flush = self._in_flight
        return flush.number if flush is not None and self._unanswered else self._applied

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of gauges that were sent and may be in Redis."""
        return (*self._levels, *self._gone)

    def child(self) -> "SendLog":
        """Return the log of a forked process: gauges and shapes are its own, too, rises are not."""
        return SendLog(self._levels, self._shapes)

    def add(self, reading: RegistryReading, now: float) -> None:
        """Take what changed since the last reading; `now` is of a monotonic clock."""
        for name, rise in reading.totals.items():
            self._rises[name] = self._rises.get(name, 0.0) + rise
        for name, value in reading.levels.items():
            self._levels[name] = Dated(value, now)
            self._new_levels[name] = None
            self._gone.pop(name, None)
            self._leaving.pop(name, None)
        for name in reading.gone:
            self._levels.pop(name, None)
            self._new_levels.pop(name, None)
            self._gone[name] = self._leaving[name] = None
        for name, shape in reading.shapes.items():
            self._shapes[name] = Dated(shape, now)
            self._new_shapes[name] = None
        self._dropped += reading.dropped

    def drop(self, number: int) -> None:
        """Count series that limits left out."""
        self._dropped += number

    def next(self, *, beat: bool = False, always: bool = False) -> Flush | None:
        """Return the flush to send now: the one on its way, else what changed, else None.

        With `always` there is one even without a change: it notices a Redis that went back. With
        `beat` there is one, too, with all gauges and shapes: Redis gets again what it lost of them.
        """
        if self._in_flight is None:
            self._in_flight = self._change(beat=beat, always=always)
        return self._in_flight

    def _change(self, *, beat: bool, always: bool) -> Flush | None:
        changed = (self._rises, self._new_levels, self._leaving, self._new_shapes, self._dropped)
        if not beat and not always and not any(changed):
            return None
        self._last += 1
        rises, self._rises = self._rises, {}
        return self._carry(
            Flush(number=self._last, before=self._applied, totals=rises, is_whole=beat)
        )

    def _carry(self, flush: Flush) -> Flush:
        """Return the flush with all that waits beside rises, which waits no longer."""
        found = Flush(
            number=flush.number,
            before=flush.before,
            totals=flush.totals,
            gone=tuple(self._gone if flush.again else self._leaving),
            levels=_some(self._levels, self._new_levels),
            shapes=_some(self._shapes, self._new_shapes),
            other_levels=_without(self._levels, self._new_levels) if flush.is_whole else {},
            other_shapes=_without(self._shapes, self._new_shapes) if flush.is_whole else {},
            dropped=self._dropped,
            is_whole=flush.is_whole,
            again=flush.again,
        )
        self._new_levels, self._new_shapes, self._leaving, self._dropped = {}, {}, {}, 0
        while len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]
        return found

    def unanswered(self) -> None:
        """Note that the flush on its way may be applied or not."""
        self._unanswered = self._in_flight is not None

    def applied(self) -> None:
        """Note that the flush on its way is applied."""
        flush, self._in_flight, self._unanswered = self._in_flight, None, False
        if flush is not None:
            self._applied = flush.number
            self._keep(flush)

    def _keep(self, flush: Flush) -> None:
        """Keep its rises; join the oldest kept ones where they are too many."""
        if not flush.again:
            rises = array("d", flush.totals.values())
            self._kept.append(_Kept(flush.number, flush.dropped, tuple(flush.totals), rises))
            self._kept_rises += len(rises)
        while len(self._kept) > 1 and (
            len(self._kept) > MOST_KEPT or self._kept_rises > MOST_KEPT_RISES
        ):
            first = self._kept.popleft()
            self._kept_rises -= len(first.rises)
            _increase(self._oldest, zip(first.names, first.rises, strict=True))
            self._oldest_number = first.number

    def rewind(self, redis_has: int, counted: int) -> None:
        """Send again the flushes after `counted`, which Redis does not have.

        `redis_has` is the number that Redis knows of this instance, `counted` the last flush whose
        rises are in its totals. Of flushes that are kept as one only in part missing, none is sent:
        `lost` counts the missing ones.
        """
        flush = self._in_flight
        if flush is not None:
            # Perhaps applied, to a Redis that forgot it; where Redis knows its number, it was.
            self.lost += counted >= flush.number > redis_has
            self._keep(flush)
            self._new_levels.update(dict.fromkeys(flush.levels.keys() & self._levels.keys()))
            self._new_shapes.update(dict.fromkeys(flush.shapes))
        missing: dict[str, float] = {}
        if counted <= 0:
            missing.update(self._oldest)
        else:
            self.lost += max(0, self._oldest_number - counted)
        for kept in self._kept:
            if kept.number > counted:
                self._dropped += kept.dropped
                _increase(missing, zip(kept.names, kept.rises, strict=True))
        self._last += 1
        self._unanswered = False
        self._in_flight = self._carry(
            Flush(number=self._last, before=redis_has, totals=missing, is_whole=True, again=True)
        )


def _increase(totals: dict[str, float], rises: Iterable[tuple[str, float]]) -> None:
    for name, rise in rises:
        totals[name] = totals.get(name, 0.0) + rise


def _some(values: Mapping[str, T], names: Mapping[str, None]) -> dict[str, T]:
    return {name: values[name] for name in names}


def _without(values: Mapping[str, T], names: Mapping[str, None]) -> dict[str, T]:
    return {name: value for name, value in values.items() if name not in names}
