"""A journal and its intake behind the real web server, in this process."""

import json
from pathlib import Path

from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.history import BRIDGE, history
from exporter.bridge.intake import Intake
from exporter.bridge.journal import AlertJournal, JournalLimits, Received
from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.site import BridgeSite
from exporter.bridge.token import BridgeToken
from exporter.bridge.webhook import Notification
from exporter.catalog.model import Family
from exporter.prometheus.api import TimeSpan
from exporter.telemetry import Telemetry
from exporter.web.server import ServerOptions, WebServer
from tests.clocks import HandClock
from tests.exporter.bridge.notified import NOON, document
from tests.exporter.web.serving import LISTEN, Got, link

SMALL = JournalLimits(keep=8 * 86_400.0, max_alerts=200)


class Owing:
    """Owes what goes to Sentry, and takes the receiver of the watchdog for a heartbeat."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Received | None]] = []

    def targets(self, receiver: str) -> tuple[str, ...]:
        """Return Sentry for its receiver."""
        return ("sentry",) if receiver.endswith("-sentry") else ()

    def is_heartbeat(self, given: Notification) -> bool:
        """Return whether it is the watchdog's."""
        return given.receiver == "heartbeat"

    def received(self, given: Notification, received: Received | None) -> None:
        """Note it."""
        self.seen.append((given.receiver, received))


class Desk:
    """A journal, its intake, and the server that leads to it."""

    def __init__(self, home: Path, token: Path | None = None, web: str = "") -> None:
        self.journal = AlertJournal(home / "journal.sqlite", SMALL)
        self.telemetry, self.owing, clock = Telemetry(NOON), Owing(), HandClock(NOON)
        self.clock = clock
        shown = BridgeToken(token)
        health = JournalHealth(self.telemetry, DeliveryFaults(clock))
        intake = Intake(
            journal=self.journal,
            telemetry=self.telemetry,
            clock=clock,
            dispatching=self.owing,
            token=shown,
            health=health,
        )
        self.site = BridgeSite(
            clock=clock, telemetry=self.telemetry, intake=intake, parts=(), reload=lambda: None
        )
        config = home / "web.yml" if web else None
        if config:
            config.write_text(web)
        self.server = WebServer(self.site, ServerOptions(listen=LISTEN, config_file=config))
        self.server.start()

    def close(self) -> None:
        """End all of it."""
        self.server.close()
        self.site.close()
        self.journal.close()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Got:
        """Return an answer."""
        connection = link(self.server)
        connection.request(method, path, body, headers)
        found = connection.getresponse()
        got = Got(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        connection.close()
        return got

    def post(self, *entries: dict[str, object], **changed: object) -> int:
        """Post a notification; returns the status."""
        return self.ask(
            "POST", "/alerts", json.dumps(document(*entries, **changed)).encode()
        ).status

    def holes(self) -> list[tuple[float, float]]:
        """Return the times of the last day of which the journal has no record."""
        span = TimeSpan(self.clock.time - 86_400.0, self.clock.time)
        self.settled()
        presences = self.journal.records.presences(span.start, span.end)
        found = history(span, [], [], presences).holes
        return [(one.began, one.until) for one in found if one.source == BRIDGE]

    def settled(self) -> None:
        """Wait for what the thread of the journal has still to do."""
        self.site._intake._executor.submit(lambda: None).result(30)

    def counted(self, family: Family, *labels: str) -> float:
        """Return what was counted."""
        return self.telemetry.value(family, labels)
