"""All checks and tools in one go, as `ionmon check` runs them."""

from collections.abc import Callable
from dataclasses import dataclass

from generators.checks import expressions, mutants, routes, tools
from generators.checks.dashboards import boards, dashboard
from generators.checks.engine.gathering import BOARDS, CheckRequest, gather
from generators.checks.engine.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What was checked and which problems there are; `notes`: what was not checked, and why."""

    files: int
    rules: int
    queries: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def run(request: CheckRequest, progress: Callable[[str], None], *, offline: bool) -> CheckOutcome:
    """Run every check, and the tools unless `offline`. Raises IonmonError for unreadable files."""
    context = gather(request)
    progress(f"{len(context.queries)} expressions of {len(context.documents)} files")
    found = expressions.problems(context)
    files = [] if request.files else dashboard.read(request.root, BOARDS)
    found += boards.problems(files, context)
    found += routes.check(request, offline=offline)
    if not offline:
        found += tools.check(request, progress)
        found += mutants.check(request, progress)
    notes = []
    if context.uses is None and not request.files:
        notes.append("there are no dashboards: whether each recorded series is used is not known")
    return CheckOutcome(
        files=len(context.documents) + len(files),
        rules=len(context.rules),
        queries=len(context.queries),
        problems=tuple(sorted(set(found))),
        notes=tuple(notes),
    )
