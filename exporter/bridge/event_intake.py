"""Takes the events of Alertmanager's recorder: /events answers 200 once they are on disk.

Alertmanager tries a body three times within two seconds after anything but 200, then drops it and
says so in its log only: after any other answer or none, and after an event that cannot be read, the
next event of each Alertmanager begins a new sign of life, and the time between is a hole of the
history.
"""

import logging
import math
from http import HTTPStatus

from exporter.bridge.journal import AlertJournal, JournalFull
from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.recorded_events import EventBatch, recorded_events
from exporter.bridge.webhook import BadWebhook
from exporter.catalog import own_bridge
from exporter.clock import Clock
from exporter.errors import StateError
from exporter.logs import once
from exporter.telemetry import Telemetry
from exporter.web.routes import Response, plain

log = logging.getLogger("ionmon.bridge")

EVENTS = "/events"
_MOST_KINDS = 20  # that are not known and are logged; the metric counts all
_MOST_SOURCES = 100  # Alertmanagers that are remembered


class EventIntake:
    """Journals what is posted to EVENTS; the thread of the journal calls it."""

    def __init__(
        self, journal: AlertJournal, telemetry: Telemetry, health: JournalHealth, clock: Clock
    ) -> None:
        self._journal, self._telemetry, self._health = journal, telemetry, health
        self._kinds: set[str] = set()  # that are not known
        self._clock = clock
        # The Alertmanagers whose events are whole since the last loss; what was lost while no
        # bridge ran is not known either.
        self._whole: set[str] = set()

    def take(self, body: bytes) -> Response:
        """Journal a body, and return the answer."""
        try:
            batch = recorded_events(body)
        except BadWebhook as error:
            self.refused("bad_request")
            once(log, "events", f"events were refused: {error}")
            return plain(HTTPStatus.BAD_REQUEST, str(error))
        sources = {event.instance for event in batch.events}
        try:
            taken = self._journal.take_events(
                batch.events,
                fresh=not sources <= self._whole,
                now=-math.inf if batch.unreadable else self._clock.now(),
            )
        except StateError as error:
            self._whole = set()
            self.count("full" if isinstance(error, JournalFull) else "failed", len(batch.events))
            self._health.failed(error)
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, "cannot be journaled now; try again")
        known = self._whole if len(self._whole) < _MOST_SOURCES else set()
        self._whole = set() if batch.unreadable else known | sources
        self._health.succeeded()
        for result in ("journaled", "known", "passed_over"):
            self.count(result, getattr(taken, result))
        self._telemetry.count(own_bridge.EVENTS_REMOVED, (), taken.removed)
        self._note_strange(batch)
        return plain(HTTPStatus.OK, "journaled")

    def _note_strange(self, batch: EventBatch) -> None:
        """Count what could not be read, and kinds that this version does not know."""
        self.count("bad_request", batch.unreadable)
        for event in batch.events:
            if not event.is_known:
                self._telemetry.count(own_bridge.EVENTS_UNKNOWN)
                self._note_kind(f"{event.kind!r:.60}")

    def _note_kind(self, kind: str) -> None:
        """Log a kind once; not every one, as they come from outside."""
        if kind not in self._kinds and len(self._kinds) < _MOST_KINDS:
            self._kinds.add(kind)
            log.warning("events of the kind %s are not known, and passed over", kind)

    def refused(self, result: str) -> None:
        """Count a body that is refused: what it has is lost."""
        self._whole = set()
        self.count(result)

    def count(self, result: str, by: int = 1) -> None:
        """Count events by what became of them."""
        self._telemetry.count(own_bridge.EVENTS, (result,), by)
