"""An alert is silenced as its runbook states, with one shared text for all."""

import subprocess
from pathlib import Path

import pytest
import yaml

from generators.rules.build import build
from generators.rules.model import alerts
from generators.runbooks.fragments import read
from generators.runbooks.named_facts import filled_lines
from generators.runbooks.notifications import placeholder
from generators.runbooks.silence import silence
from generators.runbooks.statements import statements
from generators.runbooks.text_error import TextError
from tests.generators.runbooks.reading import (
    fences,
    names,
    reference,
    reference_cases,
    runbook,
    section,
)
from tests.servers import alertmanager

OWN = ("Canary", "Escalation", "Watchdog")


def test_amtool_takes_every_silence(tmp_path: Path) -> None:
    """Typed as it stands, each command leaves a silence on exactly the alert's labels."""
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with alertmanager(tmp_path, config) as running:
        for name in names():
            typed = fences(section(runbook(name), "Silence it"), "sh")
            if name in OWN:
                assert typed == []
                continue
            command = typed[0].replace("127.0.0.1:9093", f"127.0.0.1:{running.port}")
            done = subprocess.run(
                ["sh", "-c", command], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{name}: {done.stderr}"
        query = f"amtool silence query --alertmanager.url=http://127.0.0.1:{running.port} -o json"
        silences = yaml.safe_load(subprocess.check_output(["sh", "-c", query], text=True))
    labels = {
        next(m["value"] for m in silence["matchers"] if m["name"] == "alertname"): {
            m["name"] for m in silence["matchers"]
        }
        for silence in silences
    }
    carried = {r.alert: {"alertname", *r.carried} for r in alerts(build(reference()).all)}
    assert labels == {name: own for name, own in carried.items() if name not in OWN}


def test_the_button_is_offered_where_slack_is() -> None:
    """Without Slack there is no button, so that only the command is named."""
    assert "button **Silence**" in runbook("CPUHigh")
    assert "button **Silence**" not in runbook("CPUHigh", notifications={})
    assert "button **Silence**" not in runbook("DiskTrend")


def test_only_three_have_a_text_of_their_own() -> None:
    """All others share one: a change of it is made once."""
    own = [name for name, each in statements().items() if each.silence]
    assert own == list(OWN)


def test_every_silence_is_for_planned_work() -> None:
    """The shared text says what a silence hides, and for how long by the alert's severity."""
    for case in reference_cases():
        if not case.statement.silence:
            text = " ".join(silence(case))
            assert "Silence planned work only" in text
            repeat = {"critical": "1h", "high": "4h", "medium": "7h50m", "low": "1d"}
            assert f"for up to {repeat[case.rule.severity]} after" in text


def test_a_shared_text_names_known_facts(tmp_path: Path) -> None:
    """An unknown fact of a fragment is refused with its file and line, like one of an alert's."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "silence.md").write_text("# silence\n\n## by-hand\n\namtool {alerts}\n")
    lines = read(tmp_path).fragment("silence#by-hand")
    expected = r"shared/silence\.md:5: unknown fact of CPUHigh 'alerts'; did you mean 'alert'\?"
    with pytest.raises(TextError, match=expected):
        [*filled_lines(lines, {"alert": "CPUHigh"})]


def test_a_label_of_a_configured_metric_is_its_name_in_capitals() -> None:
    """A metric of the settings may have any label."""
    assert placeholder("queue_name") == "QUEUE_NAME"
