"""The bridge's metrics about what it acknowledges, and about the servers that it asks."""

from exporter.catalog.model import Family, Label, Unit
from exporter.catalog.own_bridge import bridge_gauge

OPEN = bridge_gauge(
    "ionmon_bridge_acknowledgements", Unit.NONE, "Acknowledged incidents that go on."
)
SERVER_UP = bridge_gauge(
    "ionmon_bridge_server_up",
    Unit.NONE,
    "Whether a server that says what fires answers.",
    Label("server", "Alertmanager or Prometheus, and its address"),
)
FAMILIES: tuple[Family, ...] = (OPEN, SERVER_UP)
