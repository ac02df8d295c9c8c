"""Whether the tests of the urgent alerts fail for mutants: alerts that are wrong in one way."""

from collections.abc import Callable, Iterable, Iterator
from shutil import which

from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.checks.tool_runs import ToolRun
from generators.policy import policy
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.document import FOLDER, RuleTestFile
from generators.rule_tests.files import urgent
from generators.rule_tests.mutation import Mutant, ToolError, survivor, tried
from generators.rules.build import build

CHECK = "mutants"


def runs(request: CheckRequest, kept: KeptResults) -> Iterator[ToolRun]:
    """Yield a run for each mutant; none where single files are checked, or without promtool."""
    if request.files or not (request.root / FOLDER).exists() or which("promtool") is None:
        return
    for test in urgent(build(request.settings), policy(request.settings)):
        for mutant in tried(test):
            what = f"promtool on {test.rule.alert}: {mutant.done or 'unchanged'}"
            yield ToolRun(what, 0, _problems(test, mutant, kept))


def _problems(
    test: RuleTestFile, mutant: Mutant, kept: KeptResults
) -> Callable[[], Iterable[Problem]]:
    def problems() -> Iterator[Problem]:
        try:
            text = survivor(test, mutant, kept)
        except ToolError as error:
            text = str(error)
        if text:
            yield Problem(FOLDER, 1, CHECK, text)

    return problems
