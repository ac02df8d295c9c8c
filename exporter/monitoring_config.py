"""monitoring_config.json, which `ionmon configs` writes, as frozen models.

docs/monitoring_config.md is the contract. The exporter reads thresholds, queries and links from
this file, never from the generators. A file of another schema version is refused. Unknown keys are
ignored: a newer ionmon may add some without a new version.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from exporter.errors import IonmonError
from exporter.settings import Settings
from exporter.settings.types import seconds

SCHEMA_VERSION = 3
DEFAULT_PATH = Path("alertmanager/out/monitoring_config.json")
FIX = "write the file again: ionmon configs --config monitoring.yaml"

Duration = Annotated[float, BeforeValidator(lambda text: seconds(str(text)))]
Direction = Literal["up", "down", "none"]
Labels = tuple[str, ...]


class MonitoringConfigError(IonmonError):
    """The file is missing, has another version, or does not match its version's schema."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class LatencyConfig(_Part):
    """The share of requests that are answered within a time."""

    share: str
    within: Duration


class ObjectiveConfig(_Part):
    """The objective of the service."""

    availability: str
    window: Duration
    latency: LatencyConfig | None = None


def is_worse(value: float, than: float, direction: str) -> bool:
    """Return whether a value is beyond another one; the same value is not.

    direction  the one in which a signal gets worse: down, else up
    """
    return value < than if direction == "down" else value > than


class LimitConfig(_Part):
    """A threshold as a number of base units: seconds, bytes, a ratio from 0 to 1."""

    value: float
    unit: str | None
    direction: Literal["up", "down"]

    def exceeded(self, value: float) -> bool:
        """Return whether a value is beyond the threshold."""
        return is_worse(value, self.value, self.direction)


class AlertConfig(_Part):
    """An active alert; `threshold` is its limit as text, `limit` the same as a number.

    Several may have one name: `where` has the labels and their values that tell them apart.
    """

    name: str
    where: dict[str, Labels]
    severity: str
    for_: Duration = Field(alias="for")
    split_by: Labels
    query: str
    runbook_url: str
    dashboard_url: str
    signal: str | None = None
    threshold: str | None = None
    limit: LimitConfig | None = None
    why: str | None = None

    def judges(self, labels: Mapping[str, str]) -> bool:
        """Return whether an alert with these labels may be of this rule."""
        return labels.get("alertname") == self.name and all(
            labels.get(label) in values for label, values in self.where.items()
        )


class PanelConfig(_Part):
    """The panel that shows a signal."""

    dashboard: str
    number: int
    url: str


class PeriodConfig(_Part):
    """A signal over a day or a week: queries of everything, and by where it is measured."""

    overall: str
    by_place: str


class SplitConfig(_Part):
    """A signal split by one more label: its values, or the events that make it worse."""

    query: str
    of: Literal["value", "events"]


class SignalTargetConfig(_Part):
    """What a signal should be, in base units: at least, at most, or both; `text` says it."""

    least: float | None
    most: float | None
    text: str

    def missed(self, value: float) -> bool:
        """Return whether a value is outside."""
        below = self.least is not None and value < self.least
        return below or (self.most is not None and value > self.most)


class SignalConfig(_Part):
    """A signal: what it measures, the direction in which it gets worse, its query, its panel.

    Those of a kind have queries for a summary, too: of everything, and over days.
    """

    kind: str | None
    unit: str | None
    direction: Direction
    split_by: Labels
    query: str
    panel: PanelConfig
    noun: str | None = None
    overall: str | None = None
    day: PeriodConfig | None = None
    week: PeriodConfig | None = None
    splits: dict[str, SplitConfig] = {}
    log_filter: str | None = None
    target: SignalTargetConfig | None = None


class BudgetConfig(_Part):
    """Queries of a budget by service: the share of good events, what is left, until it is spent."""

    share: str
    remaining: str
    exhaustion: str


class FigureConfig(_Part):
    """A figure about the monitoring itself, as queries over a day and a week; and its target."""

    noun: str
    unit: str | None
    direction: Direction
    target: float | None
    day: str
    week: str


class GapsConfig(_Part):
    """Queries of the source time that nobody could read, by project and family."""

    day: str
    week: str


class EventsConfig(_Part):
    """Queries of what may have caused an alert; a file of an older version lacks `revisions`."""

    deploys: str
    revisions: str | None = None


class CostConfig(_Part):
    """Something that the service pays for: the query of how much of it a month has, its price.

    A fixed price, for a month, has neither query nor family.
    """

    product: str
    noun: str
    unit: str
    price: float
    family: str | None
    query: str | None


class RuleReadsConfig(_Part):
    """What all rules read of Cloud Monitoring's families in a minute, if they read it directly."""

    per_minute: float
    families: dict[str, float]


class BoardReadsConfig(_Part):
    """What a dashboard reads of them each time it is refreshed."""

    every: Duration
    families: dict[str, float]


class ReadsConfig(_Part):
    """What reading Cloud Monitoring directly would read, by rules and dashboards."""

    rules: RuleReadsConfig
    dashboards: dict[str, BoardReadsConfig]


class MonitoringConfig(_Part):
    """The whole file."""

    schema_version: int
    content_hash: str
    objective: ObjectiveConfig
    alerts: tuple[AlertConfig, ...]
    signals: dict[str, SignalConfig]
    rules: dict[str, str]
    settings: dict[str, Any]
    files: dict[str, str]
    inputs_hash: str | None = None
    ionmon_version: str | None = None
    command: str | None = None
    budgets: dict[str, BudgetConfig] = {}
    monitoring: dict[str, FigureConfig] = {}
    gaps: GapsConfig | None = None
    events: EventsConfig | None = None
    costs: dict[str, CostConfig] = {}
    reads: ReadsConfig | None = None

    def names(self) -> tuple[str, ...]:
        """Return the names of all alerts, each once, sorted."""
        return tuple(sorted({one.name for one in self.alerts}))

    def alert(self, labels: Mapping[str, str]) -> AlertConfig | None:
        """Return what is stated of an alert: that of its service, else that of all others."""
        found = (one for one in self.alerts if one.judges(labels))
        return max(found, key=lambda one: len(one.where), default=None)


def config_path(settings: Settings) -> Path:
    """Return the path of the file: as configured, else where `ionmon configs` writes it."""
    return settings.storage.monitoring_config or DEFAULT_PATH


def read_config(path: Path) -> MonitoringConfig:
    """Return the content of a file. Raises MonitoringConfigError with file, key and fix."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        fault = f"{path}: cannot be read: {error.strerror}"
        fix = "write it with: ionmon configs, or set its path in storage.monitoring_config"
        raise MonitoringConfigError(f"{fault}; {fix}") from error
    except UnicodeDecodeError:
        raise MonitoringConfigError(f"{path}: is not UTF-8 text; {FIX}") from None
    return parsed(text, str(path))


def parsed(text: str, source: str) -> MonitoringConfig:
    """Return the content of a text; errors name `source`."""
    try:
        version = _Version.model_validate_json(text).schema_version
        if version != SCHEMA_VERSION:
            fault = f"schema_version is {version}, this ionmon reads {SCHEMA_VERSION}"
            raise MonitoringConfigError(f"{source}: {fault}; {FIX}")
        return MonitoringConfig.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = "".join(f"{name}: " for name in [".".join(map(str, first["loc"]))] if name)
        fault = f"{source}: {key}{first['msg']}"
    # Raised out here: pydantic's error contains the values.
    raise MonitoringConfigError(f"{fault}; {FIX}")


class _Version(_Part):
    schema_version: int
