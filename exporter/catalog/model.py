"""What a family, a label, a source and a signal are: frozen data, standard library only."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Type(StrEnum):
    """The Prometheus type of a family."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


class Unit(Enum):
    """A base unit: the suffix it gives a name, and Grafana's identifier for it."""

    NONE = ("", "short")
    SECONDS = ("seconds", "s")
    BYTES = ("bytes", "bytes")
    RATIO = ("ratio", "percentunit")
    PER_SECOND = ("per_second", "reqps")
    DOLLARS = ("dollars", "currencyUSD")
    VOLUME_SECONDS = ("byte_seconds", "short")

    def __init__(self, suffix: str, grafana: str) -> None:
        """Unpack the two names."""
        self.suffix = suffix
        self.grafana = grafana


class MetricKind(StrEnum):
    """What a Cloud Monitoring point means: google.api.MetricDescriptor.MetricKind."""

    GAUGE = "GAUGE"
    DELTA = "DELTA"
    CUMULATIVE = "CUMULATIVE"


class ValueType(StrEnum):
    """The type of a Cloud Monitoring point's value: google.api.MetricDescriptor.ValueType."""

    BOOL = "BOOL"
    INT64 = "INT64"
    DOUBLE = "DOUBLE"
    STRING = "STRING"
    DISTRIBUTION = "DISTRIBUTION"
    MONEY = "MONEY"


class Reduce(StrEnum):
    """How gauges that differ only in a label that is left out become one."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Label:
    """A label's name, its meaning, and its values where the set is closed."""

    name: str
    meaning: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMonitoring:
    """A Cloud Monitoring metric on one monitored resource.

    `labels` pairs an exported label with where it is read, "resource.location" or "metric.state".
    `summed` names the source labels that are left out on purpose; a label in neither is new and is
    reported. `scale` turns the source's unit into the base unit. `period` and `delay` are the
    documented sample period and visibility delay in seconds; the descriptor overrides both.
    """

    metric: str
    resource: str
    kind: MetricKind
    value: ValueType
    labels: tuple[tuple[str, str], ...]
    summed: tuple[str, ...] = ()
    scale: float = 1.0
    reduce: Reduce = Reduce.SUM
    period: int = 60
    delay: int = 120


@dataclass(frozen=True, slots=True)
class RedisInfo:
    """A field of a Redis server's INFO; `scale` turns its unit into the base unit."""

    section: str
    field: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ApplicationMetric:
    """A metric of the application itself, by the name it has there."""

    name: str


@dataclass(frozen=True, slots=True)
class Own:
    """A metric of the exporter itself."""


Source = CloudMonitoring | RedisInfo | ApplicationMetric | Own


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One exported metric.

    `near` are values, in the base unit, whose neighbouring bucket bounds are never thinned away.
    `span` is the range of values in which bounds are thinned last.
    """

    name: str
    type: Type
    unit: Unit
    help: str
    labels: tuple[Label, ...]
    source: Source
    near: tuple[float, ...] = ()
    span: tuple[float, float] = (0.0, float("inf"))

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the labels, in the order in which samples carry their values."""
        return tuple(label.name for label in self.labels)


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
