"""`ionmon report` on a past service, and a bridge beside it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.bridge.alert_rows import AcknowledgedBy, AlertRow
from tests.exporter.summary.serving import Past
from tests.http_server import answering

NOWHERE = "http://127.0.0.1:1"


def report(past: Past, folder: Path, *words: str, **settings: Any) -> int:
    """Run the command over the day that ends with the data."""
    body = {
        "service": {"name": "Ion", "regions": ["us-central1", "europe-west1"]},
        "prometheus": {"address": past.address},
        "targets": {"cache_hit_rate_l2": "80% to 85%", "throughput": "at least 9000"},
        **settings,
    }
    path = folder / "monitoring.yaml"
    path.write_text(yaml.safe_dump(body))
    return cli.run(["report", "--config", str(path), "--until", f"{past.end:.0f}", *words])


def found(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the JSON that was printed."""
    return json.loads(capsys.readouterr().out)


@contextmanager
def bridge(*rows: AlertRow, known: bool = True) -> Iterator[str]:
    """Serve what a bridge says of alerts."""
    now = time.time()
    body = {"alerts": [asdict(row) for row in rows], "faults": [], "known": known, "now": now}
    text = json.dumps({**body, "as_of": now}).encode()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    with answering(Api) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def row(past: Past) -> AlertRow:
    """Return the alert that fires in the data, as a bridge has it: acknowledged."""
    labels = {
        "alertname": "DatabaseLag",
        "severity": "high",
        "gcp_project": "ion-production",
        "database_id": "ion-main",
        "region": "asia-southeast1",
    }
    return AlertRow(
        id="1",
        alert="DatabaseLag",
        severity="high",
        summary="A replica is behind.",
        description="",
        check="",
        value="720ms",
        limit="500ms",
        place="",
        since=past.end - 2400,
        acknowledged=AcknowledgedBy("ada@example.com", past.end - 1200, "looking"),
        next_escalation=None,
        escalated=False,
        silenced=True,
        muted=False,
        labels=tuple(sorted(labels.items())),
        links=(),
    )
