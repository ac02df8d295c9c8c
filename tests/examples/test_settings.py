"""Files of settings in the examples: what is written for them is whole, and does as promised."""

from pathlib import Path

import pytest

from exporter.settings import Settings, load
from generators.alert_table import BurnAlert, ExhaustedAlert
from generators.checks.engine.gathering import CheckRequest
from generators.checks.run import run
from generators.files import write
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.files import documents
from generators.rules.build import Rules, build
from generators.rules.model import alerts
from generators.rules.rows import BudgetTrend
from tests.generators.generated import texts
from tests.generators.rule_tests.judging import failing

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = ("monitoring.yaml", "reference.yaml", "teams.yaml")
ON_BUDGETS = ("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted", "ErrorBudgetTrend")
SERVICES = ("checkout", "search")


def settings(name: str) -> Settings:
    """Return the settings of an example."""
    return load(FOLDER / name)


def of_latency(rules: Rules) -> list[str]:
    """Return the titles of the alerts on budgets of slow requests."""
    return [
        rule.title
        for rule in alerts(rules.all)
        if isinstance(rule.source, BurnAlert | ExhaustedAlert | BudgetTrend)
        and rule.source.objective.within
    ]


def test_every_file_of_settings_is_tried() -> None:
    """Prometheus' own configuration is no file of settings."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_for_it_has_no_problem(tmp_path: Path, name: str) -> None:
    """`ionmon check` finds nothing, the tools left out."""
    given = settings(name)
    write(tmp_path, texts(given))
    outcome = run(CheckRequest(tmp_path, given), lambda *_: None, KeptResults(None), offline=True)
    assert [str(problem) for problem in outcome.problems] == []


def test_each_team_has_alerts_on_its_slow_requests() -> None:
    """Each of them for both services, for which they carry the team; each has a file of tests."""
    rules = build(settings("teams.yaml"))
    titles = {f"{name} (latency) of {service}" for name in ON_BUDGETS for service in SERVICES}
    assert {*of_latency(rules)} == titles
    assert titles <= {test.rule.title for test in documents(rules)}
    teams = {
        (service, dict(rule.labels).get("team"))
        for rule in alerts(rules.all)
        if rule.title in titles
        for service in rule.services
    }
    assert teams == {("checkout", "payments"), ("search", "discovery")}


def test_tests_of_slow_requests_hold() -> None:
    """Promtool finds that the breach of a latency objective fires, and only where it has to."""
    rules = build(settings("teams.yaml"))
    tests = [
        test for test in documents(rules) if test.rule.title == "SLABreach (latency) of search"
    ]
    assert len(tests) == 1
    assert not failing(tests[0], rules.main)
