"""The part of PagerDuty on a journal, and a PagerDuty that keeps what it was sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from exporter.bridge.acknowledging import Acknowledging, ChosenIncident
from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.journal import AlertJournal
from exporter.bridge.pagerduty_groups import PagerDutyGroups
from exporter.bridge.pagerduty_part import PagerDutyPart
from exporter.settings import Settings
from tests.exporter.bridge.fleet import BEGAN, Fleet, began, held, kept
from tests.exporter.bridge.notified import entry, given

KEY = "0123456789abcdef0123456789abcdef"
GROUP = '{}/{severity="critical"}/{}:{region="europe-west1"}'
ONE, OTHER = held(), held("SLABreach")


@dataclass
class Events:
    """Stands in for PagerDuty: what it was sent, and what it answers."""

    url: str = ""
    status: int = 202
    got: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def events() -> Iterator[Events]:
    """Serve on a free port."""
    found = Events()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/v2/enqueue"
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield found
        server.shutdown()


def settings(folder: Path, url: str) -> Settings:
    """Return settings with PagerDuty at an address."""
    (folder / "pagerduty").write_text(KEY)
    (folder / "pagerduty").chmod(0o600)
    at = {"secrets_dir": str(folder), "pagerduty": {"routing_key_file": "pagerduty", "url": url}}
    return Settings.model_validate({"notifications": {**at, "bridge": {}}})


def _second(folder: Path) -> Path:
    found = folder / "second"
    found.mkdir()
    return found


@dataclass
class Paged:
    """Two alerts that are one incident in PagerDuty, and the part that acknowledges there."""

    fleet: Fleet
    keeping: Acknowledging
    journal: AlertJournal
    part: PagerDutyPart

    def notify(self, *alerts: HeldAlert, status: str = "firing") -> None:
        """Journal what Alertmanager sends the bridge beside PagerDuty."""
        at = "2026-11-29T12:00:00.000123456Z"
        entries = [
            entry(a.name, status, labels=dict(a.labels), fingerprint=a.fingerprint, startsAt=at)
            for a in alerts
        ]
        found = given(*entries, groupKey=GROUP, receiver="critical-pagerduty")
        self.journal.receive(found, (), BEGAN)

    def acknowledge(self, *alerts: HeldAlert) -> None:
        """Acknowledge here."""
        self.keeping.acknowledge([ChosenIncident(a.fingerprint) for a in alerts], "ada", "")


@contextmanager
def paged(folder: Path, to: Events, unseen: float = 0.0, **servers: Any) -> Iterator[Paged]:
    """Let both alerts fire, as a bridge that has just started finds them."""
    known = {"alerts": [ONE, OTHER], "first": [began(ONE, BEGAN), began(OTHER, BEGAN)]}
    fleet = Fleet(**{**known, **servers})
    fleet.ask()
    with kept(folder, fleet, unseen) as (keeping, journal):
        groups = PagerDutyGroups(journal.transaction)
        at = settings(folder, to.url)
        part = PagerDutyPart(
            settings=at,
            groups=groups,
            firing=fleet.firing,
            acknowledging=keeping,
            clock=fleet.clock,
        )
        yield Paged(fleet, keeping, journal, part)
