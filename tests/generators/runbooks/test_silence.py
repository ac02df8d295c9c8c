"""An alert is silenced as its runbook states, with one shared text for all."""

import subprocess
from pathlib import Path

import yaml

from generators.rules.build import build
from generators.rules.model import alerts
from generators.runbooks.statements import statements
from tests.generators.runbooks.reading import fences, names, reference, runbook, section
from tests.servers import alertmanager


def test_amtool_takes_every_silence(tmp_path: Path) -> None:
    """Typed as it stands, each command leaves a silence on exactly the alert's labels."""
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with alertmanager(tmp_path, config) as running:
        for name in names():
            typed = fences(section(runbook(name), "Silence it"), "sh")
            if name == "Watchdog":
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
    del carried["Watchdog"]
    assert labels == carried


def test_the_button_is_offered_where_slack_is() -> None:
    """Without Slack there is no button, so that only the command is named."""
    assert "button **Silence**" in runbook("CPUHigh")
    assert "button **Silence**" not in runbook("CPUHigh", notifications={})
    assert "button **Silence**" not in runbook("DiskTrend")


def test_only_the_watchdog_has_a_text_of_its_own() -> None:
    """All others share one: a change of it is made once."""
    assert [name for name, each in statements().items() if each.silence] == ["Watchdog"]
