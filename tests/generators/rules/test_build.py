"""The rule files: what there is, how it is named, that promtool takes it whatever the settings."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import promql_parser
import pytest

from exporter.catalog.expression import Level, LevelRatio
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from exporter.settings import Settings
from generators.alert_table import BREACH, THRESHOLDS
from generators.policy import SEVERITIES
from generators.rules.build import Rules, build, texts
from generators.rules.model import alerts, recordings
from generators.rules.recording import signal_name

VARIANTS = {
    "default": {},
    "a week": {"objectives": {"availability": "99%", "window": "7d"}},
    "a day": {"objectives": {"availability": "99.999%", "window": "1d"}},
    "ninety days": {"objectives": {"window": "90d"}},
    "no burn": {"alerts": {"ErrorBudgetBurn": {"enabled": False}, "SLABreach": {"enabled": False}}},
    "sentry": {"notifications": {"sentry": {"dsn_file": "dsn"}}},
    "one server": {"prometheus": {"longterm": None}},
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Return the rules without settings."""
    return build(Settings())


@pytest.mark.parametrize("variant", VARIANTS)
def test_promtool_has_no_complaint(variant: str, tmp_path: Path) -> None:
    """Every file passes promtool's own lint, and no rule is there twice."""
    found = texts(build(Settings.model_validate(VARIANTS[variant])))
    for name, text in found.items():
        (tmp_path / Path(name).name).write_text(text)
    files = sorted(map(str, tmp_path.iterdir()))
    command = ["promtool", "check", "rules", "--lint=all", "--lint-fatal", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_series_is_recorded_once(variant: str) -> None:
    """One server may load all files: no name is recorded twice, whatever the window."""
    found = build(Settings.model_validate(VARIANTS[variant]))
    counts = Counter(rule.record for rule in recordings(found.all))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_most_urgent_are_alone_in_their_group(rules: Rules) -> None:
    """Thresholds and the budget burning fast, the most urgent first; nothing else is with them."""
    groups = {g.name: g for file in rules.all for g in file.groups}
    found = [*alerts(f for f in rules.all if f.name == "alerts.yml")]
    names = [rule.alert for rule in found]
    assert sorted(names) == sorted((*(row.name for row in THRESHOLDS), BREACH.name))
    ranks = [SEVERITIES.index(rule.severity) for rule in found]
    assert ranks == sorted(ranks)
    assert len(groups["ion_alerts"].rules) == len(names)
    others = [r.alert for r in alerts(f for f in rules.all if f.name != "alerts.yml")]
    assert set(others).isdisjoint(names)


def test_every_signal_is_recorded_in_full(rules: Rules) -> None:
    """Every signal by all its dimensions."""
    names = {rule.record for rule in recordings(rules.all)}
    for signal in SIGNALS:
        assert signal_name(signal, split(signal)) in names


def test_names_say_level_metric_and_operation(rules: Rules) -> None:
    """Every recorded name has its three parts."""
    form = re.compile(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")
    assert [r.record for r in recordings(rules.all) if not form.fullmatch(r.record)] == []


def test_an_increase_is_taken_once(rules: Rules) -> None:
    """No two rules of five minutes ask Prometheus for the same increase."""
    asked = re.compile(r"increase\((\w+)[^\[]*\[5m\]\)")
    counts = Counter(name for r in recordings(rules.all) for name in asked.findall(r.expr))
    assert [name for name, count in counts.items() if count > 1] == []


def test_windows_of_days_read_no_counter(rules: Rules) -> None:
    """What looks back for hours reads recorded series, which are few."""
    long = re.compile(r"([a-z_:0-9A-Z]+)(?:\{[^}]*\})?\[\d+[hd]\]")
    raw = {n for r in recordings(rules.all) for n in long.findall(r.expr) if ":" not in n}
    assert raw == set()


def test_every_alert_is_urgent_in_a_known_way_and_says_enough(rules: Rules) -> None:
    """Severity, a headline and what of it many share, words, runbook and dashboard are there."""
    for rule in alerts(rules.all):
        labels, notes = dict(rule.labels), dict(rule.annotations)
        assert labels["severity"] in {"critical", "high", "medium", "low", "none"}, rule.alert
        asked = {"summary", "description", "check", "problem", "ended"}
        asked |= {"runbook_url", "dashboard_url"}
        assert set(notes) - {"reading", "value", "place", "limit", "no_data"} == asked
        assert "{{" not in notes["problem"] + notes["ended"] + notes["check"], rule.alert
        assert notes["runbook_url"].endswith(f"/{rule.alert}.md")
        assert notes["dashboard_url"].endswith("&from=now-3h&to=now")


def test_expressions_parse(rules: Rules) -> None:
    """Every expression is PromQL."""
    for rule in (*alerts(rules.all), *recordings(rules.all)):
        promql_parser.parse(rule.expr)


def test_a_missed_scrape_hides_no_gauge(rules: Rules) -> None:
    """Every recorded gauge stands in for scrapes that were missed."""
    by_name = {rule.record: rule.expr for rule in recordings(rules.all)}
    levels = [s for s in SIGNALS if isinstance(s.expression, Level | LevelRatio)]
    assert levels
    for signal in levels:
        assert "last_over_time(" in by_name[signal_name(signal, split(signal))]
