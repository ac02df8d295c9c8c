"""Whether the tests of the urgent alerts bite: each is made wrong in every way that matters."""

from collections.abc import Callable, Iterator

from exporter.errors import ToolMissing
from generators.checks.engine.gathering import CheckRequest
from generators.checks.engine.problem import Problem
from generators.policy import policy
from generators.rule_tests.document import FOLDER
from generators.rule_tests.files import urgent
from generators.rule_tests.mutation import ToolError, mutants, survivors
from generators.rules.build import build


def check(request: CheckRequest, say: Callable[[str], None]) -> Iterator[Problem]:
    """Yield the mutants that no test notices; nothing where single files are judged."""
    if request.files or not (request.root / FOLDER).exists():
        return
    tests = urgent(build(request.settings), policy(request.settings))
    say(f"promtool on {sum(1 for test in tests for _ in mutants(test))} alerts made wrong")
    try:
        for text in survivors(tests):
            yield Problem(FOLDER, 1, "mutants", text)
    except ToolMissing:
        return  # the run of promtool on the tests has told it
    except ToolError as error:
        yield Problem(FOLDER, 1, "mutants", str(error))
