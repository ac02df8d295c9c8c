"""The panels of the budget of slow requests, where an objective of latency is promised."""

from dataclasses import replace

from exporter.catalog.model import Unit
from generators import boards
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import LATENCY_BURN, burn_windows
from generators.dashboards.model import Panel, Target
from generators.dashboards.overview import budget
from generators.dashboards.queries import BoardQueries
from generators.policy import LatencyPolicy
from generators.rules.budget_texts import promise
from generators.rules.budgets import BY, LATENCY

NAMES = ("latency_budget", "latency_burn")
_SCALE_START = 0.1


def panels(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    """Return the panels, by their names in Jsonnet; none without an objective."""
    promised = facts.policy.latency
    if promised is None:
        return {}
    left, burning = NAMES
    return {left: _left(queries, facts), burning: _burning(queries, promised)}


def _left(queries: BoardQueries, facts: Facts) -> Panel:
    each = dict.fromkeys(promise(form.row) for form in LATENCY.promises(facts.settings))
    panel = budget(queries, boards.LATENCY_BUDGET.number, "Latency budget left", None, LATENCY)
    what = (
        "Share of the latency budget that is left in the objective's window; of several "
        f"services, the lowest. Promised: {', '.join(each)}. Below 0 the objective is missed."
    )
    return replace(panel, what=what)


def _burning(queries: BoardQueries, promised: LatencyPolicy) -> Panel:
    return Panel(
        number=boards.LATENCY_BURN_RATES.number,
        title="Burn rates of the latency budget",
        what="How many times faster than the objective allows the latency budget is spent, over "
        "windows from an hour to three days; of several services, the fastest. Each window has "
        "its own limit. Each line of the scale is ten times the one below.",
        unit=Unit.NONE.grafana,
        targets=tuple(
            Target(expr=f"max({queries.filtered(LATENCY.burn(window), BY)})", legend=legend)
            for window, legend in burn_windows(promised.breach, promised.burn).items()
        ),
        decimals=2,
        limits=LATENCY_BURN,
        minimum=_SCALE_START,
        maximum=round(promised.objective.greatest, 6),
        logarithmic=True,
    )
