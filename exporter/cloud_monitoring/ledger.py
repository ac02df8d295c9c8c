"""Exactly-once counting: which points of a metric have been counted, and what they add up to.

A ledger is one metric of one project. It has a cut: a point that ends at or before it is never
counted. It has a horizon: what ends at or before it is settled. Of every source series it knows
which ends after the horizon were counted: a bitmask over whole periods, a set for ends that lie
between periods. Nothing here reads a clock, a network or a disk.
"""

from dataclasses import dataclass, field

from exporter.cloud_monitoring.totals import Total

SECOND = 1_000_000_000


@dataclass(slots=True)
class Mark:
    """Which points of one source series were counted.

    DELTA: bit n of `mask` is the period that ends at grid index floor + 1 + n; `stray` holds the
    ends between periods. CUMULATIVE: `start` and `held` are the last point's: a number,
    or a sum and bucket counts; `end` is when it was.
    """

    key: str
    total: Total
    floor: int
    mask: int = 0
    stray: set[int] = field(default_factory=set)
    start: int = 0
    end: int = 0
    held: tuple[float, ...] | None = None
    row: int | None = None
    dirty: bool = True


@dataclass(slots=True)
class Ledger:
    """The counting of one metric of one project; ends and cuts are Unix nanoseconds."""

    period: int
    cut: int
    horizon: int
    covered: int
    gap: int = 0
    first: bool = True
    marks: dict[str, Mark] = field(default_factory=dict)
    totals: dict[tuple[str, ...], Total] = field(default_factory=dict)

    @classmethod
    def begin(cls, period: int, cut: int) -> "Ledger":
        """Start counting after `cut`, floored to a whole period."""
        cut -= cut % period
        return cls(period, cut, cut, cut)

    @property
    def data_seconds(self) -> float:
        """Seconds of source time that the totals cover, gaps not included."""
        return (self.covered - self.cut - self.gap) / SECOND

    def window(self, now: int, lookback: int) -> tuple[int, int]:
        """Return the (start, end] to ask for; never empty, even where counting begins later."""
        return min(max(self.horizon, now - lookback), now - 1), now

    def total(self, labels: tuple[str, ...]) -> Total:
        """Return the total of an exported series, made at zero on first sight."""
        found = self.totals.get(labels)
        if found is None:
            found = self.totals[labels] = Total(labels, shown=self.first)
        return found

    def mark(self, key: str, labels: tuple[str, ...]) -> Mark:
        """Return the mark of a source series, made on first sight."""
        found = self.marks.get(key)
        if found is None:
            found = self.marks[key] = Mark(key, self.total(labels), self._index(self.horizon))
        return found

    def _index(self, end: int) -> int:
        return (end - self.cut) // self.period

    def open(self, mark: Mark, end: int) -> bool:
        """Say whether a DELTA point is neither counted nor settled."""
        if end <= self.horizon:
            return False
        if (end - self.cut) % self.period:
            return end not in mark.stray
        bit = self._bit(mark, end)  # which shifts the mask: it must come first
        return not mark.mask & bit

    def claim(self, mark: Mark, end: int) -> bool:
        """Mark a DELTA point as counted. Returns False where it was, or is settled."""
        if not self.open(mark, end):
            return False
        if (end - self.cut) % self.period:
            self._claim_stray(mark, end)
        else:
            bit = self._bit(mark, end)
            mark.mask |= bit
            mark.dirty = True
        return True

    def _bit(self, mark: Mark, end: int) -> int:
        self._catch_up(mark)
        return 1 << (self._index(end) - mark.floor - 1)

    def _claim_stray(self, mark: Mark, end: int) -> None:
        mark.stray = {kept for kept in mark.stray if kept > self.horizon}
        mark.stray.add(end)
        mark.dirty = True

    def _catch_up(self, mark: Mark) -> None:
        """Forget the periods that were settled since the mark was last touched."""
        floor = self._index(self.horizon)
        if floor > mark.floor:
            mark.mask >>= floor - mark.floor
            mark.floor = floor

    def settle(self, start: int, reached: int, margin: int) -> int:
        """Close a poll that read (start, …] in full and covers time up to `reached`.

        Returns the nanoseconds of source time that can no longer be read and were not.
        """
        lost = max(0, start - max(self.horizon, self.covered))
        self.gap += lost
        self.covered = max(self.covered, reached)
        floor = (self.covered - margin - self.cut) // self.period * self.period + self.cut
        self.horizon = max(self.horizon, start, floor)
        self.first = False
        return lost

    def retire(self, oldest: int, closed: frozenset[int]) -> tuple[list[Mark], list[Total]]:
        """Take out settled marks, and totals whose resource had no point since `oldest`.

        `closed` are the positions of labels with a closed set of values: totals that differ only
        there belong to one resource, and live as long as any of them does.
        """
        newest: dict[tuple[str, ...], int] = {}
        for total in self.totals.values():
            group = without(total.labels, closed)
            newest[group] = max(newest.get(group, 0), total.last)
        gone = [t for t in self.totals.values() if newest[without(t.labels, closed)] <= oldest]
        names = {id(total) for total in gone}
        marks = [m for m in self.marks.values() if self._done(m, names)]
        for mark in marks:
            del self.marks[mark.key]
        for total in gone:
            del self.totals[total.labels]
        return marks, gone

    def _done(self, mark: Mark, gone: set[int]) -> bool:
        if id(mark.total) in gone:
            return True
        if mark.held is not None:
            return False
        self._catch_up(mark)
        return not mark.mask and all(end <= self.horizon for end in mark.stray)


def without(labels: tuple[str, ...], positions: frozenset[int]) -> tuple[str, ...]:
    """Return the labels less those at `positions`."""
    return tuple(value for i, value in enumerate(labels) if i not in positions)
