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


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: its dashboard, and its number there."""

    board: Board
    number: int


# The panel that shows a signal; several signals may share one.
SIGNAL_PANELS = {
    "availability": Panel(Board.RELIABILITY, 101),
    "error_rate": Panel(Board.RELIABILITY, 102),
    "error_rate_by_endpoint": Panel(Board.RELIABILITY, 103),
    "response_time_average": Panel(Board.PERFORMANCE, 104),
    "response_time_p50": Panel(Board.PERFORMANCE, 105),
    "response_time_p95": Panel(Board.PERFORMANCE, 106),
    "response_time_p99": Panel(Board.PERFORMANCE, 107),
    "throughput": Panel(Board.PERFORMANCE, 108),
    "cache_hit_rate_l1": Panel(Board.CACHE, 109),
    "cache_hit_rate_l2": Panel(Board.CACHE, 110),
    "cache_evictions": Panel(Board.CACHE, 111),
    "cache_misses": Panel(Board.CACHE, 112),
    "replication_lag": Panel(Board.INFRASTRUCTURE, 113),
    "query_time": Panel(Board.INFRASTRUCTURE, 114),
    "db_connections": Panel(Board.INFRASTRUCTURE, 115),
    "cpu_utilization": Panel(Board.INFRASTRUCTURE, 116),
    "memory_utilization": Panel(Board.INFRASTRUCTURE, 117),
    "instances": Panel(Board.INFRASTRUCTURE, 118),
    "scaling_events": Panel(Board.INFRASTRUCTURE, 119),
    "redis_health": Panel(Board.CACHE, 120),
    "routing_quality": Panel(Board.PERFORMANCE, 121),
    "persona_share": Panel(Board.PERFORMANCE, 122),
    "active_users": Panel(Board.OVERVIEW, 123),
    "requests_total": Panel(Board.OVERVIEW, 124),
    "feature_usage": Panel(Board.PERFORMANCE, 125),
}
BUDGET = Panel(Board.RELIABILITY, 201)
BURN_RATES = Panel(Board.RELIABILITY, 202)
INCIDENTS = Panel(Board.RELIABILITY, 203)
ANOMALIES = Panel(Board.PERFORMANCE, 211)
DATABASE_MEMORY = Panel(Board.INFRASTRUCTURE, 221)
DATABASE_DISK = Panel(Board.INFRASTRUCTURE, 222)
REDIS_CLIENTS = Panel(Board.CACHE, 130)
POOL = Panel(Board.INFRASTRUCTURE, 223)
EXPORTER = Panel(Board.INFRASTRUCTURE, 224)
DATA_AGE = Panel(Board.INFRASTRUCTURE, 225)
COST = Panel(Board.INFRASTRUCTURE, 226)


def panel_of(signal: str, alert: str = "") -> Panel:
    """Return the panel that shows a signal. Raises Incomplete where none is stated for it."""
    if signal not in SIGNAL_PANELS:
        where = f", which {alert} is about," if alert else ""
        raise Incomplete(
            f"signal {signal}{where} has no panel; state the one that shows it in SIGNAL_PANELS "
            f"of generators/boards.py"
        )
    return SIGNAL_PANELS[signal]


def link(grafana: str, panel: Panel, labels: tuple[str, ...] = ()) -> str:
    """Return the address of a panel, with the template of an alert's labels as its variables."""
    chosen = "".join(
        f"&var-{VARIABLES[label]}={{{{ $labels.{label} | urlquery }}}}"
        for label in labels
        if label in VARIABLES
    )
    view = urlencode({"viewPanel": panel.number})
    return f"{grafana}/d/{panel.board.value}?{view}{chosen}&{PAST}"
