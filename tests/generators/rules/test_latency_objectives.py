"""Objectives of latency: slow requests burn a budget of their own, errors another one."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.files import write
from generators.output_folders import RULE_FILES
from generators.rule_tests.document import RuleTestFile
from generators.rule_tests.files import documents
from generators.rule_tests.mutant_runs import survivors
from generators.rule_tests.mutation import trimmed
from generators.rules import running
from generators.rules.budgets import LATENCY
from generators.rules.build import build
from generators.rules.model import alerts, recordings
from tests.generators.rule_tests.test_files import complaint
from tests.generators.rules.playing import firing, played, total

SETTINGS = Settings.model_validate(
    {
        "services": {
            "checkout": {
                "owner": "payments",
                "objectives": {"latency": {"share": "95%", "within": "300ms"}},
            },
            "search": {"owner": "finding"},
        }
    }
)
BOUNDS = ("0.217795333781", "0.304913467293", "+Inf")
BUDGET = ("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted", "ErrorBudgetTrend")
QUICK = ("ErrorBudgetExhausted", "ErrorBudgetTrend")
MUTATED = ("SLABreach", *QUICK)
CALM, BAD = 70, 20  # minutes
TESTS = {test.rule.title: test for test in documents(build(SETTINGS))}


def counters(
    project: str, service: str, each: Sequence[Mapping[str, float]]
) -> Iterator[tuple[str, str]]:
    """Yield what a service counts: requests a minute, by bound and by code class."""
    place = f'gcp_project="{project}",region="r",service_name="{service}",job="j",instance="a"'
    for name in each[0]:
        rises = total([minute[name] for minute in each])
        if name[-2:] != "xx":
            labels = f'{place},response_code_class="2xx",le="{name}"'
            yield f"cloudrun_request_duration_seconds_bucket{{{labels}}}", rises
        else:
            yield f'cloudrun_requests_total{{{place},response_code_class="{name}"}}', rises


def minute(slow: float = 0, failed: float = 0) -> Mapping[str, float]:
    """Return a minute of 60 requests."""
    fast = 60 - slow
    return {**dict.fromkeys(BOUNDS[:2], fast), "+Inf": 60, "2xx": 60 - failed, "5xx": failed}


def of_signal(signal: str) -> str:
    """Return the query of which services' alert on a signal fires, with the team it carries."""
    query = firing("SLABreach", "gcp_project, service_name, team", 1)
    return query.replace("SLABreach", f'SLABreach",signal="{signal}')


@pytest.mark.deep
def test_slowness_pages_by_latency_and_errors_by_availability(tmp_path: Path) -> None:
    """Each notifies the service's own team, and only where something is promised of it.

    A total slowdown fires within 15 minutes, though its greatest burn rate is 20.
    """
    series: dict[str, str] = {}
    for project, bad in (("slow", minute(slow=60)), ("failing", minute(failed=60))):
        for service in SETTINGS.services:
            series |= counters(project, service, [minute()] * CALM + [bad] * BAD)
    at, teams = CALM + 15, {"checkout": "payments", "search": "finding"}
    found = {
        project: [
            f'{{gcp_project="{project}", service_name="{name}", team="{team}"}}'
            for name, team in teams.items()
        ]
        for project in ("slow", "failing")
    }
    checks = [
        (of_signal("latency"), CALM, {}),
        (of_signal("latency"), at, {found["slow"][0]: 1.0}),
        (of_signal("availability"), at, dict.fromkeys(found["failing"], 1.0)),
    ]
    assert played(tmp_path, series, checks, SETTINGS) == ""


