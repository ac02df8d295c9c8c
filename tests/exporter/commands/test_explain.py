"""`ionmon explain` explains what fires in a real Prometheus, as text and as JSON."""

import json
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from exporter.bridge.alertmanagers import Alertmanager
from exporter.commands.explain import command
from exporter.settings import Settings
from generators.monitoring_config import CONFIG_FILE
from generators.outputs import texts
from tests.docs.json_keys import unlike_page
from tests.exporter.running import IONMON
from tests.http_server import answering
from tests.servers import Prometheus, alertmanager, free_port, prometheus, wait_until

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"
RULES: dict[str, Any] = {
    "groups": [
        {
            "name": "test",
            "interval": "1s",
            "rules": [
                {"alert": "Watchdog", "expr": "vector(1)"},
                *(
                    {
                        "alert": "ErrorRateCritical",
                        "expr": "vector(1)",
                        "labels": {
                            "severity": "critical",
                            "gcp_project": "shop",
                            "service_name": "checkout",
                            "region": region,
                        },
                    }
                    for region in ("europe-west1", "us-central1")
                ),
            ],
        }
    ]
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus in which an alert fires in two regions."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "rules.yml").write_text(yaml.safe_dump(RULES))
    with prometheus(folder, yaml.safe_dump({"rule_files": ["rules.yml"]})) as running:
        wait_until(lambda: len(running.api("alerts")["alerts"]) == 3, "the alerts that fire")
        yield running


def explain(
    folder: Path, port: int, *arguments: str, **servers: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    body = {
        "prometheus": {"address": f"127.0.0.1:{port}", **servers},
        "storage": {"monitoring_config": str(CONFIG)},
    }
    (folder / "monitoring.yaml").write_text(yaml.safe_dump(body))
    return subprocess.run(
        [*IONMON, "explain", *arguments, "--config", str(folder / "monitoring.yaml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
    )


def test_each_alert_of_the_name_is_explained(server: Prometheus, tmp_path: Path) -> None:
    """Without labels all of them; a label chooses."""
    done = explain(tmp_path, server.port, "ErrorRateCritical")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("\n\n")
    assert first.startswith("ErrorRateCritical: gcp_project=shop, region=")
    assert "  Error rate (4xx and 5xx): no data now, limit 1%; it fires" in first
    assert "  Logs: https://console.cloud.google.com/logs/query;query=" in second
    one = explain(tmp_path, server.port, "ErrorRateCritical", "region=us-central1", "--json")
    body = json.loads(one.stdout)
    assert unlike_page("explain", body) == []
    (found,) = body["alerts"]
    assert found["labels"]["region"] == "us-central1"
    assert found["value"].startswith("Error rate (4xx and 5xx): no data now")
    assert found["faults"] == []


def test_what_does_not_fire_is_no_explanation(server: Prometheus, tmp_path: Path) -> None:
    """A server that has just started does not know it; a word that is no label is refused."""
    done = explain(tmp_path, server.port, "ErrorRateCritical", "region=mars")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ErrorRateCritical, region=mars fires is not known: " in done.stderr
    assert f"127.0.0.1:{server.port} has just started" in done.stderr
    done = explain(tmp_path, server.port, "CPUHigh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "alertname=CPUHigh fires is not known: " in done.stderr
    assert "has just started" in done.stderr
    assert explain(tmp_path, server.port, "ErrorRateCritical", "mars").returncode == 2


def test_without_prometheus_it_fails(tmp_path: Path) -> None:
    """The message names the server that does not answer."""
    port = free_port()
    done = explain(tmp_path, port, "ErrorRateCritical")
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr


def test_one_server_of_two_is_not_enough(server: Prometheus, tmp_path: Path) -> None:
    """What the other one has is explained; more may fire, so the exit code is no success."""
    away = free_port()
    done = explain(tmp_path, server.port, "ErrorRateCritical", longterm=f"127.0.0.1:{away}")
    assert done.returncode == 1
    assert done.stdout.count("ErrorRateCritical: ") == 2
    assert f"ionmon: more of them may fire: 127.0.0.1:{away}: " in done.stderr
    done = explain(tmp_path, server.port, "CPUHigh", longterm=f"127.0.0.1:{away}")
    assert (done.returncode, done.stdout) == (1, "")
    assert "whether an alert with alertname=CPUHigh fires is not known" in done.stderr


class OldAlert(BaseHTTPRequestHandler):
    """A Prometheus in which conditions have been true since noon of a day, without data."""

    def do_GET(self) -> None:
        """Answer with the alert."""
        labels = {"alertname": "ErrorRateCritical", "service_name": "checkout"}
        alert = {"state": "firing", "labels": labels, "activeAt": "2026-01-01T12:00:00Z"}
        watchdog = {**alert, "labels": {"alertname": "Watchdog"}}
        self._answer({"alerts": [alert, watchdog]})

    def do_POST(self) -> None:
        """Answer a query."""
        self._answer({"resultType": "vector", "result": []})

    def _answer(self, found: object) -> None:
        text = json.dumps({"status": "success", "data": found}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def test_it_fires_since_the_time_of_its_own_service(tmp_path: Path) -> None:
    """A service with `for: 15m` fires that long after its condition began."""
    body = {
        "google": {"projects": ["shop"]},
        "storage": {"monitoring_config": str(tmp_path / "config.json")},
        "services": {"checkout": {"alerts": {"ErrorRateCritical": {"for": "15m"}}}},
    }
    (tmp_path / "config.json").write_text(texts(Settings.model_validate(body))[CONFIG_FILE])
    with answering(OldAlert) as server:
        address = {"prometheus": {"address": f"127.0.0.1:{server.server_port}"}}
        (tmp_path / "monitoring.yaml").write_text(yaml.safe_dump({**body, **address}))
        words = ["ErrorRateCritical", "--config", str(tmp_path / "monitoring.yaml")]
        done = CliRunner().invoke(command, words)
    assert "limit 1%; it fires since 1 Jan 12:15 UTC" in done.output


@pytest.fixture
def old() -> Iterator[int]:
    """The port of a Prometheus that has run for long."""
    with answering(OldAlert) as server:
        yield server.server_port


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("CPUHigh",), ("no alert with alertname=CPUHigh fires; see: ionmon alerts",)),
        (
            ("ErrorRateCritical", "service_name=mars"),
            ("service_name=mars fires; these fire:\n", "  service_name=checkout\n"),
        ),
        (
            ("ErrorRateCritical", "regoin=mars"),
            ("has the label regoin; these fire:\n", "  service_name=checkout\n"),
        ),
        (
            ("ErrorRateCritcal",),
            ("is no alert of monitoring_config.json; did", "did you mean 'ErrorRateCritical'?"),
        ),
        (("Qqq",), ("is no alert of monitoring_config.json; there are ApplicationFieldsHigh, ",)),
    ],
)
def test_what_there_is_instead_is_said(
    old: int, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Whether it is the alert, a label or its value that there is not."""
    done = explain(tmp_path, old, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert [each for each in said if each not in done.stderr] == []


def test_an_id_or_its_start_names_an_alert(server: Prometheus, tmp_path: Path) -> None:
    """As `ionmon ack` takes it; the labels that Prometheus adds to what it sends do not matter."""
    (tmp_path / "alertmanager.yml").write_text(
        "route: {receiver: none}\nreceivers: [{name: none}]\n"
    )
    labels = dict(RULES["groups"][0]["rules"][1]["labels"], alertname="ErrorRateCritical")
    with alertmanager(tmp_path, tmp_path / "alertmanager.yml") as holder:
        holder.post([{"labels": {**labels, "cluster": "a"}}])
        (held,) = Alertmanager(f"127.0.0.1:{holder.port}").held()
        at: dict[str, Any] = {"alertmanagers": [f"127.0.0.1:{holder.port}"]}
        at["external_labels"] = {"cluster": "a"}
        for words in (held.fingerprint, held.fingerprint[:4]):
            done = explain(tmp_path, server.port, words, **at)
            assert done.returncode == 0, done.stderr
            assert done.stdout.count("ErrorRateCritical: ") == 1
            assert "region=europe-west1" in done.stdout
        other = "0000" if held.fingerprint[:4] != "0000" else "1111"
        done = explain(tmp_path, server.port, other, **at)
    assert done.returncode == 1
    assert f"whether an alert with the id {other} fires is not known: " in done.stderr


class NoRules(OldAlert):
    """A Prometheus that has evaluated nothing yet."""

    def do_GET(self) -> None:
        """Answer without an alert."""
        self._answer({"alerts": []})


def test_a_server_without_the_watchdog_is_not_calm(tmp_path: Path) -> None:
    """Before its first evaluation a Prometheus has no alert, and nothing is known."""
    with answering(NoRules) as server:
        done = explain(tmp_path, server.server_port, "CPUHigh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "alertname=CPUHigh fires is not known: no server has Watchdog" in done.stderr
