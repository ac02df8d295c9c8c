"""Whether the tests of the urgent alerts fail for mutants: alerts that are wrong in one way."""

from collections.abc import Callable, Iterable, Iterator
from shutil import which

from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.checks.tool_runs import ToolRun
from generators.output_folders import RULE_TESTS
from generators.policy import policy
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.document import RuleTestFile
from generators.rule_tests.files import urgent
from generators.rule_tests.mutant_runs import effort, survivors
from generators.rule_tests.mutation import ToolError
from generators.rules.build import build

CHECK = "mutants"


def runs(request: CheckRequest, kept: KeptResults) -> Iterator[ToolRun]:
    """Yield a run for each alert; none where single files are checked, or without promtool."""
    if request.files or not (request.root / RULE_TESTS).exists() or which("promtool") is None:
        return
    for test in urgent(build(request.settings), policy(request.settings)):
        what = f"promtool on wrong forms of {test.rule.alert}"
        yield ToolRun(what, effort(test), _problems(test, kept))


def _problems(test: RuleTestFile, kept: KeptResults) -> Callable[[], Iterable[Problem]]:
    def problems() -> Iterator[Problem]:
        try:
            texts = survivors(test, kept)
        except ToolError as error:
            texts = [str(error)]
        for text in texts:
            yield Problem(RULE_TESTS, 1, CHECK, text)

    return problems
