"""Where each alert has to arrive."""

from pathlib import Path

import pytest

from exporter.errors import ToolMissing
from generators.alertmanager.build import CONFIG, texts
from generators.alertmanager.route_cases import route_cases, wrong_routes
from tests.generators.alertmanager.samples import ALERTS, ALL, settings, write

pytestmark = pytest.mark.slow


def test_there_is_a_case_for_each_alert() -> None:
    """Every alert has a case with all the labels that it carries, and strangers have theirs."""
    cases = route_cases(settings(ALL), ALERTS)
    found = {case.name: case for case in cases}
    assert [case.name for case in cases[: len(ALERTS)]] == [alert.alert for alert in ALERTS]
    assert {name for name, _ in found["DiskTrend"].labels} == ALERTS[5].label_names
    assert found["Watchdog"].receivers == ("heartbeat",)
    receivers = {name: case.receivers for name, case in found.items() if name != "Watchdog"}
    assert {first for first, *_ in receivers.values()} == {"journal"}
    assert receivers["ErrorRateCritical"][1:] == ("critical-pagerduty", "critical-slack")
    assert receivers["ErrorRateWarning"][1:] == ("high-slack", "high-email")
    assert receivers["Escalation"][1:] == ("escalation",)
    assert receivers["an unknown severity"][1:] == ("unrouted",)
    without = route_cases(settings({"slack": ALL["slack"]}), ALERTS)
    assert without[0].receivers == ("critical-slack",)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('severity="high"', 'severity="hihg"', "ErrorRateWarning goes to journal,unrouted, not"),
        ("continue: true", "continue: false", "ErrorRateCritical goes to journal, not to journal,"),
        ("  - receiver: unrouted\n", "", "no severity goes to journal, not to journal,unrouted"),
        ('severity="escalation"', 'severity="x"', "Escalation goes to journal,unrouted, not to"),
        ('alertname="Watchdog"', 'alertname="Dog"', "Watchdog goes to journal,unrouted, not to h"),
        (
            "receiver: unrouted",
            "receiver: low-sentry",
            "no severity goes to journal,low-sentry, no",
        ),
        ("route:", "rout:", "field rout not found"),
    ],
)
def test_a_wrong_route_is_reported(old: str, new: str, wrong: str, tmp_path: Path) -> None:
    """A route that is changed by hand is reported, with the alert and where it goes."""
    found = texts(settings(ALL), ALERTS)
    assert old in found[CONFIG]
    write(tmp_path, {**found, CONFIG: found[CONFIG].replace(old, new)})
    reported = wrong_routes(tmp_path / CONFIG, route_cases(settings(ALL), ALERTS))
    assert any(wrong in problem for problem in reported), reported


def test_without_amtool_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without amtool nothing is taken for right."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="prometheus-alertmanager"):
        wrong_routes(tmp_path / CONFIG, ())
