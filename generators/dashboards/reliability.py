"""The panels of Reliability: their queries and texts."""

from exporter.catalog import cloud_run
from exporter.catalog.expression import Events, Rate
from exporter.catalog.model import Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import error_sources, incidents, latency_budget, overview, tables
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import BURN, BURN_WINDOWS, PACE, RUNWAY, burn_windows, spent
from generators.dashboards.links import to_board
from generators.dashboards.model import (
    LONGTERM,
    BoardText,
    Panel,
    SeriesCount,
    TableColumn,
    Target,
    ValueMapping,
)
from generators.dashboards.queries import BoardQueries, or_zero
from generators.dashboards.signal_panels import (
    AVAILABLE,
    REGION,
    error_rate,
    over_time,
    with_unknown,
)
from generators.dashboards.signal_style import GROUPED, decimals
from generators.limits import number
from generators.policy import HOUR
from generators.rules import running
from generators.rules.budgets import AVAILABILITY, BY, FAILED, read
from generators.rules.names import span

QUERIES = BoardQueries(("gcp_project", "region", "service_name"))
_SERVER_ERRORS = Events(cloud_run.REQUESTS, FAILED)
_LASTS = -1  # of seconds until the budget is spent
_SCALE_START = 0.1  # of burn rates
_COUNT = Unit.NONE.grafana


def board(facts: Facts) -> BoardText:
    """Return the board."""
    queries = QUERIES.of(facts.settings, facts.absent)
    slow = latency_budget.panels(queries, facts)
    return BoardText(
        board=Board.RELIABILITY,
        question="What fails, where, and how much error budget is left?",
        refresh="1m",
        past="now-6h",
        variables=queries.labels,
        panels={
            **_objective(queries, facts),
            **_spending(queries, facts),
            **slow,
            **_errors(queries, facts),
            **error_sources.sources(queries),
            **incidents.panels(queries, facts),
        },
        missing=() if slow else latency_budget.NAMES,
    )


