"""`ionmon explain` explains what fires in a real Prometheus, as text and as JSON."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.exporter.running import IONMON
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


def explain(folder: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    body = {
        "prometheus": {"address": f"127.0.0.1:{port}"},
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
