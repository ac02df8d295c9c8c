"""What a report is asked for, and how far back it is compared."""

import math
from dataclasses import dataclass

from exporter.catalog.expression import Kind
from exporter.prometheus.api import TimeSpan
from exporter.settings import Settings

DAY, WEEK = 86_400, 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """Of which time, service and region; an empty name stands for all. `now` is Unix time."""

    settings: Settings
    span: TimeSpan
    now: float
    service: str = ""
    region: str = ""

    @property
    def window(self) -> int:
        """The length of the time in whole minutes, as queries have it: seconds."""
        return max(1, round(self.span.seconds / 60)) * 60

    @property
    def before(self) -> float:
        """How many seconds ago the period is that it is compared with: yesterday's, or longer."""
        return math.ceil(self.span.seconds / DAY) * float(DAY)

    def promised(self, kind: str | None) -> float | None:
        """Return the objective of a kind of signal: of the chosen service, else of all."""
        if kind != Kind.AVAILABILITY:
            return None
        own = self.service in self.settings.services
        settings = self.settings.of_service(self.service) if own else self.settings
        return settings.objectives.availability
