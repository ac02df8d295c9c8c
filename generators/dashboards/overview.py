"""The panels of Overview: what they ask and say."""

from exporter.catalog.model import Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import tables
from generators.dashboards.limits import BUDGET, BURN
from generators.dashboards.model import LONGTERM, BoardText, Panel, Series, Target
from generators.dashboards.parts import AVAILABLE, ERRORS, REGION, at, drill, now, over_time
from generators.dashboards.queries import WEEK, filtered, past, signal
from generators.dashboards.wording import Facts
from generators.policy import HOUR
from generators.rules import slo

CHOSEN = ("gcp_project", "region", "service_name", "redis_id")


def board(facts: Facts) -> BoardText:
    """Return the board."""
    return BoardText(
        Board.OVERVIEW,
        "Overview",
        "Is the service all right, and if not, where does one look?",
        "5m",
        "now-24h",
        CHOSEN,
        {**_state(), **_saturation(), **_trend(), **_where(facts), **_use()},
    )


def budget(number: int, title: str, link: boards.Panel | None) -> Panel:
    """Return a panel of what is left of the error budget; without a link, over time."""
    left = filtered(slo.REMAINING, slo.BY)
    return Panel(
        number,
        title,
        "What is left of the error budget of the objective's window, of the service that has "
        "least; below 0 the objective is missed.",
        Unit.RATIO.grafana,
        (Target(f"min({left})", title, server=LONGTERM),),
        1,
        Series.ONE,
        limits=BUDGET,
        colour="latency",
        empty="not known before a quarter of an hour of data",
        most=1.0,
        soft=(0.0, None),
        links=() if link is None else (at(link, "Open the budget"),),
    )


def burn_now(number: int) -> Panel:
    """Return a panel of the present burn rate."""
    return Panel(
        number,
        "Budget burn, 1 h",
        "How many times as fast as the objective allows the error budget was spent in the last "
        "hour, of the service that spends fastest; 1 spends it exactly within its window.",
        Unit.NONE.grafana,
        (Target(f"max({filtered(slo.burn(HOUR), slo.BY)})", "burn rate"),),
        2,
        Series.ONE,
        limits=BURN,
        least=0.0,
        links=(at(boards.BURN_RATES, "Open burn rates"),),
    )


def _state() -> dict[str, Panel]:
    errors = SIGNAL_PANELS["error_rate"]
    return {
        "availability": now(
            "availability", 1, AVAILABLE, at(SIGNAL_PANELS["availability"], "Open uptime")
        ),
        "budget": budget(2, "Error budget left", boards.BUDGET),
        "error_rate": now("error_rate", 3, ERRORS, at(errors, "Open errors")),
        "response_time": now(
            "response_time_p95",
            4,
            "Response time, p95",
            at(SIGNAL_PANELS["response_time_p95"], "Open response times"),
        ),
        "throughput": now(
            "throughput", 5, "Throughput", at(SIGNAL_PANELS["throughput"], "Open throughput")
        ),
        "active": tables.active_count(6, CHOSEN),
    }


def _saturation() -> dict[str, Panel]:
    return {
        "burn": burn_now(7),
        "lag": now(
            "replication_lag",
            8,
            "Replication lag",
            at(SIGNAL_PANELS["replication_lag"], "Open the database"),
        ),
        "cache_l1": now(
            "cache_hit_rate_l1", 9, "Cache hit rate, L1", drill("Open the cache", Board.CACHE)
        ),
        "cache_l2": now(
            "cache_hit_rate_l2", 10, "Cache hit rate, L2", drill("Open the cache", Board.CACHE)
        ),
        "cpu": now(
            "cpu_utilization",
            11,
            "CPU of containers",
            at(SIGNAL_PANELS["cpu_utilization"], "Open CPU"),
        ),
        "memory": now(
            "memory_utilization",
            12,
            "Memory of containers",
            at(SIGNAL_PANELS["memory_utilization"], "Open memory"),
        ),
    }


def _trend() -> dict[str, Panel]:
    times = "response_time_average"
    return {
        "errors_over_time": over_time("error_rate", 20, ERRORS, week=True),
        "times_over_time": over_time(
            "response_time_p95",
            21,
            "Response time",
            (),
            Target(signal(times), "mean", colour="traffic"),
            week=True,
            legend="p95",
        ),
        "throughput_over_time": over_time("throughput", 22, "Throughput", week=True),
        "hits_over_time": Panel(
            23,
            "Cache hit rate",
            "Reads that the local cache (L1) and Redis (L2) answered, of all.",
            Unit.RATIO.grafana,
            (
                Target(signal("cache_hit_rate_l1"), "L1", colour="cache"),
                Target(signal("cache_hit_rate_l2"), "L2", colour="ok"),
                Target(
                    past("cache_hit_rate_l2", (), WEEK),
                    "L2, a week ago",
                    look="past",
                    server=LONGTERM,
                ),
            ),
            1,
            limits="cache_hit_rate_l2",
            least=0.0,
            most=1.0,
        ),
        "budget_over_time": budget(24, "Error budget left", None),
    }


def _where(facts: Facts) -> dict[str, Panel]:
    return {
        "regions": tables.regions(30),
        "alerts": tables.active(31, facts.settings, CHOSEN),
        "deploys": tables.deploys(32),
    }


def _use() -> dict[str, Panel]:
    users, requests = SIGNAL_PANELS["active_users"], SIGNAL_PANELS["requests_total"]
    return {
        "users": over_time("active_users", users.number, "Active users", REGION),
        "requests": over_time("requests_total", requests.number, "Requests in 5 min", REGION),
    }
