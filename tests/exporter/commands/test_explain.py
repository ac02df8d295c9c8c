"""`ionmon explain` explains what fires in a real Prometheus, as text and as JSON."""

import json
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from exporter.commands.explain import command
from exporter.settings import Settings
from generators.monitoring_config import PATH
from generators.outputs import texts
from tests.exporter.running import IONMON
from tests.http_server import answering
from tests.servers import Prometheus, free_port, prometheus, wait_until

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"
RULES = {
    "groups": [
        {
            "name": "test",
            "interval": "1s",
            "rules": [
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
        wait_until(lambda: len(running.api("alerts")["alerts"]) == 2, "two alerts that fire")
        yield running


def explain(
    folder: Path, port: int, *arguments: str, **servers: str
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
    (found,) = json.loads(one.stdout)
    assert found["labels"]["region"] == "us-central1"
    assert found["value"].startswith("Error rate (4xx and 5xx): no data now")
    assert found["faults"] == []


def test_what_does_not_fire_is_no_explanation(server: Prometheus, tmp_path: Path) -> None:
    """Neither another alert nor another region; a word that is no label is refused."""
    done = explain(tmp_path, server.port, "ErrorRateCritical", "region=mars")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no alert with alertname=ErrorRateCritical, region=mars fires" in done.stderr
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
    """A Prometheus in which the condition of an alert has been true since noon, without data."""

    def do_GET(self) -> None:
        """Answer with the alert."""
        labels = {"alertname": "ErrorRateCritical", "service_name": "checkout"}
        alert = {"state": "firing", "labels": labels, "activeAt": "2026-01-01T12:00:00Z"}
        self._answer({"alerts": [alert]})

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
    (tmp_path / "config.json").write_text(texts(Settings.model_validate(body))[PATH])
    with answering(OldAlert) as server:
        address = {"prometheus": {"address": f"127.0.0.1:{server.server_port}"}}
        (tmp_path / "monitoring.yaml").write_text(yaml.safe_dump({**body, **address}))
        words = ["ErrorRateCritical", "--config", str(tmp_path / "monitoring.yaml")]
        done = CliRunner().invoke(command, words)
    assert "limit 1%; it fires since 1 Jan 12:15 UTC" in done.output
