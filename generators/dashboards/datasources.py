"""The datasources of Grafana that boards ask: their fixed identifiers, and their variables."""

from dataclasses import dataclass
from typing import Any

from exporter.settings import Settings
from generators.dashboards.model import LONGTERM, MAIN


@dataclass(frozen=True, slots=True)
class BoardDatasource:
    """A Prometheus as Grafana knows it; `variable` is what boards call it."""

    variable: str
    label: str
    uid: str
    name: str

    def body(self) -> dict[str, Any]:
        """Return the variable as the Jsonnet library takes it."""
        return {
            "name": self.variable,
            "label": self.label,
            "value": self.uid,
            "text": f"ion {self.name}",
        }


RECENT = BoardDatasource(MAIN, "Data source", "ion-prometheus", "Prometheus")
KEPT = BoardDatasource(
    LONGTERM, "Data source, 90 days", "ion-prometheus-longterm", "Prometheus, 90 days"
)


def datasources(settings: Settings) -> tuple[BoardDatasource, ...]:
    """Return the datasources: one, where one server does all."""
    return (RECENT,) if settings.prometheus.longterm is None else (RECENT, KEPT)
