"""What a signal is: an expression over families, its unit, direction and minimum of events."""

from dataclasses import dataclass
from enum import StrEnum

from exporter.catalog.model import Family, Reduce, Type, Unit


class Kind(StrEnum):
    """The kinds of metric that alerts and thresholds are stated for."""

    AVAILABILITY = "availability"
    ERROR_RATE = "error_rate"
    RESPONSE_TIME = "response_time"
    THROUGHPUT = "throughput"
    CACHE_HIT_RATE = "cache_hit_rate"
    DB_LAG = "db_lag"
    CPU = "cpu"
    MEMORY = "memory"


class Direction(StrEnum):
    """The direction in which a signal gets worse."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Matcher:
    """Series whose label has one of these values."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """What a counter, or a histogram's count, rises by in a window."""

    family: Family
    matchers: tuple[Matcher, ...] = ()

    @property
    def suffix(self) -> str:
        """What the counted series has after the family's name: a histogram counts beside it."""
        return "_count" if self.family.type is Type.HISTOGRAM else ""

    @property
    def series(self) -> str:
        """The name of the counted series."""
        return self.family.name + self.suffix


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per second of the time that the data covers."""

    events: Events


@dataclass(frozen=True, slots=True)
class Ratio:
    """Events by events: weighted by event, never a mean of ratios. Absent without a total."""

    part: tuple[Events, ...]
    whole: tuple[Events, ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """One less a ratio."""

    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of what a histogram saw in a window."""

    family: Family
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class MeanOf:
    """Time by count: the mean where a source keeps them as two counters."""

    total: Events
    count: Events


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of what a histogram saw in a window, within one bucket."""

    q: float
    family: Family
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A gauge, its series joined by `how`."""

    family: Family
    how: Reduce
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelRatio:
    """A gauge by another: what is used, of what there is. Absent where the limit is 0."""

    part: Level
    whole: Level


@dataclass(frozen=True, slots=True)
class Changes:
    """How often a gauge, its series summed, changed in a window."""

    level: Level


@dataclass(frozen=True, slots=True)
class Share:
    """Events of each value of a label, by all events."""

    events: Events
    by: str


Expression = (
    Events
    | Rate
    | Ratio
    | Complement
    | Mean
    | MeanOf
    | Quantile
    | Level
    | LevelRatio
    | Changes
    | Share
)


@dataclass(frozen=True, slots=True)
class MinimumEvents:
    """A signal has no value where fewer events than `count`, of all kinds, lie in the window."""

    events: tuple[Events, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A quantity that people watch.

    noun        its name in a sentence, after "the": error rate
    short       the noun in two or three words, where it has more
    direction   the direction in which it gets worse
    by          the labels it may be split by, coarse first
    """

    name: str
    noun: str
    kind: Kind | None
    unit: Unit
    direction: Direction
    help: str
    expression: Expression
    by: tuple[str, ...] = ()
    minimum_events: MinimumEvents | None = None
    short: str = ""
