"""promtool's judgement of rules by the test of one alert, all cases of it."""

from collections.abc import Sequence

from generators.promtool.case_runs import case_runs
from generators.rule_tests.document import RuleTestFile
from generators.rule_tests.mutation import NOT_KEPT
from generators.rules.model import RuleFile


def failing(test: RuleTestFile, files: Sequence[RuleFile]) -> bool:
    """Say whether promtool finds that rules do not do what a test wants."""
    runs = case_runs(test.text(), [file.text() for file in files])
    assert runs is not None, f"{test.rule.alert}: its test has no case"
    answers = [run.answer("promtool", NOT_KEPT) for run in runs]
    unreadable = [one.output for one in answers if one.code and not one.is_unmet]
    assert not unreadable, unreadable
    return any(one.is_unmet for one in answers)
