"""Where each signal is looked at: dashboards, their panels' fixed numbers, links that open them.

A panel's number is part of links in old notifications, so that it is stated, never counted.
"""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

from exporter.catalog.signals import SIGNALS

PAST = "from=now-3h&to=now"  # at the end of a link, where notifications put the alert's own time
VARIABLES = {
    "gcp_project": "project",
    "region": "region",
    "service_name": "service",
    "database_id": "database",
    "redis_id": "cache",
}


class Board(Enum):
    """The five dashboards, by the identifier that their address holds."""

    OVERVIEW = "ion-overview"
    PERFORMANCE = "ion-performance"
    RELIABILITY = "ion-reliability"
    CACHE = "ion-cache"
    INFRASTRUCTURE = "ion-infrastructure"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: its dashboard, and its number there."""

    board: Board
    number: int


_BOARD = {
    "availability": Board.RELIABILITY,
    "error_rate": Board.RELIABILITY,
    "error_rate_by_endpoint": Board.RELIABILITY,
    "cache_hit_rate_l1": Board.CACHE,
    "cache_hit_rate_l2": Board.CACHE,
    "cache_evictions": Board.CACHE,
    "cache_misses": Board.CACHE,
    "redis_health": Board.CACHE,
    "replication_lag": Board.INFRASTRUCTURE,
    "query_time": Board.INFRASTRUCTURE,
    "db_connections": Board.INFRASTRUCTURE,
    "cpu_utilization": Board.INFRASTRUCTURE,
    "memory_utilization": Board.INFRASTRUCTURE,
    "instances": Board.INFRASTRUCTURE,
    "scaling_events": Board.INFRASTRUCTURE,
    "active_users": Board.OVERVIEW,
    "requests_total": Board.OVERVIEW,
}
SIGNAL_PANELS = {
    signal.name: Panel(_BOARD.get(signal.name, Board.PERFORMANCE), 101 + at)
    for at, signal in enumerate(SIGNALS)
}
BUDGET = Panel(Board.RELIABILITY, 201)
BURN_RATES = Panel(Board.RELIABILITY, 202)
INCIDENTS = Panel(Board.RELIABILITY, 203)
ANOMALIES = Panel(Board.PERFORMANCE, 211)
DATABASE_MEMORY = Panel(Board.INFRASTRUCTURE, 221)
DATABASE_DISK = Panel(Board.INFRASTRUCTURE, 222)
POOL = Panel(Board.INFRASTRUCTURE, 223)
EXPORTER = Panel(Board.INFRASTRUCTURE, 224)
DATA_AGE = Panel(Board.INFRASTRUCTURE, 225)
COST = Panel(Board.INFRASTRUCTURE, 226)


def link(grafana: str, panel: Panel, labels: tuple[str, ...] = ()) -> str:
    """Return the address of a panel, with the template of an alert's labels as its variables."""
    chosen = "".join(
        f"&var-{VARIABLES[label]}={{{{ $labels.{label} | urlquery }}}}"
        for label in labels
        if label in VARIABLES
    )
    view = urlencode({"viewPanel": panel.number})
    return f"{grafana}/d/{panel.board.value}?{view}{chosen}&{PAST}"
