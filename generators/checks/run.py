"""All checks and tools in one go, as `ionmon check` runs them."""

from dataclasses import dataclass

from generators.checks import expressions, mutants, panel_links, routes, tools
from generators.checks.dashboards import boards
from generators.checks.engine import dashboard_file
from generators.checks.engine.gathering import CheckRequest, gather
from generators.checks.engine.problem import Problem
from generators.checks.tool_runs import Count, found_by
from generators.output_folders import DASHBOARDS
from generators.promtool.kept_results import KeptResults


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What was checked and which problems there are; `notes`: what a reader should know of it."""

    files: int
    rules: int
    queries: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def run(request: CheckRequest, count: Count, kept: KeptResults, *, offline: bool) -> CheckOutcome:
    """Run every check, and the tools unless `offline`. Raises IonmonError for unreadable files.

    `count` hears what is done, how many runs of tools have ended, and how many there are.
    """
    context = gather(request)
    count(f"{len(context.queries)} expressions of {len(context.documents)} files", 0, 0)
    found = expressions.problems(context)
    beside = dashboard_file.read(request.root, DASHBOARDS)
    files = [] if request.files else beside
    found += boards.problems(files, context)
    found += panel_links.problems(beside, context)
    found += routes.check(request)
    notes = []
    if context.uses is None and not request.files:
        notes.append("there are no dashboards: whether each recorded series is used is not known")
    if not offline:
        found += _by_tools(request, count, kept)
        if kept.reused:
            notes.append(f"{kept.reused} results of tools are from before: nothing changed since")
    return CheckOutcome(
        files=len(context.documents) + len(files),
        rules=len(context.rules),
        queries=len(context.queries),
        problems=tuple(sorted(set(found))),
        notes=tuple(notes),
    )


def _by_tools(request: CheckRequest, count: Count, kept: KeptResults) -> list[Problem]:
    runs = [*tools.runs(request, kept), *routes.runs(request), *mutants.runs(request, kept)]
    count("promtool and amtool", 0, len(runs))
    return [*tools.missing(request), *found_by(runs, count)]
