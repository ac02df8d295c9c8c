"""What an analysis looked at and found, as frozen data; times are Unix seconds."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from exporter.catalog.model import Unit
from exporter.prometheus.api import Labels
from generators.analysis.series_statistics import IntervalEstimate
from generators.tuning.model import TimeGrid

Result = TypeVar("Result")
MOVES = 0.3  # beyond which all of a rank correlation's interval is, where a pair moves together


@dataclass(frozen=True, slots=True)
class NotKnown:
    """What is not known of one thing within the window: for how many seconds, and why."""

    subject: str
    place: Labels
    seconds: int
    why: str


@dataclass(frozen=True, slots=True)
class Examined(Generic[Result]):
    """What one kind of analysis came to.

    series  how many it looked at
    """

    series: int
    results: tuple[Result, ...]
    not_known: tuple[NotKnown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A stretch of time outside the band.

    end       first time within the band again, or without a value; None where it goes on
    at        when it was farthest from the centre; value, centre and spread are of that time
    distance  from the centre there, in widths of the band; below 0 for a value below the centre
    fires     whether the rule's alert fires in it: on the worse side, for long enough
    """

    signal: str
    noun: str
    unit: Unit
    alert: str
    place: Labels
    start: int
    end: int | None
    seconds: int
    at: int
    distance: float
    value: float
    centre: float
    spread: float
    fires: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a level that can fill up moved.

    level      newest value
    peak       of a usual day at the window's end, which reaches the limit first
    slope      by the second, without the daily season; None where too few values are known
    seconds    until the limit, with its interval; `high` is infinite where it may never be reached;
               None where it does not grow
    rule_slope, rule_seconds  what the rule of the alert has at the end of the window
    within     the alert fires when fewer seconds are left by the rule
    """

    alert: str
    subject: str
    unit: Unit
    place: Labels
    limit: float
    level: float
    peak: float | None
    slope: IntervalEstimate | None
    seconds: IntervalEstimate | None
    rule_slope: float | None
    rule_seconds: float | None
    within: float

    @property
    def grows(self) -> bool:
        """Whether all of the slope's interval is above 0."""
        return self.slope is not None and self.slope.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMovement:
    """How a declared pair moved in one region.

    strongest  the rule's coefficient where it was greatest, and `at` when; None where it has none
    above      seconds for which it was above the rule's limit, `since` when first
    fires      whether the rule's alert fires
    rank       rank correlation of the window without the daily season; None where it is not known
    """

    pair: str
    effect: str
    cause: str
    place: Labels
    strongest: float | None
    at: int | None
    above: int
    since: int | None
    fires: bool
    rank: IntervalEstimate | None

    @property
    def moves(self) -> str:
        """How the effect moves by ranks: `with` the cause, `against` it, or empty for neither."""
        if self.rank is None:
            return ""
        return "with" if self.rank.low > MOVES else "against" if self.rank.high < -MOVES else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything of a window."""

    window: TimeGrid
    anomalies: Examined[Anomaly]
    growth: Examined[Growth]
    pairs: Examined[PairMovement]
