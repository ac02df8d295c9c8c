"""Takes Alertmanager's notifications and events: 200 is answered once they are on disk.

Alertmanager sends again after a 5xx, never after a 4xx: 503 is for what may succeed later, 400 for
what never will.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Protocol

from exporter.bridge.event_intake import EVENTS, EventIntake
from exporter.bridge.journal import AlertJournal, JournalFull, Received
from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.losses import LostNotifications
from exporter.bridge.webhook import BadWebhook, Notification, notification
from exporter.catalog import own_bridge
from exporter.clock import Clock
from exporter.errors import StateError
from exporter.logs import once
from exporter.secrets_file import Secret
from exporter.telemetry import Telemetry
from exporter.web.routes import Request, Response, not_allowed, plain

log = logging.getLogger("ionmon.bridge")

PATH = "/alerts"
MOST_BODY = 16 * 1024 * 1024  # bytes; some ten thousand alerts
_FOR_GOOD = range(400, 500)  # statuses after which Alertmanager does not send again
_RESULTS = {
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.INTERNAL_SERVER_ERROR: "failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "full",
    0: "failed",
}


class Dispatching(Protocol):
    """What decides who is owed a notification, and learns of each; any thread calls it."""

    def targets(self, receiver: str) -> tuple[str, ...]:
        """Return where the bridge delivers what this receiver of Alertmanager gets."""

    def is_heartbeat(self, given: Notification) -> bool:
        """Return whether a notification only says that the chain works; none is journaled."""

    def received(self, given: Notification, received: Received | None) -> None:
        """Learn of a notification that is journaled, or of a heartbeat."""


class Intake:
    """The paths that Alertmanager posts to; only the web server's thread calls it."""

    def __init__(
        self,
        journal: AlertJournal,
        telemetry: Telemetry,
        clock: Clock,
        dispatching: Dispatching,
        token: Callable[[], Secret | None],
        health: JournalHealth,
    ) -> None:
        """Journal with what `dispatching` owes; `health` learns of each outcome.

        token  what has to be shown in the Authorization header, None where nothing has to
        """
        self._journal, self._telemetry, self._clock = journal, telemetry, clock
        self.health = health
        self._dispatching, self._token = dispatching, token
        self._events = EventIntake(journal, telemetry, health, clock)
        self._takers = {PATH: self._take, EVENTS: self._events.take}
        self._losses = LostNotifications(journal.records, clock, health)
        self._noting = False  # whether a loss waits for its turn: one row is enough for all
        # One thread: notifications wait for each other here, not for the lock of the file.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def shows_token(self, request: Request) -> bool:
        """Return whether a request shows the token."""
        token = self._token()
        scheme, _, shown = request.header("authorization").partition(" ")
        if token is None or scheme.lower() != "bearer":
            return False
        expected = token.reveal().encode("utf-8", "surrogatepass")
        return hmac.compare_digest(shown.strip().encode("utf-8", "surrogatepass"), expected)

    def body_limit(self, request: Request) -> int:
        """Return how much a notification may have, and the events of a request."""
        return MOST_BODY if request.method == "POST" and request.path in self._takers else 0

    async def answer(self, request: Request, user: str) -> Response | None:
        """Journal what is posted, then answer; None for other paths."""
        take = self._takers.get(request.path)
        if take is None:
            return None
        if request.method != "POST":
            return not_allowed("POST")
        if self._token() is not None and not user and not self.shows_token(request):
            self.unanswered(request, HTTPStatus.UNAUTHORIZED)
            return _unauthorized()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, take, request.body)
        except asyncio.CancelledError:  # it may not have begun
            self.unanswered(request, 0)
            raise

    def unanswered(self, request: Request, status: int) -> None:
        """Note a delivery that was refused, cut off or too slow; `status` is 0 for the latter two.

        Alertmanager sends a notification again after anything but a 4xx, and an event hardly.
        """
        if request.method == "POST" and request.path in self._takers:
            self._note_loss(request.path, status)

    def unheard(self, start: bytes, status: int) -> None:
        """Note a connection that ended before the head of what may have been a delivery was whole.

        start  how its request begins, as far as it came; nothing may be anything
        """
        for path in self._takers:
            line = f"POST {path} ".encode()
            if line.startswith(start[: len(line)]):
                self._note_loss(path, status)

    def _note_loss(self, path: str, status: int) -> None:
        result = _RESULTS.get(status, "bad_request")
        if path == EVENTS:
            # In turn: what is being journaled now came before.
            self._executor.submit(self._events.refused, result)
            return
        if status:
            self._count(result)
        if status in _FOR_GOOD and not self._noting:
            self._noting = True
            self._executor.submit(self._lost)

    def _lost(self) -> None:
        self._noting = False
        self._losses.note()

    def _take(self, body: bytes) -> Response:
        try:
            given = notification(body)
        except BadWebhook as error:
            self._count("bad_request")
            self._losses.note()
            once(log, "webhook", f"a notification was refused: {error}")
            return plain(HTTPStatus.BAD_REQUEST, str(error))
        if self._dispatching.is_heartbeat(given):
            self._count("heartbeat")
            self._dispatching.received(given, None)
            return plain(HTTPStatus.OK, "alive")
        try:
            targets = self._dispatching.targets(given.receiver)
            received = self._journal.receive(given, targets, self._clock.now())
        except StateError as error:
            self._count("full" if isinstance(error, JournalFull) else "failed")
            self.health.failed(error)
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, "cannot be journaled now; try again")
        self._taken(given, received)
        return plain(HTTPStatus.OK, "journaled")

    def _taken(self, given: Notification, received: Received) -> None:
        self._count("journaled")
        self.health.succeeded()
        telemetry = self._telemetry
        telemetry.count(own_bridge.ALERTS, ("firing",), received.firing)
        telemetry.count(own_bridge.ALERTS, ("resolved",), received.resolved)
        telemetry.count(own_bridge.REPEATS, (), received.known)
        telemetry.count(own_bridge.VALUES_CUT, (), given.cut)
        telemetry.count(own_bridge.ALERTS_LEFT_OUT, (), given.truncated)
        telemetry.count(own_bridge.REMOVED, (), received.removed)
        telemetry.count(own_bridge.EVENTS_REMOVED, (), received.events_removed)
        self.health.lost(received.letters_removed)
        if given.truncated:
            self._losses.note()
        self._losses.write()
        self._dispatching.received(given, received)

    def _count(self, result: str) -> None:
        self._telemetry.count(own_bridge.NOTIFICATIONS, (result,))


def _unauthorized() -> Response:
    line = (
        b"the token of notifications.bridge.credentials_file is required: "
        b"Authorization: Bearer TOKEN\n"
    )
    challenge = (("WWW-Authenticate", 'Bearer realm="ionmon"'),)
    return Response(HTTPStatus.UNAUTHORIZED, line, headers=challenge)
