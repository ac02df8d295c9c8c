"""Sends unexpected errors of ionmon itself to Sentry, where `sentry.own_errors` is set.

What is logged with a traceback is such an error. A fault outside, such as a network that is away,
is a message without one, and stays in the log.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Full, Queue

from exporter.bridge.outcome import Sent
from exporter.bridge.sentry.envelope import EnvelopeItem, envelope
from exporter.bridge.sentry.error_event import error_event, ungrouped
from exporter.bridge.sentry.kept_errors import AGAIN, MOST_KNOWN, KeptErrors, Place
from exporter.bridge.sentry.kept_limits import KeptLimits
from exporter.bridge.sentry.program_facts import ProgramFacts
from exporter.bridge.sentry.transport import SentryTransport
from exporter.clock import Clock
from exporter.logs import ROOT
from exporter.settings import NotificationSettings

WAITING = 50  # that wait to be sent
LAST = 5.0  # seconds that the end of the process waits for them

log = logging.getLogger("ionmon.own_errors")


@contextmanager
def own_errors(
    settings: NotificationSettings, clock: Clock, journal: Path, state: Path
) -> Iterator[None]:
    """Send errors meanwhile, where the settings ask for it; what waits is sent at the end.

    journal  the file in which it is kept what was sent, over a restart; there may be none
    state    the program's own file, beside which it is kept then
    """
    if settings.sentry is None or not settings.sentry.own_errors:
        yield
        return
    facts, dsn_file = ProgramFacts(journal, state), settings.secret(settings.sentry.dsn_file)
    transport = SentryTransport(dsn_file, clock, KeptLimits(facts, dsn_file, clock))
    kept = KeptErrors(facts, clock)
    handler = OwnErrors(transport, settings.sentry.environment, clock, kept)
    root = logging.getLogger(ROOT)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


class OwnErrors(logging.Handler):
    """Takes log records with a traceback; logging's handlers require the base class."""

    def __init__(
        self, transport: SentryTransport, environment: str, clock: Clock, kept: KeptErrors
    ) -> None:
        super().__init__(logging.ERROR)
        self._kept = kept
        self._transport, self._environment, self._clock = transport, environment, clock
        self._known: dict[Place, float] = {}
        self._waiting: Queue[tuple[logging.LogRecord, BaseException] | None] = Queue(WAITING)
        self._thread = threading.Thread(target=self._send_all, name="own errors", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Let an error be sent, unless it was already; never waits."""
        found = record.exc_info[1] if record.exc_info else None
        if found is None or threading.current_thread() is self._thread:
            return
        error = ungrouped(found)
        key, now = _place(record, error), self._clock.monotonic()
        self._known = {k: at for k, at in self._known.items() if now - at < AGAIN}
        if key in self._known or len(self._known) >= MOST_KNOWN:
            return
        try:
            self._waiting.put_nowait((record, error))
        except Full:
            return
        self._known[key] = now

    def close(self) -> None:
        """Send what waits, and end the thread."""
        try:
            self._waiting.put(None, timeout=LAST)
        except Full:
            return
        self._thread.join(LAST)
        super().close()

    def _send_all(self) -> None:
        while (item := self._waiting.get()) is not None:
            try:
                self._send(*item)
            except Exception:  # the process boundary: an error about an error ends here
                log.exception("an error could not be sent to Sentry")

    def _send(self, record: logging.LogRecord, error: BaseException) -> None:
        place = _place(record, error)
        # In this thread: to look into the journal may take as long as a disk.
        if self._kept.has(place):
            return
        body = error_event(record, error, self._environment)
        sent = envelope(EnvelopeItem.EVENT, body, self._clock.now(), event_id=body["event_id"])
        outcome = self._transport.send(sent)
        if isinstance(outcome, Sent):
            self._kept.add(place)
        else:
            log.warning("an error of ionmon is in the log only: %s", outcome.why)


def _place(record: logging.LogRecord, error: BaseException) -> Place:
    """Return what makes two errors the same one: who logs it, its kind, its innermost line."""
    trace, line = error.__traceback__, 0
    module = ""
    while trace is not None:
        module, line = str(trace.tb_frame.f_globals.get("__name__", "")), trace.tb_lineno
        trace = trace.tb_next
    return (record.name, type(error).__name__, module, str(line))
