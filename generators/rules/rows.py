"""What alerting rules are made from: a row of a table each, which the rule carries along."""

from dataclasses import dataclass, field

from exporter.catalog.expression import Signal
from exporter.catalog.model import Unit
from exporter.catalog.walk import split
from generators import boards
from generators.alert_table import BurnAlert, ExhaustedAlert, Objective, ThresholdAlert
from generators.boards import PanelAddress
from generators.policy import DAY
from generators.rules.names import series


@dataclass(frozen=True, slots=True)
class AlertText:
    """The words of one alert: one statement, from which every message is made.

    summary      what is wrong, without a value; its verb in braces, which has two tenses
    description  where, how much and the limit, as a template of Prometheus
    check        what to check first
    panel        the panel that shows it
    value        what is measured, as a template: 12%, or p95 450ms
    joint        the word between the value and the place: 12% of ion
    limit        the limit as people read it: 1%
    ended        what was wrong, where the summary is somebody else's text, and has no braces
    """

    summary: str
    description: str
    check: str
    panel: PanelAddress
    value: str = field(default="", kw_only=True)
    joint: str = field(default="at", kw_only=True)
    limit: str = field(default="", kw_only=True)
    ended: str = field(default="", kw_only=True)


def health_text(
    summary: str, description: str, check: str, panel: PanelAddress = boards.EXPORTER, **more: str
) -> AlertText:
    """Return the words of an alert on the monitoring itself, shown beside the exporter's health."""
    return AlertText(summary, description, check, panel, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthAlert:
    """An alert on the monitoring itself.

    by   the labels that its series carry
    age  seconds that something has to be old before the condition can be true; 0 where age is not
         what it is about
    road the road of application metrics that it watches; empty for an alert on something else
    """

    alert: str
    severity: str
    expr: str
    for_: float = 0
    by: tuple[str, ...] = ()
    text: AlertText
    age: float = 0
    road: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What fills up.

    subject        what it is, after "the"
    source         name of the recorded level
    limit          where it is full, in the level's unit
    minimum_level  level below which growth does not matter yet
    within         seconds to the limit below which it fires
    signed         whether a level below 0 is none, such as the lag of a replica that stands still
    """

    alert: str
    subject: str
    source: str
    by: tuple[str, ...]
    unit: Unit
    limit: float
    minimum_level: float
    within: float
    panel: PanelAddress
    signal: str = ""
    signed: bool = False

    @property
    def far(self) -> bool:
        """Whether it looks ahead for a day or more."""
        return self.within >= DAY

    def name(self, what: str) -> str:
        """Return the name of a series of the trend: slope, seconds or expected."""
        return f"{self.source.rpartition(':')[0]}:trend_{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTrend:
    """An error budget that will be spent within so many seconds."""

    alert: str
    within: float
    objective: Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A signal with a band, and the floor of its width.

    floor          in the signal's unit
    share          of the centre, which the floor is no less than
    minimum_level  centre from which four widths are less than itself, so that a drop to nothing
                   leaves the band; 0 for a signal that does not drop
    """

    signal: Signal
    floor: float
    share: float
    minimum_level: float = 0.0

    @property
    def by(self) -> tuple[str, ...]:
        """The labels of the series."""
        return split(self.signal)

    def name(self, what: str) -> str:
        """Return the name of a series of the band: centre, spread, score and more."""
        return series(self.by, self.signal.name, f"anomaly_{what}")

    @property
    def alert(self) -> str:
        """The name of the alert: ResponseTimeP95Anomaly."""
        return "".join(word.capitalize() for word in self.signal.name.split("_")) + "Anomaly"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two signals that rise together where one suffers from the other, region by region."""

    effect: Band
    cause: Band

    @property
    def text(self) -> str:
        """The pair as a label's value and as part of names."""
        return f"{self.effect.signal.name}_{self.cause.signal.name}"


@dataclass(frozen=True, slots=True)
class EscalationAlert:
    """Critical alerts whose conditions have been true for `after` seconds or longer."""

    alert: str
    after: float


Source = (
    ThresholdAlert
    | BurnAlert
    | ExhaustedAlert
    | Trend
    | BudgetTrend
    | Band
    | Pair
    | HealthAlert
    | EscalationAlert
)
