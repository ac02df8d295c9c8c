"""How far back a read goes. The times of points are Unix nanoseconds, and so are these."""

from dataclasses import dataclass

SECOND = 1_000_000_000  # nanoseconds


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """From a start to an end, Unix nanoseconds."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far back a read goes, in nanoseconds.

    margin    behind what is covered, in every read
    depth     behind what is covered, in this read
    lookback  before now: an outage is read so far, and a point may count so late
    """

    margin: int
    depth: int
    lookback: int
