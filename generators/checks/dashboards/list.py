"""Every check of dashboards, by one line each, and what they find."""

from collections.abc import Callable, Iterable, Iterator

from generators.checks.dashboards import (
    fixed,
    frame,
    grid,
    limits,
    looks,
    panels,
    queries,
    schema,
    sources,
    units,
    variables,
)
from generators.checks.dashboards.model import Dashboard
from generators.checks.model import Context
from generators.checks.places import Problem
from generators.policy import policy

Check = Callable[[Dashboard], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    frame.check,
    sources.check,
    variables.check,
    panels.check,
    grid.check,
    looks.check,
    fixed.check,
    units.check,
)


def problems(boards: Iterable[Dashboard], context: Context) -> list[Problem]:
    """Return what the checks find, each once, by file and line.

    The others rely on the schema: where it finds something, that is all that is said.
    """
    found: set[Problem] = set()
    held = policy(context.settings)
    for board in boards:
        refused = set(schema.check(board))
        found |= refused
        if not refused:
            found.update(problem for check in CHECKS for problem in check(board))
            found.update(queries.check(board, context))
            found.update(limits.check(board, held))
    return sorted(found)
