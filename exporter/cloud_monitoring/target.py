"""What one poll reads, and what all polls share."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from exporter.catalog.model import CloudMonitoring, Family
from exporter.cloud_monitoring.checkpoint import Store
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.filters import Selection
from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTarget:
    """What to read: a family of a project, how often, which series, at most how many.

    period   overrides the described time between points in seconds, where it is not 0
    exposed  the family with a project label, where several projects are read and it has none
    scope    the project whose metrics scope is read; every project in it, but for `listed`
    listed   projects that are read by their own calls
    """

    project: str
    family: Family
    source: CloudMonitoring
    interval: float = 60.0
    limit: int = 10_000
    period: float = 0.0
    selection: Selection = field(default_factory=Selection)
    exposed: Family | None = None
    scope: str = ""
    listed: frozenset[str] = frozenset()

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


class SeriesSource(Protocol):
    """Where a poll reads its series."""

    def pages(self, query: SeriesQuery) -> Iterator[Raw]:
        """Yield every page of a query. Raises PollError; pages before it are valid."""


class DescriptorSource(Protocol):
    """Where a poll reads the descriptor of its metric."""

    def describe(self, project: str, source: CloudMonitoring) -> Described:
        """Return a metric's description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all polls share; `decoding` is held while a page is decoded."""

    client: SeriesSource
    descriptors: DescriptorSource
    store: Store
    source: SourceClock
    telemetry: Telemetry
    margins: Margins
    decoding: threading.Lock = field(default_factory=threading.Lock)
