"""How many events a window needs is a setting: rules, their tests and texts follow it."""

import re
from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.policy import policy
from generators.promql import View, render_signal
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import mutants, trimmed
from generators.rules.build import build
from generators.rules.model import recordings
from generators.runbooks.documented import documented_alerts
from tests.generators.rule_tests.judging import failing
from tests.generators.rules.playing import firing, played, total

_COUNT = re.compile(r">= ([1-9]\d*)\)$")
# Run without --deep, too.
SOON = {("ErrorRateCritical", 3)}
SERVICE = '{gcp_project="p",region="r",service_name="s",response_code_class="%s"}'


def settings_of(count: int) -> Settings:
    """Return settings with this minimum."""
    return Settings.model_validate({"alerts": {"minimum_events": count}})


def test_every_signal_and_rule_has_the_minimum() -> None:
    """Those of the policy, of all recorded windows, and of the alerts; nothing keeps 100."""
    settings = settings_of(7)
    found = policy(settings)
    signals = (*found.signals, *(row.signal for row in found.thresholds))
    counts = {signal.minimum_events.count for signal in signals if signal.minimum_events}
    assert counts == {7}
    assert "100" not in "".join(render_signal(s, View(window="5m")) for s in found.signals)
    rules = {rule.record: _COUNT.search(rule.expr) for rule in recordings(build(settings).all)}
    needed = {name: match[1] for name, match in rules.items() if match}
    windows = [f"project_region_service:error_rate:ratio{w}" for w in ("2m", "5m", "30m", "1h")]
    assert needed.keys() >= {*windows}
    assert {needed[name] for name in windows} == {"7"}
    assert set(needed.values()) == {"7"}


def test_a_service_keeps_the_minimum_of_all() -> None:
    """Thresholds of its own leave it; a minimum of its own is refused."""
    given = {"minimum_events": 7, "ErrorRateCritical": {"threshold": 0.1}}
    own = {"checkout": {"alerts": {"ErrorRateCritical": {"threshold": 0.2}}}}
    settings = Settings.model_validate({"alerts": given, "services": own})
    (row,) = (r for r in policy(settings.of_service("checkout")).thresholds
              if r.name == "ErrorRateCritical")  # fmt: skip
    assert row.threshold == 0.2
    assert row.signal.minimum_events is not None
    assert row.signal.minimum_events.count == 7
    with pytest.raises(ValueError, match="cannot differ by service"):
        Settings.model_validate({"services": {"checkout": {"alerts": {"minimum_events": 5}}}})


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_what_is_no_count_is_refused(count: object) -> None:
    """A minimum is a whole number from 1 on."""
    with pytest.raises(ValueError, match="minimum_events"):
        Settings.model_validate({"alerts": {"minimum_events": count}})


def test_runbooks_state_the_minimum() -> None:
    """Their texts name it, and their queries hold no other."""
    settings = settings_of(37)
    found = documented_alerts(settings, build(settings), policy(settings))
    facts = {alert.name: alert.facts for alert in found}
    assert facts["ErrorRateCritical"]["minimum"] == facts["CacheHitRateLow"]["minimum"] == "37"
    assert "minimum" not in facts["CPUHigh"]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "fires"), [(20, 1), (100, 0)])
def test_the_minimum_decides_within_minutes(count: int, fires: int, tmp_path: Path) -> None:
    """All of eight requests a minute fail: five minutes are enough for 20, and not for 100."""
    series = {f"cloudrun_requests_total{SERVICE % '5xx'}": total([8] * 10)}
    alert = f"sum({firing('ErrorRateCritical', 'region', 1)}) or vector(0)"
    assert played(tmp_path, series, [(alert, 9, {"{}": fires})], settings_of(count)) == ""


@pytest.mark.slow
def test_a_description_names_the_window_that_judged(tmp_path: Path) -> None:
    """Five minutes where they hold enough requests; else the longer ones, and why."""
    much, little = (
        {f"cloudrun_requests_total{SERVICE % '5xx'}": total([requests] * 40)}
        for requests in (1000, 8)
    )
    assert "is 100% over 5m. The" in played(tmp_path, much, [], silent=[("ErrorRateCritical", 39)])
    found = played(tmp_path, little, [], silent=[("ErrorRateCritical", 39)])
    assert "is 100% over 30m or 1h, too few events for 5m. The" in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alert", "count"),
    [
        pytest.param(alert, count, marks=[] if (alert, count) in SOON else [pytest.mark.deep])
        for alert in ("ErrorRateCritical", "CacheHitRateLow")
        for count in (1, 3, 20_000)
    ],
)
def test_generated_tests_hold_and_bite_with_any_minimum(alert: str, count: int) -> None:
    """They pass, and do not where the minimum is dropped or the threshold moved."""
    rules = build(settings_of(count))
    test = next(test for test in documents(rules) if test.rule.alert == alert)
    assert not failing(test, trimmed(test))
    chosen = ("its minimum of events is dropped", "its threshold is moved")
    wrong = {m.done: failing(test, m.files) for m in mutants(test) if m.done in chosen}
    assert wrong == dict.fromkeys(chosen, True)
