"""Where each signal is looked at: dashboards, their panels' fixed numbers, links that open them.

A panel's number is part of links in old notifications, so that it is stated, never counted.
"""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

from generators.incomplete import Incomplete

PAST = "from=now-3h&to=now"  # at the end of a link, where notifications put the alert's own time
VARIABLES = {
    "gcp_project": "project",
    "region": "region",
    "service_name": "service",
    "database_id": "database",
    "redis_id": "cache",
}


class Board(Enum):
    """The dashboards, by the identifier that their address holds."""

    OVERVIEW = "ion-overview"
    PERFORMANCE = "ion-performance"
    RELIABILITY = "ion-reliability"
    CACHE = "ion-cache"
    INFRASTRUCTURE = "ion-infrastructure"

    @property
    def title(self) -> str:
        """The title that Grafana lists it by."""
        return self.name.capitalize()


@dataclass(frozen=True, slots=True)
class PanelAddress:
    """A panel: its dashboard, and its number there."""

    board: Board
    number: int


# The panel that shows a signal; several signals may share one.
SIGNAL_PANELS = {
    "availability": PanelAddress(Board.RELIABILITY, 101),
    "error_rate": PanelAddress(Board.RELIABILITY, 102),
    "error_rate_by_endpoint": PanelAddress(Board.RELIABILITY, 103),
    "response_time_average": PanelAddress(Board.PERFORMANCE, 104),
    "response_time_p50": PanelAddress(Board.PERFORMANCE, 105),
    "response_time_p95": PanelAddress(Board.PERFORMANCE, 106),
    "response_time_p99": PanelAddress(Board.PERFORMANCE, 107),
    "throughput": PanelAddress(Board.PERFORMANCE, 108),
    "cache_hit_rate_l1": PanelAddress(Board.CACHE, 109),
    "cache_hit_rate_l2": PanelAddress(Board.CACHE, 110),
    "cache_evictions": PanelAddress(Board.CACHE, 111),
    "cache_misses": PanelAddress(Board.CACHE, 112),
    "replication_lag": PanelAddress(Board.INFRASTRUCTURE, 113),
    "query_time": PanelAddress(Board.INFRASTRUCTURE, 114),
    "db_connections": PanelAddress(Board.INFRASTRUCTURE, 115),
    "cpu_utilization": PanelAddress(Board.INFRASTRUCTURE, 116),
    "memory_utilization": PanelAddress(Board.INFRASTRUCTURE, 117),
    "instances": PanelAddress(Board.INFRASTRUCTURE, 118),
    "scaling_events": PanelAddress(Board.INFRASTRUCTURE, 119),
    "redis_health": PanelAddress(Board.CACHE, 120),
    "routing_quality": PanelAddress(Board.PERFORMANCE, 121),
    "persona_share": PanelAddress(Board.PERFORMANCE, 122),
    "active_users": PanelAddress(Board.OVERVIEW, 123),
    "requests_total": PanelAddress(Board.OVERVIEW, 124),
    "feature_usage": PanelAddress(Board.PERFORMANCE, 125),
}
BUDGET = PanelAddress(Board.RELIABILITY, 201)
BURN_RATES = PanelAddress(Board.RELIABILITY, 202)
LATENCY_BUDGET = PanelAddress(Board.RELIABILITY, 204)
LATENCY_BURN_RATES = PanelAddress(Board.RELIABILITY, 205)
INCIDENTS = PanelAddress(Board.RELIABILITY, 203)
ANOMALIES = PanelAddress(Board.PERFORMANCE, 211)
DATABASE_MEMORY = PanelAddress(Board.INFRASTRUCTURE, 221)
DATABASE_DISK = PanelAddress(Board.INFRASTRUCTURE, 222)
REDIS_CLIENTS = PanelAddress(Board.CACHE, 130)
POOL = PanelAddress(Board.INFRASTRUCTURE, 223)
EXPORTER = PanelAddress(Board.INFRASTRUCTURE, 224)
DATA_AGE = PanelAddress(Board.INFRASTRUCTURE, 225)
COST = PanelAddress(Board.INFRASTRUCTURE, 226)


def panel_of(signal: str, alert: str = "") -> PanelAddress:
    """Return the panel that shows a signal of the catalog. Raises Incomplete where none does."""
    if signal not in SIGNAL_PANELS:
        where = f", which {alert} is about," if alert else ""
        raise Incomplete(
            f"signal {signal}{where} has no panel; state the one that shows it in SIGNAL_PANELS "
            f"of generators/boards.py"
        )
    return SIGNAL_PANELS[signal]


def link(grafana: str, panel: PanelAddress, labels: tuple[str, ...] = ()) -> str:
    """Return the address of a panel, with the template of an alert's labels as its variables."""
    chosen = "".join(
        f"&var-{VARIABLES[label]}={{{{ $labels.{label} | urlquery }}}}"
        for label in labels
        if label in VARIABLES
    )
    view = urlencode({"viewPanel": panel.number})
    return f"{grafana}/d/{panel.board.value}?{view}{chosen}&{PAST}"
