"""Exactly-once counting: which points of a metric were counted, so that none counts twice.

A ledger counts one metric of one project. Points that end at or before its start never count.
Points that end at or before its watermark are settled. For each source series a mark records which
ends after the watermark were counted: a bitmask for whole periods, a set for off-grid ends. Nothing
here reads a clock, a network or a disk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from exporter.cloud_monitoring.cumulative import Held, rise
from exporter.cloud_monitoring.totals import Amount, Total

SECOND = 1_000_000_000

ReadAmount: TypeAlias = Callable[[], Amount]


class Outcome(StrEnum):
    """What became of a point."""

    COUNTED = "counted"
    REBUCKETED = "rebucketed"  # counted; some events may belong into lower buckets
    REFUSED = "refused"  # the total would no longer be a number
    BASE = "base"  # the first of a cumulative series: later points count their rise
    SEEN = "seen"  # counted before
    LATE = "late"  # its time was settled before it came
    BEFORE_START = "before_start"


@dataclass(slots=True, kw_only=True)
class Mark:
    """Which points of one source series were counted.

    DELTA: bit n of `mask` is the period that ends at grid index floor + 1 + n; `off_grid` has the
    ends between periods. CUMULATIVE: `start`, `end` and `held` are those of the last point.
    """

    key: str
    total: Total
    floor: int
    mask: int = 0
    off_grid: set[int] = field(default_factory=set)
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

    def window(self, now: int, lookback: int) -> tuple[int, int]:
        """Return the (start, end] to read; never empty, even where counting starts later."""
        return min(max(self.watermark, now - lookback), now - 1), now

    def total(self, labels: tuple[str, ...]) -> Total:
        """Return the total of an exported series, created at zero on first sight."""
        found = self.totals.get(labels)
        if found is None:
            found = self.totals[labels] = Total(labels=labels, shown=self.first)
        return found

    def mark(self, key: str, labels: tuple[str, ...]) -> Mark:
        """Return the mark of a source series, created on first sight."""
        found = self.marks.get(key)
        if found is None:
            found = self.marks[key] = Mark(
                key=key, total=self.total(labels), floor=self._index(self.watermark)
            )
        return found

    def _index(self, end: int) -> int:
        return (end - self.start) // self.period

    def add_delta(self, mark: Mark, end: int, amount: ReadAmount) -> Outcome:
        """Count a DELTA point once. `amount` is read only where the point is new.

        Where `amount` raises, the point is not marked and may be counted later.
        """
        if end <= self.watermark:
            return Outcome.LATE if end > self.start else Outcome.BEFORE_START
        off_grid = (end - self.start) % self.period != 0
        bit = 0 if off_grid else self._bit(mark, end)
        if mark.mask & bit or (off_grid and end in mark.off_grid):
            return Outcome.SEEN
        found = amount()
        # Marked before it is added: where the addition fails, the point must not count twice.
        mark.mask |= bit
        if off_grid:
            mark.off_grid = {kept for kept in mark.off_grid if kept > self.watermark} | {end}
        mark.dirty = True
        return Outcome.COUNTED if found.empty else self._add(mark.total, found, end)

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
            return Outcome.BASE
        risen, exact = rise(found, continued) if continued else (found, True)
        outcome = self._add(mark.total, risen, end)
        return outcome if exact or outcome is Outcome.REFUSED else Outcome.REBUCKETED

    def _add(self, total: Total, amount: Amount, end: int) -> Outcome:
        if not total.has_room(amount):
            return Outcome.REFUSED
        total.add_amount(amount, end)
        return Outcome.COUNTED

    def _bit(self, mark: Mark, end: int) -> int:
        # Catching up shifts the mask, so it comes before any bit is read.
        self._catch_up(mark)
        return 1 << (self._index(end) - mark.floor - 1)

    def _catch_up(self, mark: Mark) -> None:
        """Drop the periods that were settled since the last call."""
        floor = self._index(self.watermark)
        if floor > mark.floor:
            mark.mask >>= floor - mark.floor
            mark.floor = floor

    def settle(self, start: int, reached: int, margin: int) -> int:
        """Settle what a poll covers that read everything after `start`, up to `reached`.

        Returns the nanoseconds of source time before `start` that no poll has read.
        """
        lost = max(0, start - max(self.watermark, self.covered))
        self.gap += lost
        self.covered = max(self.covered, reached)
        floor = (self.covered - margin - self.start) // self.period * self.period + self.start
        # Never back: settled points are no longer in the masks and would count a second time.
        self.watermark = max(self.watermark, start, floor)
        self.first = False
        return lost

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
