"""All checks and tools in one go, as `ionmon check` runs them."""

from collections.abc import Callable
from dataclasses import dataclass

from generators.checks import mutants, routes, tools
from generators.checks.dashboards.boards import problems as board_problems
from generators.checks.dashboards.dashboard import read as read_boards
from generators.checks.engine.gathering import BOARDS, Wanted, gather
from generators.checks.engine.problem import Problem
from generators.checks.expressions import problems


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was looked at and found; `notes` say what was not looked at, and why."""

    files: int
    rules: int
    queries: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def run(wanted: Wanted, say: Callable[[str], None], *, offline: bool) -> Outcome:
    """Run every check, and the tools unless `offline`. Raises IonmonError for unreadable files."""
    context = gather(wanted)
    say(f"{len(context.queries)} expressions of {len(context.documents)} files")
    found = problems(context)
    boards = [] if wanted.files else read_boards(wanted.root, BOARDS)
    found += board_problems(boards, context)
    found += routes.check(wanted, offline=offline)
    if not offline:
        found += tools.check(wanted, say)
        found += mutants.check(wanted, say)
    notes = []
    if context.uses is None and not wanted.files:
        notes.append("there are no dashboards: whether each recorded series is used is not known")
    return Outcome(
        len(context.documents) + len(boards),
        len(context.rules),
        len(context.queries),
        tuple(sorted(set(found))),
        tuple(notes),
    )
