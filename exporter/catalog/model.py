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

    @property
    def known(self) -> frozenset[str]:
        """The labels that the source is known to have, exported or not."""
        return frozenset(self.summed).union(origin for _, origin in self.labels)


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
    """A metric of a program of ours about itself."""

    program: str = "exporter"


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
