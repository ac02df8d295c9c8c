"""What one poll reads, and what all polls share."""

from dataclasses import dataclass, field

from exporter.catalog.model import CloudMonitoring, Family
from exporter.clock import Clock
from exporter.cloud_monitoring.checkpoint import Store
from exporter.cloud_monitoring.client import MonitoringClient
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.filters import Selection
from exporter.telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTarget:
    """What to read: a family of a project, how often, which series, at most how many.

    `period` overrides the described time between points in seconds, where it is not 0.
    """

    project: str
    family: Family
    source: CloudMonitoring
    interval: float = 60.0
    limit: int = 10_000
    period: float = 0.0
    selection: Selection = field(default_factory=Selection)

    @property
    def name(self) -> str:
        """The poll's name in its own metrics and in logs."""
        return f"{self.project}/{self.family.name}"

    @property
    def key(self) -> tuple[str, str]:
        """Labels of the poll's own metrics."""
        return (self.project, self.family.name)


@dataclass(frozen=True, slots=True)
class Margins:
    """Seconds: how late a point may come, and how far back an outage is read."""

    late: float = 600.0
    lookback: float = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all polls share."""

    client: MonitoringClient
    descriptors: Descriptors
    store: Store
    clock: Clock
    telemetry: Telemetry
    margins: Margins
