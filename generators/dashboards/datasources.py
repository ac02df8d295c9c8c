"""The datasources that boards query: their fixed identifiers, and their variables."""

from dataclasses import dataclass
from typing import Any

from exporter.settings import Settings
from generators.dashboards.model import LONGTERM, MAIN


@dataclass(frozen=True, slots=True)
class BoardDatasource:
    """A Prometheus in Grafana; `variable` is its name in boards."""

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
    """Return the datasources: one if there is one server, else two."""
    return (RECENT,) if settings.prometheus.longterm is None else (RECENT, KEPT)
