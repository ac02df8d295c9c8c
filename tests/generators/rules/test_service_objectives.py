"""Two services with objectives of their own, and owners: each burns its own budget."""

from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.files import write
from generators.output_folders import RULE_FILES
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import trimmed
from generators.rules.budgets import AVAILABILITY
from generators.rules.build import build
from generators.rules.model import alerts, recordings
from tests.generators.rule_tests.test_files import complaint

SETTINGS = Settings.model_validate(
    {
        "services": {
            "checkout": {
                "owner": "payments",
                "objectives": {"availability": "99.9%", "window": "7d"},
            },
            "search": {"owner": "finding", "objectives": {"availability": "99.99%"}},
            "mail": {"owner": "payments"},
        }
    }
)
RULES = build(SETTINGS)
BUDGET = ("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted", "ErrorBudgetTrend")
FAST = [name for name in BUDGET if name not in {"SLABreach", "ErrorBudgetBurn"}]
EACH = [pytest.param(name, marks=[] if name in FAST else [pytest.mark.deep]) for name in BUDGET]


@pytest.mark.parametrize("name", BUDGET)
def test_each_service_is_judged_by_one_form(name: str) -> None:
    """The forms exclude each other, and carry the team of who owns the services."""
    forms = {rule.services: rule for rule in alerts(RULES.all) if rule.alert == name}
    teams = {services: dict(rule.labels).get("team", "") for services, rule in forms.items()}
    assert teams == {
        (): "",
        ("checkout",): "payments",
        ("search",): "finding",
        ("mail",): "payments",
    }
    assert 'service_name!~"checkout|search|mail"' in forms[()].expr
    assert 'service_name="search"' in forms[("search",)].expr


def test_a_burn_rate_is_of_the_own_budget() -> None:
    """Errors are divided by what each service's objective allows; one rule records all of them."""
    texts = {rule.record: rule.expr for rule in recordings(RULES.all)}
    lines = texts[AVAILABILITY.burn(3600)].split("\nor\n")
    found = {line.split("{")[1].split("}")[0]: line.split(" / ")[2].split(" ")[0] for line in lines}
    assert found == {
        'service_name!~"checkout|search"': "0.0005",
        'service_name="checkout"': "0.001",
        'service_name="search"': "0.0001",
    }


@pytest.mark.parametrize("name", EACH)
def test_promtool_finds_that_each_form_does_what_its_tests_say(name: str, tmp_path: Path) -> None:
    """The forms of single services pass tests of their own, labels and all."""
    tests = [test for test in documents(RULES) if test.rule.alert == name and test.rule.services]
    assert len(tests) == len(SETTINGS.services)
    for test in tests[:2]:
        root = tmp_path / test.rule.services[0]
        texts = {f"{RULE_FILES}/{file.name}": file.text() for file in trimmed(test)}
        write(root, {**texts, test.path: test.text()})
        assert complaint(root / test.path) == ""
