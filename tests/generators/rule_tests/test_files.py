"""The generated tests hold for the settings that ship, and they bite."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings, load
from generators.alert_table import BREACH, THRESHOLDS, BurnAlert
from generators.checks.tool_runs import PROCESSES
from generators.files import MARK, write
from generators.output_folders import RULE_FILES, RULE_TESTS
from generators.policy import policy
from generators.rule_tests.document import RuleTestFile
from generators.rule_tests.files import documents, texts, urgent
from generators.rule_tests.mutant_runs import survivors, unnoticed
from generators.rule_tests.mutation import NOT_KEPT, mutants, trimmed
from generators.rules.build import build
from generators.rules.build import texts as rule_texts
from generators.rules.model import alerts
from tests.generators.rule_tests.judging import failing
from tests.generators.rules.playing import needed
from tests.generators.users import USER

ROOT = Path(__file__).parents[3]


REFERENCE = load(ROOT / "examples" / "reference.yaml")
RULES = build(REFERENCE)
NAMES = tuple(dict.fromkeys(rule.alert for rule in alerts(RULES.all)))
# Stories of days or weeks. Of their kinds SLABreach, ThroughputAnomaly and ErrorRateAnomaly remain.
LONG = {
    "ErrorBudgetBurn",
    "CacheHitRateL2Anomaly",
    "ResponseTimeP95Anomaly",
    "DbConnectionsAnomaly",
    "QueryTimeAnomaly",
}
# The other urgent alerts are alike, and take a minute.
MUTATED = [
    pytest.param(name, marks=[] if name == "DatabaseLag" else pytest.mark.deep)
    for name in (*(row.name for row in THRESHOLDS), BREACH.name)
]
EACH = [pytest.param(name, marks=[pytest.mark.deep] if name in LONG else []) for name in NAMES]


@pytest.fixture(scope="module")
def tests() -> dict[str, RuleTestFile]:
    """Return the tests of each alert of the reference deployment."""
    return {test.rule.alert: test for test in documents(RULES)}


def test_every_alert_has_a_file_of_tests() -> None:
    """Each file is named by its alert, says that it is generated, and has readable cases."""
    found = texts(RULES)
    assert set(found) == {f"{RULE_TESTS}/{name}.yml" for name in NAMES}
    assert all(text.startswith(f"# {MARK}\n") for text in found.values())
    cases = [case for text in found.values() for case in text.split("\n- name: ")]
    assert max(case.count("\n") for case in cases) < 500


@pytest.mark.parametrize("alert", EACH)
def test_promtool_finds_that_an_alert_does_what_its_tests_say(
    tests: dict[str, RuleTestFile], alert: str, tmp_path: Path
) -> None:
    """The alert, with the rules that it is worked out from alone, passes its tests."""
    assert said_of(tests[alert], tmp_path) == ""


def said_of(test: RuleTestFile, folder: Path) -> str:
    """Return what promtool has to say of an alert without the rules that it does not need."""
    files = needed(test.rules, [test.rule.alert])
    write(folder, {**{f"{RULE_FILES}/{file.name}": file.text() for file in files},
                   test.path: test.text()})  # fmt: skip
    return complaint(folder / test.path)


@pytest.mark.deep
@pytest.mark.timeout(2400)
def test_promtool_finds_that_every_alert_does_what_its_tests_say(tmp_path: Path) -> None:
    """As they ship, all rules at once, promtool finds nothing wrong in any file of tests."""
    found = texts(RULES)
    write(tmp_path, {**rule_texts(RULES), **found})
    with ThreadPoolExecutor(PROCESSES) as pool:
        said = list(pool.map(complaint, (tmp_path / path for path in sorted(found))))
    assert [text for text in said if text] == []


@pytest.mark.deep
def test_alerts_of_other_settings_do_what_their_tests_say(tmp_path: Path) -> None:
    """Other thresholds, times and objectives change rules and tests alike."""
    rules, held = build(USER), policy(USER)
    for test in urgent(rules, held):
        assert said_of(test, tmp_path / test.rule.alert) == ""


def complaint(path: Path) -> str:
    """Return what promtool has to say of a file of tests, nothing where all is well."""
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{path.name}: {done.stdout}{done.stderr}" if done.returncode else ""


def of_the_urgent() -> dict[str, RuleTestFile]:
    """Return the tests of the most urgent alerts without settings."""
    settings = Settings()
    return {test.rule.alert: test for test in urgent(build(settings), policy(settings))}


def test_these_are_made_wrong() -> None:
    """Each alert on a threshold, and the fast burn, has tests, which are run on mutants of it."""
    assert len(of_the_urgent()) == len(THRESHOLDS) + 1


@pytest.mark.parametrize("alert", MUTATED)
def test_no_mutant_survives(alert: str) -> None:
    """Whatever is done to one of the most urgent alerts, its tests notice."""
    assert survivors(of_the_urgent()[alert]) == []


@pytest.mark.deep
@pytest.mark.parametrize(
    ("availability", "window"),
    [("98.6%", "30d"), ("93.1%", "30d"), ("90%", "30d"), ("50%", "30d"), ("95%", "7d")],
)
def test_no_mutant_of_a_low_objective_survives(availability: str, window: str) -> None:
    """Where a service cannot burn at a multiple of the first rate, outages tell the windows."""
    promised = {"availability": availability, "window": window}
    settings = Settings.model_validate({"objectives": promised})
    burns = [
        test
        for test in urgent(build(settings), policy(settings))
        if isinstance(test.rule.source, BurnAlert)
    ]
    assert len(burns) == 1
    assert survivors(burns[0]) == []


@pytest.mark.deep
def test_many_mutants_at_once_are_judged_as_each_alone() -> None:
    """A case of its own notices the same mutants, and no other, whichever are run beside it."""
    test = of_the_urgent()["CacheHitRateLow"]
    for case in test.cases:
        one = replace(test, cases=(case,))
        alone = [m.done for m in mutants(test) if not failing(one, m.files)]
        assert [m.done for m in unnoticed(one, NOT_KEPT) if m.done] == alone


@pytest.mark.deep
def test_a_rule_as_it_is_passes_and_a_test_of_nothing_is_reported() -> None:
    """The harness passes what is right, and names each mutant where tests check nothing."""
    settings = Settings()
    test = urgent(build(settings), policy(settings))[0]
    assert not failing(test, trimmed(test))
    assert all(failing(test, mutant.files) for mutant in mutants(test))
    case = test.cases[0]
    blind = replace(test, cases=(replace(case, checks=case.checks[:1]),))
    reported = [f"{test.rule.alert}: {m.done}, and its tests pass" for m in mutants(test)]
    assert survivors(blind) == reported


def refusals() -> Iterator[tuple[dict[str, Any], str]]:
    """Yield settings of alerts that make no sense, and what is said of them."""
    yield {"ErrorRateCritical": {"threshold": "100%"}}, "nothing is above 100%"
    yield {"CacheHitRateLow": {"threshold": "0%"}}, "nothing is below 0%"
    yield {"ResponseTimeWarning": {"threshold": "0s"}}, "nothing is not above 0s"


@pytest.mark.parametrize(("given", "text"), [*refusals()])
def test_a_threshold_that_makes_no_sense_is_refused(given: dict[str, Any], text: str) -> None:
    """An alert that can never fire, or always would, is an error that names it and the mend."""
    settings = Settings.model_validate({"alerts": given})
    with pytest.raises(SettingsError, match=text) as error:
        documents(build(settings))
    assert next(iter(given)) in str(error.value)
    assert "enabled: false" in str(error.value)
