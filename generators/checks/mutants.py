"""Whether the tests of the urgent alerts fail for mutants: alerts that are wrong in one way."""

from collections.abc import Callable, Iterator

from exporter.errors import ToolMissing
from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.policy import policy
from generators.rule_tests.document import FOLDER
from generators.rule_tests.files import urgent
from generators.rule_tests.mutation import ToolError, mutants, survivors
from generators.rules.build import build


def check(request: CheckRequest, progress: Callable[[str], None]) -> Iterator[Problem]:
    """Yield the mutants that no test notices; nothing where single files are checked."""
    if request.files or not (request.root / FOLDER).exists():
        return
    tests = urgent(build(request.settings), policy(request.settings))
    progress(f"promtool on {sum(1 for test in tests for _ in mutants(test))} mutants of alerts")
    try:
        for text in survivors(tests):
            yield Problem(FOLDER, 1, "mutants", text)
    except ToolMissing:
        return  # reported by the run of promtool on the tests
    except ToolError as error:
        yield Problem(FOLDER, 1, "mutants", str(error))
