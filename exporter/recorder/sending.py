"""From readings to flushes: each has a number, and every rise is in just one that is applied.

Pure bookkeeping: nothing here talks to Redis. What was read last and is applied or on its way is
the base; a flush carries the rises since. Until its reply is there it is sent again as it is.
Flushes that were applied are kept for a while, since a failover may take them back.
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
        """Begin; `base` is what someone else has counted, as the parent of a fork."""
        self._base = dict(base or {})
        self._levels: dict[str, float] = {}
        self._shapes: dict[str, Shape] = {}
        self._applied = 0
        self._flying: Flush | None = None
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
        """Return what is to be sent now: the flush on its way, else what changed, else nothing.

        A `beat` is sent even where nothing changed, with all gauges: it says that we live.
        """
        if self._flying is None:
            self._flying = self._change(reading, beat=beat)
        return self._flying

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
        """Say whether a field is new or has risen; one that fell was reset and begins anew."""
        base = self._base.get(name)
        if base is not None and value < base:
            self._base[name] = 0.0
        return base is None or value != base

    def applied(self) -> None:
        """Note that the flush on its way is applied."""
        if self._flying is not None:
            self._applied = self._flying.number
            self._keep(self._flying)
            self._flying = None

    def _keep(self, flush: Flush) -> None:
        self._kept.append(flush)
        self._kept_fields += len(flush.totals)
        while len(self._kept) > MOST_KEPT or self._kept_fields > MOST_KEPT_FIELDS:
            self._kept_fields -= len(self._kept.popleft().totals)

    def rewind(self, redis_has: int, counted: int) -> None:
        """Take up after a reply that says otherwise: send again what came after `counted`.

        `redis_has` is the number that Redis knows of this instance, `counted` the last flush whose
        rises are in its totals. What is no longer kept is lost, and counted as flushes.
        """
        known = [*self._kept, *([self._flying] if self._flying else [])]
        missing = [flush for flush in known if flush.number > counted]
        before = missing[0].before if missing else self._applied
        self.lost += max(0, before - counted)
        totals: dict[str, float] = {}
        for flush in missing:
            for name, rise in flush.totals.items():
                totals[name] = totals.get(name, 0.0) + rise
        following = max((flush.number for flush in known), default=self._applied) + 1
        dropped = sum(flush.dropped for flush in missing)
        self._flying = Flush(
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
    """Say whether a level changed; what is not a number is the same as what was none."""
    return known != value and not (known is not None and isnan(known) and isnan(value))
