"""Prometheus times the escalation: over an alert that comes and goes, and over a restart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from exporter.settings import Settings
from generators.policy import ESCALATION
from generators.rules import escalation
from tests.generators.alertmanager.live import Live, live
from tests.generators.alertmanager.samples import ALL, ERROR_RATE, PLACE
from tests.servers import Prometheus, prometheus, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]
AFTER = 12  # seconds, in place of half an hour
_PLACE = ", ".join(f'{label}="{label}-1"' for label in PLACE)
RULE = """
groups:
- name: test
  interval: 1s
  rules:
  - alert: ErrorRateCritical
    expr: broken > 0
    for: 1s
    labels: {severity: critical, category: threshold}
    annotations: {summary: "It is broken.", description: "Broken."}
"""


@dataclass
class Service:
    """What Prometheus scrapes: whether it is broken."""

    broken: bool = False
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serving() -> Iterator[Service]:
    """Serve one metric on a free port."""
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the metric."""
            body = f"broken{{{_PLACE}}} {int(found.broken)}\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configured(folder: Path, service: Service, sinks: Live) -> str:
    """Write the rules, the generated escalation much sooner, and return Prometheus' settings."""
    at = Settings.model_validate({"notifications": ALL})
    ((file,), _) = escalation.files(at, (), ())
    text = file.text().replace(">= 1800", f">= {AFTER}").replace("interval: 1m", "interval: 1s")
    assert f">= {AFTER}" in text
    (folder / "escalation.yml").write_text(text)
    (folder / "rules.yml").write_text(RULE)
    return f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml, escalation.yml]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{sinks.alertmanager.port}"]}}]}}]
scrape_configs:
- job_name: service
  static_configs: [{{targets: ["127.0.0.1:{service.port}"]}}]
"""


def firing(server: Prometheus, severity: str) -> list[dict[str, Any]]:
    """Return the alerts of a severity that fire."""
    return [
        alert
        for alert in server.api("alerts")["alerts"]
        if alert["state"] == "firing" and alert["labels"]["severity"] == severity
    ]


def test_an_alert_that_comes_and_goes_is_escalated_from_its_last_beginning(tmp_path: Path) -> None:
    """What ended in between does not count: one escalation, as old as the last beginning."""
    with serving() as service, live(tmp_path, (ERROR_RATE,)) as sinks:
        config = configured(tmp_path, service, sinks)
        with prometheus(tmp_path, config, "--rules.alert.resend-delay=1s") as server:
            for _ in range(3):
                service.broken = False
                wait_until(lambda: not firing(server, "critical"), "its end")
                service.broken = True
                wait_until(lambda: bool(firing(server, "critical")), "its beginning")
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation")
            (alert,) = firing(server, "critical")
            (found,) = firing(server, ESCALATION)
        began = alert["activeAt"][:19].replace("T", " ")
        assert found["labels"]["since"] == f"{began} +0000 UTC"
        assert found["labels"]["escalates"] == "ErrorRateCritical"
        wait_until(lambda: len(sinks.mails(f"since {began[11:16]} UTC")) == 1, "the mail")
        escalated = [m for m in sinks.slack("Escalated") if m["channel"] == "#escalation"]
        assert len(escalated) == 1


def test_a_restart_does_not_make_it_another_incident(tmp_path: Path) -> None:
    """After a restart the same incident is escalated, under the same labels."""
    flags = ("--rules.alert.resend-delay=1s", "--rules.alert.for-grace-period=0s")
    with serving() as service, live(tmp_path, (ERROR_RATE,)) as sinks:
        config, service.broken = configured(tmp_path, service, sinks), True
        with prometheus(tmp_path, config, *flags) as server:
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation")
            before = [alert["labels"] for alert in firing(server, ESCALATION)]
        with prometheus(tmp_path, config, *flags) as server:
            wait_until(lambda: bool(firing(server, ESCALATION)), "the escalation, still")
            assert [alert["labels"] for alert in firing(server, ESCALATION)] == before
