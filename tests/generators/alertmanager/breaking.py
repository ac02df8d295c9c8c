"""A service that breaks region by region, the alert on it, and its escalation after seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from exporter.settings import Settings
from generators.rules import escalation
from tests.generators.alertmanager.samples import ALL
from tests.servers import Prometheus

HERE, THERE = "region-1", "region-2"
RULE = """
groups:
- name: test
  interval: 1s
  rules:
  - alert: ErrorRateCritical
    expr: broken > 0
    for: 1s
    labels: {severity: critical, category: threshold, signal: error_rate}
    annotations:
      summary: "{{ $labels.region }} is broken."
      description: "{{ $labels.region }} is broken."
"""


@dataclass
class BreakingService:
    """What Prometheus scrapes: in which of its regions it is broken."""

    broken: set[str] = field(default_factory=set)
    port: int = 0

    def page(self) -> bytes:
        """Return its metric."""
        place = 'gcp_project="gcp_project-1", service_name="service_name-1"'
        return "".join(
            f'broken{{{place}, region="{region}"}} {int(region in self.broken)}\n'
            for region in (HERE, THERE)
        ).encode()


@contextmanager
def serving() -> Iterator[BreakingService]:
    """Serve one metric on a free port."""
    found = BreakingService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the metric."""
            body = found.page()
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


def configured(folder: Path, service: BreakingService, alertmanager: int, after: int) -> str:
    """Write the rules, the generated escalation much sooner, and return Prometheus' settings."""
    at = Settings.model_validate({"notifications": ALL})
    ((file,), _) = escalation.files(at, (), ())
    text = file.text().replace(">= 1800", f">= {after}").replace("interval: 1m", "interval: 1s")
    assert f">= {after}" in text
    (folder / "escalation.yml").write_text(text)
    (folder / "rules.yml").write_text(RULE)
    return f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml, escalation.yml]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]}}]
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
