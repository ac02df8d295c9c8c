"""Every check of dashboards, one a line, and their problems."""

from collections.abc import Callable, Iterable, Iterator

from generators.checks.dashboards import (
    board_settings,
    counted_by,
    datasources,
    drawn_limits,
    grafana_values,
    layout,
    links,
    order,
    panel_numbers,
    panel_texts,
    queries,
    readable,
    resolution,
    schema,
    style,
    units,
    variable_sources,
    variables,
)
from generators.checks.engine.context import Context
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.descriptions import shown
from generators.policy import policy

Check = Callable[[DashboardFile], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    board_settings.check,
    datasources.check,
    variables.check,
    panel_texts.check,
    layout.check,
    order.check,
    counted_by.check,
    style.check,
    units.check,
    grafana_values.check,
    resolution.check,
    readable.check,
)


def problems(boards: Iterable[DashboardFile], context: Context) -> list[Problem]:
    """Return what the checks find, each once, by file and line.

    The others rely on the schema: where it reports something, they do not run.
    """
    found: set[Problem] = set()
    limits = shown(context.settings, policy(context.settings))
    each = [(board, set(schema.check(board))) for board in boards]
    known = links.variables(board for board, refused in each if not refused)
    for board, refused in each:
        found |= refused
        if not refused:
            found.update(problem for check in CHECKS for problem in check(board))
            found.update(links.check(board, known))
            found.update(queries.check(board, context))
            found.update(variable_sources.check(board, context))
            found.update(panel_numbers.check(board, limits, context.settings))
            found.update(drawn_limits.check(board, limits))
    return sorted(found)