def _objective(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    window = span(facts.policy.objective.window)
    errors = error_sources.in_range(queries, _SERVER_ERRORS)
    return {
        "availability_now": Panel(
            number=60,
            title=f"SLI, {window}",
            what=f"Share of the requests of {window}, the objective's window, that did not end "
            "in a server error; of several services, the lowest.",
            unit=Unit.RATIO.grafana,
            targets=(
                Target(
                    expr=f"min({queries.newest(AVAILABILITY.share, BY)})",
                    legend="available",
                    instant=True,
                    server=LONGTERM,
                ),
            ),
            decimals=3,
            series=SeriesCount.ONE,
            limits="availability",
            maximum=1.0,
        ),
        "budget_now": overview.budget(queries, 61, "Budget", boards.BUDGET),
        "burn_now": overview.burn_now(queries, 62),
        "exhaustion": _exhaustion(queries, facts),
        "failed": Panel(
            number=64,
            title="Failed",
            what="Requests that ended in a server error within the range.",
            unit=GROUPED,
            targets=(
                Target(
                    expr=errors,
                    legend="failed",
                    instant=True,
                ),
            ),
            decimals=0,
            series=SeriesCount.ONE,
            minimum=0.0,
        ),
        "active": tables.active_count(queries, 65),
    }


def _exhaustion(queries: BoardQueries, facts: Facts) -> Panel:
    return Panel(
        number=63,
        title="Spent in",
        what="Time until the error budget is spent, if errors go on as in the last hour or "
        "in the last six hours, whichever is worse. ErrorBudgetTrend uses six hours.",
        unit=Unit.SECONDS.grafana,
        targets=(
            Target(expr=_runway(queries, facts), legend="left", instant=True, server=LONGTERM),
        ),
        decimals=1,
        series=SeriesCount.ONE,
        limits=RUNWAY,
        mappings=(
            ValueMapping("0", "spent", spent(facts.policy)),
            ValueMapping(str(_LASTS), "not at this rate", "ok"),
        ),
        minimum=0.0,
        links=(to_board("Open the budget", Board.RELIABILITY, boards.BUDGET.number),),
    )


def _runway(queries: BoardQueries, facts: Facts) -> str:
    """Return the seconds until the budget is spent: 0 if it is, _LASTS if it lasts."""
    left = queries.newest(AVAILABILITY.remaining, BY)
    hour, six = (queries.filtered(AVAILABILITY.burn(window), BY) for window in (HOUR, 6 * HOUR))
    window = number(facts.policy.objective.window)
    lasts = f"clamp_min({left}, 0) * {window} / (({hour} > {six} or {six}) > 1)"
    known = f"min({left} and ({hour} or {six})) * 0"
    return f"min({lasts} or ({left} <= 0) * 0) or {known} + {_LASTS}"


def _spending(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    return {
        "budget": overview.budget(queries, boards.BUDGET.number, "Error budget left", None),
        "burn": Panel(
            number=boards.BURN_RATES.number,
            title="Burn rates of the error budget",
            what="How many times faster than the objective allows the error budget is spent, over "
            "windows from an hour to three days; of several services, the fastest. Each window has "
            "its own limit. A window with data for a part counts for that part. Each line of the "
            "scale is ten times the one below.",
            unit=_COUNT,
            targets=tuple(
                Target(
                    expr=f"max({queries.filtered(AVAILABILITY.burn(window), BY)})", legend=legend
                )
                for window, legend in burn_windows(facts.policy.breach, facts.policy.burn).items()
            ),
            decimals=2,
            limits=BURN,
            minimum=_SCALE_START,
            maximum=round(1 / facts.policy.objective.budget, 6),
            logarithmic=True,
        ),
    }


def _errors(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    found = queries.named("availability")
    by_class, failed = ("response_code_class",), error_sources.failed(queries)
    classes = or_zero(
        f"({queries.expression(Rate(failed), by_class)})",
        queries.expression(Rate(Events(failed.family))),
        *by_class,
        "no errors",
    )
    return {
        "error_rate": error_rate(queries, SIGNAL_PANELS["error_rate"].number, REGION),
        "classes": Panel(
            number=70,
            title="Errors by class",
            what=f"{error_sources.failing(queries)} a second, by the class of their status code.",
            unit=Unit.PER_SECOND.grafana,
            targets=(Target(expr=classes, legend="{{response_code_class}}"),),
            decimals=1,
            minimum=0.0,
        ),
        "availability": over_time(
            queries, found.name, SIGNAL_PANELS[found.name].number, AVAILABLE, REGION
        ),
        "uptime": Panel(
            number=71,
            title="When was availability low?",
            what="Availability of each region over five minutes: green, or the colour of the "
            "alert on burn rates that fires if it stays so low.",
            unit=found.unit.grafana,
            targets=with_unknown(
                Target(expr=queries.signal(found.name, REGION), legend="{{region}}")
            ),
            decimals=decimals(found),
            series=SeriesCount.ONE,
            limits=PACE,
            maximum=1.0,
        ),
        "windows": _windows(queries, facts),
    }


def _windows(queries: BoardQueries, facts: Facts) -> Panel:
    windows = (*BURN_WINDOWS, facts.policy.objective.window)
    kinds = {
        kind: [_sum(queries, kind, window) for window in windows] for kind in ("errors", "requests")
    }
    pairs = zip(kinds["errors"], kinds["requests"], strict=True)
    texts = {
        "A": [f"1 - {errors} / ({requests} > 0)" for errors, requests in pairs],
        "B": kinds["errors"],
        "C": kinds["requests"],
    }
    columns = (
        TableColumn(
            field="Value #A",
            title="Available",
            unit=Unit.RATIO.grafana,
            decimals=3,
            cell="text",
            limits="availability",
            empty="no data",
        ),
        TableColumn(field="Value #B", title="Failed", unit=GROUPED, decimals=0),
        TableColumn(field="Value #C", title="Requests", unit=_COUNT, decimals=1),
    )
    return Panel(
        number=72,
        title="Availability by window",
        what="Share of requests that did not end in a server error, from the last hour to the "
        "objective's window. Where there is less data, a window covers what there is. A service "
        "without a request for a day is left out.",
        unit=_COUNT,
        targets=tuple(
            tables.table(_by_window(found, windows), LONGTERM) for found in texts.values()
        ),
        decimals=0,
        series=SeriesCount.MANY,
        columns=(TableColumn(field="window", title="Window"), *columns),
        sort=(("Requests", False),),
    )


def _sum(queries: BoardQueries, kind: str, window: float) -> str:
    """Return the events of a window, of services that exist still."""
    own = FAILED if kind == "errors" else ()
    every, counters = (
        queries.filtered(
            read(AVAILABILITY.running, window), cloud_run.REQUESTS.label_names, own=matchers
        )
        for matchers in ((), own)
    )
    counted = running.counted(counters, span(window), BY)
    return f"round(sum({running.of_existing(counted, every, BY)}))"


def _by_window(texts: list[str], windows: tuple[float, ...]) -> str:
    marked = (
        f'label_replace({text}, "window", "{span(window)}", "", "")'
        for text, window in zip(texts, windows, strict=True)
    )
    return tables.or_blank(" or ".join(marked))
