"""From readings to flushes: each has a number, and every rise is in just one that is applied.

Pure bookkeeping, without Redis. The base is the last reading whose flush is applied or on its way;
a flush carries the rises since. It is sent again unchanged until its reply arrives. Applied flushes
are kept for a while, since a failover may undo them.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from .changes import RegistryReading
from .layout import Shape

MOST_KEPT = 300
MOST_KEPT_FIELDS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """What one flush carries: its number, the one before, rises, levels, shapes."""

    number: int
    before: int
    totals: Mapping[str, float]
    levels: Mapping[str, float] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    dropped: int = 0


class SendLog:
    """What one instance has sent, what is on its way, and what to send next."""

    def __init__(self, base: Mapping[str, float] | None = None) -> None:
        """Begin; `base` are totals that another instance sends, such as a fork's parent."""
        self._base = dict(base or {})
        self._levels: dict[str, float] = {}
        self._shapes: dict[str, Shape] = {}
        self._applied = 0
        self._in_flight: Flush | None = None
        self._kept: deque[Flush] = deque()
        self._kept_fields = 0
        self._dropped = 0
        self.lost = 0

    @property
    def number(self) -> int:
        """Return the number of the last flush that is known to be applied."""
        return self._applied

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of gauges that were sent."""
        return tuple(self._levels)

    def next(self, reading: RegistryReading, *, beat: bool = False) -> Flush | None:
        """Return the flush to send now: the one on its way, else the changes, else None.

        A `beat` is sent even without a change, with all gauges: it shows that the instance lives.
        """
        if self._in_flight is None:
            self._in_flight = self._change(reading, beat=beat)
        return self._in_flight

    def _change(self, reading: RegistryReading, *, beat: bool) -> Flush | None:
        rises = {
            n: v - self._base.get(n, 0.0) for n, v in reading.totals.items() if self._rose(n, v)
        }
        known = self._levels
        levels = {n: v for n, v in reading.levels.items() if beat or _differs(known.get(n), v)}
        shapes = {n: s for n, s in reading.shapes.items() if self._shapes.get(n) != s}
        dropped, self._dropped = max(0, reading.dropped - self._dropped), reading.dropped
        if not (beat or rises or levels or shapes or dropped):
            return None
        self._base.update(reading.totals)
        self._levels.update(levels)
        self._shapes.update(shapes)
        return Flush(
            number=self._applied + 1,
            before=self._applied,
            totals=rises,
            levels=levels,
            shapes=shapes,
            dropped=dropped,
        )

    def _rose(self, name: str, value: float) -> bool:
        """Return whether a field is new or has risen; one that fell was reset and counts from 0."""
        base = self._base.get(name)
        if base is not None and value < base:
            self._base[name] = 0.0
        return base is None or value != base

    def applied(self) -> None:
        """Note that the flush on its way is applied."""
        if self._in_flight is not None:
            self._applied = self._in_flight.number
            self._keep(self._in_flight)
            self._in_flight = None

    def _keep(self, flush: Flush) -> None:
        self._kept.append(flush)
        self._kept_fields += len(flush.totals)
        while len(self._kept) > MOST_KEPT or self._kept_fields > MOST_KEPT_FIELDS:
            self._kept_fields -= len(self._kept.popleft().totals)

    def rewind(self, redis_has: int, counted: int) -> None:
        """Send again the flushes after `counted`, which Redis does not have.

        `redis_has` is the number that Redis knows of this instance, `counted` the last flush whose
        rises are in its totals. Flushes that are no longer kept are lost, and `lost` counts them.
        """
        known = [*self._kept, *([self._in_flight] if self._in_flight else [])]
        missing = [flush for flush in known if flush.number > counted]
        before = missing[0].before if missing else self._applied
        self.lost += max(0, before - counted)
        totals: dict[str, float] = {}
        for flush in missing:
            for name, rise in flush.totals.items():
                totals[name] = totals.get(name, 0.0) + rise
        following = max((flush.number for flush in known), default=self._applied) + 1
        dropped = sum(flush.dropped for flush in missing)
        self._in_flight = Flush(
            number=following,
            before=redis_has,
            totals=totals,
            levels=dict(self._levels),
            shapes=dict(self._shapes),
            dropped=dropped,
        )
        self._kept = deque(flush for flush in self._kept if flush.number <= counted)
        self._kept_fields = sum(len(flush.totals) for flush in self._kept)


def _differs(known: float | None, value: float) -> bool:
    """Return whether a level changed; two values that are not numbers are the same."""
    return known != value and not (known is not None and isnan(known) and isnan(value))