def test_requests_between_two_bounds_are_counted_by_interpolation(tmp_path: Path) -> None:
    """Of 30 requests between 218ms and 305ms, 94.4 % lie within 300ms, as of an even spread."""
    each = [{"0.217795333781": 20, "0.304913467293": 50, "+Inf": 60}] * 40
    inside = (0.3 - 0.217795333781) / (0.304913467293 - 0.217795333781)
    slow = 30 * (60 - (20 + 30 * inside))
    query = f"round({LATENCY.bad(1800)}, 0.001)"
    values = {'{gcp_project="p", service_name="checkout"}': round(slow, 3)}
    series = dict(counters("p", "checkout", each))
    assert played(tmp_path, series, [(query, 36, values)], SETTINGS, ("recording.yml",)) == ""


def test_buckets_that_are_not_there_are_noticed(tmp_path: Path) -> None:
    """With other bounds than expected nothing is slow; an alert says that nothing is known."""
    other = dict.fromkeys(("0.2", "0.4", "+Inf"), 60.0)
    series = dict(counters("other", "checkout", [other] * 40))
    series |= counters("expected", "checkout", [minute(slow=60)] * 40)
    query = firing("LatencyUnmeasured", "gcp_project", 1)
    files = ("recording.yml", "health.yml")
    checks = [(query, 36, {'{gcp_project="other"}': 1.0})]
    assert played(tmp_path, series, checks, SETTINGS, files) == ""


def test_who_promises_nothing_of_latency_gets_no_series_of_it() -> None:
    """Without an objective no bucket is kept for the long term."""
    names = {rule.record for rule in recordings(build(Settings()).all)}
    counters = (LATENCY.running, running.sparse(LATENCY.running))
    assert not [name for name in names if "slo_latency" in name or name in counters]


def test_data_that_is_away_keeps_the_alert_on_the_same_budget() -> None:
    """An alert on slow requests that fires does not make one on errors begin."""
    for rule in alerts(build(SETTINGS).all):
        if rule.alert in BUDGET and "ALERTS{" in rule.expr:
            assert f'signal="{dict(rule.labels)["signal"]}"' in rule.expr


def test_each_form_has_tests_of_its_own() -> None:
    """The forms of an alert are told apart in the names of their files."""
    paths = {Path(TESTS[f"{name} (latency) of checkout"].path).name for name in BUDGET}
    assert paths == {f"{name}.latency-checkout.yml" for name in BUDGET}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.deep]) for n in BUDGET],
)
def test_promtool_finds_that_an_alert_on_slow_requests_does_what_its_tests_say(
    name: str, tmp_path: Path
) -> None:
    """The generated tests hold for a budget of slow requests, too."""
    assert complaint_of(TESTS[f"{name} (latency) of checkout"], tmp_path) == ""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n == QUICK[-1] else [pytest.mark.deep]) for n in MUTATED],
)
def test_tests_of_slow_requests_notice_every_mutant(name: str) -> None:
    """What is changed of the alert makes a test of it fail."""
    objectives = {"latency": {"share": "99.9%", "within": "300ms"}}
    tests = documents(build(Settings.model_validate({"objectives": objectives})))
    (test,) = (test for test in tests if test.rule.title == f"{name} (latency)")
    assert survivors(test) == []


@pytest.mark.parametrize(
    "objectives",
    [
        {"availability": "50%"},
        {"window": "1d"},
        {"window": "2d"},
        {"latency": {"share": "50%", "within": "1ms"}, "window": "90d"},
        {"latency": {"share": "99.99%", "within": "2s"}, "window": "3d"},
    ],
)
def test_budgets_are_tested_under_any_objective(
    objectives: dict[str, object], tmp_path: Path
) -> None:
    """However large the budget and however short its window, promtool can hold the story."""
    rules = build(Settings.model_validate({"objectives": objectives}))
    for test in documents(rules):
        if test.rule.alert in {"ErrorBudgetExhausted", "ErrorBudgetTrend"}:
            assert complaint_of(test, tmp_path / test.path) == ""


def complaint_of(test: RuleTestFile, root: Path) -> str:
    """Return what promtool finds wrong in the tests of an alert."""
    texts = {f"{RULE_FILES}/{file.name}": file.text() for file in trimmed(test)}
    write(root, {**texts, test.path: test.text()})
    return complaint(root / test.path)
