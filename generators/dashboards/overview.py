"""The panels of Overview: their queries and texts."""

from dataclasses import replace

from exporter.catalog.model import Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import tables
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import BUDGET, BURN
from generators.dashboards.links import to_board, to_panel
from generators.dashboards.model import LONGTERM, BoardText, Panel, SeriesCount, Target
from generators.dashboards.queries import WEEK, BoardQueries
from generators.dashboards.signal_panels import REGION, error_rate, now, over_time
from generators.policy import HOUR
from generators.rules.budgets import AVAILABILITY, BY, Budget

QUERIES = BoardQueries(("gcp_project", "region", "service_name", "redis_id"))


def board(facts: Facts) -> BoardText:
    """Return the board."""
    queries = QUERIES.of(facts.settings, facts.absent)
    return BoardText(
        board=Board.OVERVIEW,
        question="Is the service healthy? If not, where should I look?",
        refresh="5m",
        past="now-24h",
        variables=queries.labels,
        panels={
            **_state(queries),
            **_saturation(queries),
            **_trend(queries),
            **_where(queries, facts),
            **_use(queries),
        },
    )


def budget(
    queries: BoardQueries,
    number: int,
    title: str,
    link: boards.PanelAddress | None,
    of: Budget = AVAILABILITY,
) -> Panel:
    """Return a panel of the budget that is left now; without a link, over time."""
    at_once = link is not None
    left = (queries.newest if at_once else queries.filtered)(of.remaining, BY)
    return Panel(
        number=number,
        title=title,
        what="Share of the error budget that is left in the objective's window; of several "
        "services, the lowest. Below 0 the objective is missed.",
        unit=Unit.RATIO.grafana,
        targets=(Target(expr=f"min({left})", legend=title, instant=at_once, server=LONGTERM),),
        decimals=1,
        series=SeriesCount.ONE,
        limits=BUDGET,
        colour="latency",
        empty="needs 15 minutes of data",
        maximum=1.0,
        soft=(0.0, None),
        links=() if link is None else (to_panel(link, "Open the budget"),),
    )


def burn_now(queries: BoardQueries, number: int) -> Panel:
    """Return a panel of the present burn rate."""
    return Panel(
        number=number,
        title="Burn, 1 h",
        what="How many times faster than the objective allows the error budget was spent in the "
        "last hour; of several services, the fastest. At 1 it lasts exactly for its window.",
        unit=Unit.NONE.grafana,
        targets=(
            Target(
                expr=f"max({queries.filtered(AVAILABILITY.burn(HOUR), BY)})",
                legend="burn rate",
                instant=True,
            ),
        ),
        decimals=2,
        series=SeriesCount.ONE,
        limits=BURN,
        minimum=0.0,
        links=(to_panel(boards.BURN_RATES, "Open burn rates"),),
    )


def _state(queries: BoardQueries) -> dict[str, Panel]:
    errors = SIGNAL_PANELS["error_rate"]
    return {
        "availability": now(
            queries,
            "availability",
            1,
            "Available",
            to_panel(SIGNAL_PANELS["availability"], "Open uptime"),
        ),
        "budget": budget(queries, 2, "Budget", boards.BUDGET),
        "error_rate": now(queries, "error_rate", 3, "Errors", to_panel(errors, "Open errors")),
        "response_time": now(
            queries,
            "response_time_p95",
            4,
            "p95",
            to_panel(SIGNAL_PANELS["response_time_p95"], "Open response times"),
        ),
        "throughput": now(
            queries,
            "throughput",
            5,
            "Requests",
            to_panel(SIGNAL_PANELS["throughput"], "Open throughput"),
        ),
        "active": tables.active_count(queries, 6),
    }


def _saturation(queries: BoardQueries) -> dict[str, Panel]:
    return {
        "burn": burn_now(queries, 7),
        "lag": now(
            queries,
            "replication_lag",
            8,
            "DB lag",
            to_panel(SIGNAL_PANELS["replication_lag"], "Open the database"),
        ),
        "cache_l1": now(
            queries,
            "cache_hit_rate_l1",
            9,
            "L1 hits",
            to_board("Open the cache", Board.CACHE),
        ),
        "cache_l2": now(
            queries,
            "cache_hit_rate_l2",
            10,
            "L2 hits",
            to_board("Open the cache", Board.CACHE),
        ),
        "cpu": now(
            queries,
            "cpu_utilization",
            11,
            "CPU",
            to_panel(SIGNAL_PANELS["cpu_utilization"], "Open CPU"),
        ),
        "memory": now(
            queries,
            "memory_utilization",
            12,
            "Memory",
            to_panel(SIGNAL_PANELS["memory_utilization"], "Open memory"),
        ),
    }


def _times(queries: BoardQueries) -> Panel:
    """Return the p95 of the response time, and the mean."""
    mean = Target(expr=queries.signal("response_time_average"), legend="mean", colour="traffic")
    found = over_time(queries, "response_time_p95", 21, "Response time", (), mean, week=True)
    p95, *others = found.targets
    return replace(found, targets=(replace(p95, legend="p95"), *others))


def _trend(queries: BoardQueries) -> dict[str, Panel]:
    return {
        "errors_over_time": error_rate(queries, 20),
        "times_over_time": _times(queries),
        "throughput_over_time": over_time(queries, "throughput", 22, "Throughput", week=True),
        "hits_over_time": Panel(
            number=23,
            title="Cache hit rate",
            what="Share of reads that the local cache (L1) and Redis (L2) answered.",
            unit=Unit.RATIO.grafana,
            targets=(
                Target(expr=queries.signal("cache_hit_rate_l1"), legend="L1", colour="cache"),
                Target(expr=queries.signal("cache_hit_rate_l2"), legend="L2", colour="ok"),
                Target(
                    expr=queries.past("cache_hit_rate_l2", (), WEEK),
                    legend="L2, a week ago",
                    style="past",
                    server=LONGTERM,
                ),
            ),
            decimals=1,
            limits="cache_hit_rate_l2",
            minimum=0.0,
            maximum=1.0,
        ),
        "budget_over_time": budget(queries, 24, "Error budget left", None),
    }


def _where(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    return {
        "regions": tables.regions(queries, 30, facts.settings),
        "alerts": tables.active(queries, 31, facts.settings),
        "deploys": tables.deploys(queries, 32),
    }


def _use(queries: BoardQueries) -> dict[str, Panel]:
    users, requests = SIGNAL_PANELS["active_users"], SIGNAL_PANELS["requests_total"]
    return {
        "users": over_time(queries, "active_users", users.number, "Active users", REGION),
        "requests": over_time(
            queries, "requests_total", requests.number, "Requests in 5 min", REGION
        ),
    }
