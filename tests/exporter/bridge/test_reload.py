"""What a reload applies to a running bridge: other servers, for what fires and what explains it."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.bridge.digest.conftest import CONFIG
from tests.http_server import answering
from tests.servers import alertmanager, wait_until

pytestmark = pytest.mark.slow

ROUTES = "route: {receiver: none}\nreceivers: [{name: none}]\n"
EMPTY = b'{"status": "success", "data": {"resultType": "vector", "result": []}}'


@contextmanager
def asked_prometheus() -> Iterator[tuple[str, list[str]]]:
    """Run a stand-in that has no series; yield its address, and the queries that it is asked."""
    queries: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        """Answers every query with nothing."""

        def do_POST(self) -> None:
            """Note the query."""
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            queries.extend(form.get("query", ()))
            self.send_response(200)
            self.send_header("Content-Length", str(len(EMPTY)))
            self.end_headers()
            self.wfile.write(EMPTY)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as its base
            """Log nothing."""

    with answering(Answering) as server:
        yield f"127.0.0.1:{server.server_port}", queries


def firing(found: RunningBridge) -> list[str]:
    """Return the regions of what fires, as the bridge's API has it."""
    rows = json.loads(found.ask("/api/alerts")[1])["alerts"]
    return [dict(row["labels"])["region"] for row in rows]


def ids(found: RunningBridge) -> list[str]:
    """Return the ids of what fires."""
    return [row["id"] for row in json.loads(found.ask("/api/alerts")[1])["alerts"]]


def reload(found: RunningBridge, **sections: Any) -> None:
    """Change the settings, and have the bridge load them."""
    path = found.home / "monitoring.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **sections}))
    loaded = found.log.count("settings loaded")
    assert found.process is not None
    found.process.send_signal(signal.SIGHUP)
    wait_until(lambda: found.log.count("settings loaded") > loaded, "a reload")


def test_other_servers_are_asked_after_a_reload(tmp_path: Path) -> None:
    """What fires is read from the new Alertmanager, explanations from the new Prometheus."""
    (tmp_path / "am.yml").write_text(ROUTES)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    storage = {"monitoring_config": str(CONFIG)}
    with (
        alertmanager(tmp_path / "one", tmp_path / "am.yml") as one,
        alertmanager(tmp_path / "two", tmp_path / "am.yml") as two,
        asked_prometheus() as (first, before),
        asked_prometheus() as (second, after),
    ):
        for running, region in ((one, "mars"), (two, "venus")):
            labels = {"alertname": "ErrorRateCritical", "severity": "critical", "region": region}
            running.post([{"labels": labels}])
        at = {"alertmanagers": [f"127.0.0.1:{one.port}"], "address": first}
        with bridge(tmp_path, prometheus=at, storage=storage) as found:
            wait_until(lambda: firing(found) == ["mars"], "what fires in one")
            assert found.ask(f"/incident/{ids(found)[0]}")[0] == 200
            explained = len(before)
            assert any("ALERTS_FOR_STATE" not in query for query in before)
            reload(
                found, prometheus={"alertmanagers": [f"127.0.0.1:{two.port}"], "address": second}
            )
            wait_until(lambda: firing(found) == ["venus"], "what fires in two")
            assert found.ask(f"/incident/{ids(found)[0]}")[0] == 200
            assert any("ALERTS_FOR_STATE" not in query for query in after)
            assert all("ALERTS_FOR_STATE" in query for query in before[explained:])
            up = 'ionmon_bridge_server_up{server="Alertmanager 127.0.0.1:%d"}'
            wait_until(lambda: found.metric(up % two.port) == 1, "two to be up")
            assert up % one.port not in found.ask("/metrics")[1]
            assert found.end() == 0
