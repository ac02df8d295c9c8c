"""Exactly-once counting: which points of a metric were counted, so that none counts twice.

A ledger counts one metric of one project. Points that end at or before its start never count.
Points that end at or before its watermark are settled. For each source series a mark records which
ends after the watermark were counted: a bitmask for whole periods, a set for off-grid ends. Of
DELTA metrics the watermark is a day behind, so that a point of any lateness counts once. Nothing
here reads a clock, a network or a disk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from exporter.cloud_monitoring.cumulative import Held, rise
from exporter.cloud_monitoring.read_window import SECOND, Reach, ReadSpan
from exporter.cloud_monitoring.totals import Amount, Total, Unsound

KEPT = 25 * 3600 * SECOND  # the API accepts no point that is older
OFF_GRID_KEPT = 2 * 3600 * SECOND  # off-grid ends are stored one by one

ReadAmount: TypeAlias = Callable[[], Amount]


class Outcome(StrEnum):
    """What became of a point."""

    COUNTED = "counted"
    REBUCKETED = "rebucketed"  # counted; some events may belong into lower buckets
    REFUSED = "refused"  # the total would no longer be a number
    BASE = "base"  # the first of a cumulative series: later points count their rise
    SEEN = "seen"  # counted before
    LATE = "late"  # it came later than the look-back, or after its time was settled
    BEFORE_START = "before_start"


COUNTED = Outcome.COUNTED  # Python 3.11 takes a while to look a member up, and most points count


@dataclass(slots=True, kw_only=True)
class Mark:
    """Which points of one source series were counted.

    DELTA: bit n of `mask` is the period that ends at grid index floor + 1 + n, or in it, `start`
    later than its begin; `off_grid` has all other ends. CUMULATIVE: `start`, `end` and `held` are
    those of the last point.
    """

    key: str
    total: Total
    floor: int
    mask: int = 0
    off_grid: frozenset[int] = frozenset()
    start: int = 0
    end: int = 0
    held: Held | None = None
    row: int | None = None
    dirty: bool = True


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The counts of one metric of one project; all times are Unix nanoseconds."""

    period: int
    start: int
    watermark: int
    covered: int
    gap: int = 0
    first: bool = True
    # Of the last window: every read begins at `recent` or earlier; up to `oldest` all is too late.
    recent: int = field(default=0, compare=False)
    oldest: int = field(default=0, compare=False)
    marks: dict[str, Mark] = field(default_factory=dict)
    totals: dict[tuple[str, ...], Total] = field(default_factory=dict)

    @classmethod
    def begin(cls, period: int, start: int) -> "Ledger":
        """Start counting after `start`, rounded down to a whole period."""
        start -= start % period
        return cls(period=period, start=start, watermark=start, covered=start)

    @property
    def data_seconds(self) -> float:
        """Seconds of source time that the totals cover, without gaps."""
        return (self.covered - self.start - self.gap) / SECOND

    def window(self, now: ReadSpan, reach: Reach) -> tuple[int, int]:
        """Return the (start, end] to read; never empty, even where counting starts later.

        `now` is when the present is at the earliest and at the latest.
        """
        seen = min(self.covered, now.start)
        self.oldest = now.start - reach.lookback
        self.recent = max(self.watermark, seen - reach.margin, self.oldest)
        start = self.recent
        if reach.depth > reach.margin:
            deep = max(self.watermark, seen - reach.depth, now.end - KEPT)
            start = min(start, deep)
        return min(start, now.end - 1), now.end

    def total(self, labels: tuple[str, ...]) -> Total:
        """Return the total of an exported series, created at zero on first sight."""
        found = self.totals.get(labels)
        if found is None:
            found = self.totals[labels] = Total(labels=labels, shown=self.first)
        return found

    def mark(self, key: str, labels: tuple[str, ...]) -> Mark:
        """Return the mark of a source series, created on first sight.

        A series whose labels are now read from elsewhere goes on under the new ones; what it has
        counted stays under the old.
        """
        found = self.marks.get(key)
        if found is None:
            found = self.marks[key] = Mark(
                key=key, total=self.total(labels), floor=self._index(self.watermark)
            )
        elif found.total.labels != labels:
            found.total, found.dirty = self.total(labels), True
        return found

    def fits(self, *, distributions: bool, cumulative: bool) -> bool:
        """Return whether points of such a kind continue what is counted.

        A metric may be removed and made anew, as another type.
        """
        totals, marks = self.totals.values(), self.marks.values()
        if not cumulative and any(mark.held is not None for mark in marks):
            return False
        if distributions:
            return not any(total.buckets is None and total.value for total in totals)
        return all(total.buckets is None for total in totals)

    def _index(self, end: int) -> int:
        return (end - self.start) // self.period

    def add_delta(self, mark: Mark, end: int, amount: ReadAmount) -> Outcome:
        """Count a DELTA point once. `amount` is read only where the point is new.

        Raises Unsound where `amount` does. The point may still be counted later, unless it is late.
        """
        if end <= self.watermark:
            return Outcome.LATE if end > self.start else Outcome.BEFORE_START
        bit = self._bit(mark, end)
        if mark.mask & bit or (not bit and self._known(mark, end)):
            return Outcome.SEEN
        if end <= self.oldest:
            self._remember(mark, end, bit)
            return Outcome.LATE
        try:
            found = amount()
        except Unsound:
            if end <= self.recent:  # else every read that reaches it would report it
                self._remember(mark, end, bit)
            raise
        # Marked before it is added: where the addition fails, the point must not count twice.
        self._remember(mark, end, bit)
        return COUNTED if found.empty else self._add(mark.total, found, end)

    def _remember(self, mark: Mark, end: int, bit: int) -> None:
        mark.mask |= bit
        if not bit:
            floor = self._off_grid_floor()
            mark.off_grid = frozenset((*(kept for kept in mark.off_grid if kept > floor), end))
        mark.dirty = True

    def _known(self, mark: Mark, end: int) -> bool:
        """Return whether an off-grid end was counted, or is so old that nobody knows."""
        return end in mark.off_grid or end <= self._off_grid_floor()

    def _off_grid_floor(self) -> int:
        return max(self.watermark, min(self.recent, self.covered - OFF_GRID_KEPT))

    def add_cumulative(self, mark: Mark, start: int, end: int, amount: ReadAmount) -> Outcome:
        """Count what a CUMULATIVE series rose by since its last point, which has to be older.

        After the series started anew, its whole value counts. The first point of a series that
        started earlier counts nothing: its value is from before the ledger's start, or was counted
        before the series was retired. `amount` is read as in `add_delta`.
        """
        if end <= mark.end:
            return Outcome.SEEN
        found, held = amount(), mark.held
        base = held is None and start < self.watermark
        continued = held if start <= mark.start else None
        mark.start, mark.end, mark.held, mark.dirty = start, end, Held.of(found), True
        if base:
            mark.total.last = max(mark.total.last, end)
            if found.layout is not None:
                # Exposed at 0 from its base on: a histogram without buckets cannot be.
                mark.total.begin(found.layout.bounds)
            return Outcome.BASE
        risen, exact = rise(found, continued) if continued else (found, True)
        outcome = self._add(mark.total, risen, end)
        return outcome if exact or outcome is Outcome.REFUSED else Outcome.REBUCKETED

    def _add(self, total: Total, amount: Amount, end: int) -> Outcome:
        if not total.has_room(amount):
            return Outcome.REFUSED
        total.add_amount(amount, end)
        return COUNTED

    def _bit(self, mark: Mark, end: int) -> int:
        """Return the bit of an end after the watermark; 0 for an off-grid one."""
        # Catching up shifts the mask, so it comes before any bit is read.
        self._catch_up(mark)
        index, phase = divmod(end - self.start, self.period)
        if phase != mark.start:
            if mark.mask or mark.off_grid:
                return 0
            mark.start = phase  # the first end of a series says where its grid is
        # An end within a period has the bit of that period's end.
        return 1 << (index + (phase > 0) - mark.floor - 1)

    def _catch_up(self, mark: Mark) -> None:
        """Drop the periods that were settled since the last call."""
        floor = self._index(self.watermark)
        if floor > mark.floor:
            mark.mask >>= floor - mark.floor
            mark.floor = floor

    def settle(self, start: int, reached: int, kept: int) -> int:
        """Settle what a poll covers that read everything after `start`, up to `reached`.

        Points up to `kept` behind stay unsettled. Returns the nanoseconds of source time before
        `start` that no poll has read in time; what the API still has of them is too late.
        """
        lost = max(0, start - max(self.watermark, self.covered))
        self.gap += lost
        self.covered = max(self.covered, reached, start if lost else 0)
        # Never back: settled points are no longer in the masks and would count a second time.
        self.watermark = max(self.watermark, self._floor(self.covered - kept))
        self.first = False
        return lost

    def _floor(self, end: int) -> int:
        return self._index(end) * self.period + self.start

    def rewind(self, now: int) -> bool:
        """Take back what was settled beyond `now`, which only a wrong clock can have done.

        No point that ends later can have been counted. The covered seconds stay, and grow again
        from now on. Returns whether anything was taken back.
        """
        if self.covered <= now + 2 * self.period:  # counting may start a period ahead
            return False
        self.gap -= self.covered - now
        self.covered = now
        if self.watermark > now:
            self._lower(self._floor(now))
        return True

    def _lower(self, watermark: int) -> None:
        """Move the watermark back, and the start where it is later."""
        shift = max(0, self.start - watermark)
        for mark in self.marks.values():
            if mark.held is None:
                self._catch_up(mark)
                mark.mask <<= (self.watermark - watermark) // self.period
                mark.floor += (watermark - self.watermark + shift) // self.period
                mark.dirty = True
        self.watermark = watermark
        self.start -= shift
        self.gap += shift

    def retire(self, oldest: int, closed: frozenset[int]) -> tuple[list[Mark], list[Total]]:
        """Remove settled marks, and marks and totals that had no point since `oldest`.

        `closed` are the positions of labels with a closed set of values: totals that differ only
        there belong to one resource, and stay as long as one of them does.
        """
        newest: dict[tuple[str, ...], int] = {}
        for total in self.totals.values():
            group = without(total.labels, closed)
            newest[group] = max(newest.get(group, 0), total.last)
        gone = [t for t in self.totals.values() if newest[without(t.labels, closed)] <= oldest]
        names = {id(total) for total in gone}
        # Marks go with their totals: one that stayed would count into a total that is not exposed.
        marks = [m for m in self.marks.values() if self._done(m, names, oldest)]
        for mark in marks:
            del self.marks[mark.key]
        for total in gone:
            del self.totals[total.labels]
        return marks, gone

    def _done(self, mark: Mark, gone: set[int], oldest: int) -> bool:
        if id(mark.total) in gone:
            return True
        if mark.held is not None:
            # Its points are behind every window; the first of a series that comes back is a base.
            return mark.end <= oldest and mark.end < self.watermark
        self._catch_up(mark)  # else bits of settled periods would keep it
        return not mark.mask and all(end <= self.watermark for end in mark.off_grid)


def without(labels: tuple[str, ...], positions: frozenset[int]) -> tuple[str, ...]:
    """Return the labels without those at `positions`."""
    return tuple(value for i, value in enumerate(labels) if i not in positions)
