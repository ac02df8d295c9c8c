"""Alerts are changed by name, and all of them get what the settings add to each."""

from pathlib import Path
from typing import Any

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings, load
from generators.alertmanager.build import texts as routes
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import mutants, trimmed
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.generators.rule_tests.judging import failing
from tests.generators.users import USER

EXAMPLE = Path(__file__).parents[3] / "examples" / "reference.yaml"
OWN = {
    "labels": {"environment": "production", "cluster": 'a\\b "c"'},
    "annotations": {"wiki": "https://wiki.example.com/x?a=1&b=$2"},
}


def changed(**others: Any) -> dict[str, Alerting]:
    """Return the alerts by name under settings of others."""
    settings = Settings.model_validate({"alerts": {"others": others}})
    return {rule.alert: rule for rule in alerts(build(settings).all)}


def test_severity_and_time_change_alone() -> None:
    """What is said changes, in its place; everything else of the alert stays."""
    usual, found = changed()["DiskTrend"], changed(DiskTrend={"severity": "high"})["DiskTrend"]
    assert found.severity == "high"
    assert [name for name, _ in found.labels] == [name for name, _ in usual.labels]
    assert (found.expr, found.for_) == (usual.expr, usual.for_)
    assert changed(DiskTrend={"for": 3600})["DiskTrend"].for_ == 3600


def test_an_alert_can_be_left_out() -> None:
    """What is not enabled is not there; its recorded series stay."""
    assert "QueryTimeAnomaly" not in changed(QueryTimeAnomaly={"enabled": False})


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("DiskTrends", "there is no such alert; did you mean 'DiskTrend'?"),
        ("Xyzzy", "there is no such alert; docs/alerts.md lists all alerts"),
        ("CPUHigh", "has a key of its own; write alerts.CPUHigh"),
        ("Watchdog", "cannot be changed; it proves that alerts arrive"),
    ],
)
def test_unknown_names_are_refused(name: str, reported: str) -> None:
    """A misspelt name is reported with what was meant."""
    with pytest.raises(SettingsError) as error:
        changed(**{name: {"severity": "high"}})
    assert str(error.value).startswith(f"alerts.others.{name}: {reported}")


@pytest.mark.parametrize("settings", [load(EXAMPLE), USER], ids=["reference", "user"])
def test_every_alert_carries_what_the_settings_add(settings: Settings) -> None:
    """Own labels and annotations come last, and change nothing else: not the routes either."""
    usual = build(settings)
    own = settings.model_copy(update={"alerts": settings.alerts.model_copy(update=OWN)})
    found = build(own)
    pairs = list(zip(alerts(usual.all), alerts(found.all), strict=True))
    assert "Watchdog" in {rule.alert for _, rule in pairs}
    for before, rule in pairs:
        assert rule.labels == (*before.labels, *OWN["labels"].items()), rule.alert
        assert rule.annotations == (*before.annotations, *OWN["annotations"].items())
        assert rule.expr == before.expr
    assert routes(own, tuple(alerts(found.all))) == routes(settings, tuple(alerts(usual.all)))


@pytest.mark.slow
@pytest.mark.parametrize("alert", ["ErrorRateCritical", "DataStale", "Escalation", "DiskTrend"])
def test_generated_tests_expect_what_the_settings_add(alert: str) -> None:
    """Alerts of each kind pass them, and do not without an own label."""
    settings = load(EXAMPLE)
    own = {"alerts": settings.alerts.model_copy(update=OWN)}
    rules = build(settings.model_copy(update=own))
    test = next(test for test in documents(rules) if test.rule.alert == alert)
    assert not failing(test, trimmed(test))
    dropped = [mutant for mutant in mutants(test) if mutant.done == "its environment is dropped"]
    assert [failing(test, mutant.files) for mutant in dropped] == [True]


def test_names_that_rules_set_are_refused() -> None:
    """Every label and annotation of the rules that ship is refused where the settings are read."""
    for rule in alerts(build(load(EXAMPLE)).all):
        for key, names in (("labels", dict(rule.labels)), ("annotations", dict(rule.annotations))):
            for name in names:
                with pytest.raises(ValueError, match="alerts have already"):
                    Settings.model_validate({"alerts": {key: {name: "x"}}})


def test_labels_of_series_are_refused() -> None:
    """A label that only some alerts carry is refused with the name of one of them."""
    with pytest.raises(SettingsError) as error:
        build(Settings.model_validate({"alerts": {"labels": {"flag": "x", "mine": "y"}}}))
    text = "PrometheusFlagWrong has the label already; choose another name"
    assert str(error.value) == f"alerts.labels.flag: {text}"
