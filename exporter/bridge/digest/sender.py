"""Sends the digest of each day, and the report of each week, once, whatever restarts.

The journal keeps which day was handled. A mail that a server took while the bridge was killed,
before that was noted, is sent once more with the same Message-ID, and so is one whose acceptance
did not arrive in time: the two cases in which a digest comes twice.
"""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from exporter import logs
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.digest.build import Edition
from exporter.bridge.digest.gather import gathered
from exporter.bridge.digest.mail import message
from exporter.bridge.digest.schedule import DailyTime
from exporter.bridge.digest.smtp import MailRoute, Undelivered, route, send
from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_reading import JournalReading
from exporter.catalog import own_bridge
from exporter.clock import Clock
from exporter.errors import IonmonError
from exporter.settings import DigestSettings, Settings
from exporter.telemetry import Telemetry

MAIL = "mail"
EVERY = 30.0  # seconds between looks at the clock
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 3600.0  # seconds until a failed digest is tried again
_MOST_DOUBLED = 10
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

log = logs.logger("digest")


@dataclass(frozen=True, slots=True)
class DigestSeries:
    """A digest that is sent each day or week: its name in the journal, the days that it covers.

    weekday  the only day of the week on which it is sent, Monday is 0; None for each day
    """

    name: str
    days: int
    weekday: int | None = None


@dataclass(slots=True)
class _Retry:
    tries: int = 0
    at: float = 0.0
    done: set[date] = field(default_factory=set)


class DigestSender:
    """Looks at the clock, and sends what is due."""

    def __init__(
        self,
        settings: Settings,
        journal: AlertJournal,
        clock: Clock,
        faults: DeliveryFaults,
        telemetry: Telemetry,
    ) -> None:
        """Send nothing yet; what fails is reported to `faults`."""
        self.settings = settings
        self._journal = journal
        self._clock = clock
        self._faults, self._telemetry = faults, telemetry
        self._retries: dict[str, _Retry] = {}
        self._stopping = threading.Event()

    def apply(self, settings: Settings) -> None:
        """Go on with other settings."""
        self.settings = settings
        self._retries = {name: _Retry(done=one.done) for name, one in self._retries.items()}

    async def run(self) -> None:
        """Look again and again, until cancelled; what is being sent then is the last."""
        try:
            while True:
                await asyncio.to_thread(self.look)
                await self._clock.sleep(EVERY)
        finally:
            self._stopping.set()

    def look(self) -> None:
        """Send what is due now; a failure is logged, and tried again later."""
        chosen = self.settings.notifications.digest
        by = route(self.settings.notifications)
        if chosen is None or by is None:
            return
        for series in _series(chosen):
            if self._stopping.is_set():
                return
            try:
                self._look(series, chosen, by)
            except IonmonError as error:
                self._postpone(series, str(error))
            except Exception as error:  # the process boundary: a defect costs this digest only
                log.exception("the digest could not be made")
                self._postpone(series, f"a defect: {type(error).__name__}")

    def _look(self, series: DigestSeries, chosen: DigestSettings, by: MailRoute) -> None:
        now, time = self._clock.now(), DailyTime(chosen.at, chosen.timezone)
        retry = self._retries.setdefault(series.name, _Retry())
        handled = self._handled(series)
        if handled is None:
            # The first start: what came before it was never promised.
            self._note(series, time.newest(now, series.weekday))
            return
        day = time.due(now, handled, series.weekday)
        if day is None or self._clock.monotonic() < retry.at:
            return
        if day not in retry.done:
            self._send(series, day, chosen, by)
            retry.done = {day}  # also where the journal has no room for the next line
            retry.tries = 0
        self._note(series, day)

    def _send(self, series: DigestSeries, day: date, chosen: DigestSettings, by: MailRoute) -> None:
        time = DailyTime(chosen.at, chosen.timezone)
        edition = Edition(
            service=self.settings.title,
            zone=chosen.timezone,
            span=time.span(day, series.days),
            made=self._clock.now(),
            weekly=series.days > 1,
        )
        reading = JournalReading(self._journal.transaction)
        made = gathered(self.settings, reading, edition)
        to = recipients(self.settings)
        key = f"ionmon-{series.name}.{day.isoformat()}"
        try:
            accepted = send(message(made, by.sender, to, key), by, to)
        except Undelivered as error:
            if not error.final:
                raise
            log.error("the digest of %s is given up: %s", day, error)  # noqa: TRY400 - no defect
            self._faults.gave_up(MAIL, str(error))
            return
        for refusal in accepted.refused:
            log.error("the digest of %s: %s", day, refusal)
        log.info("the digest of %s is sent to %d", day, len(to) - len(accepted.refused))
        self._faults.succeeded(MAIL)

    def _postpone(self, series: DigestSeries, why: str) -> None:
        retry = self._retries.setdefault(series.name, _Retry())
        wait = min(_FIRST_WAIT * 2**retry.tries, _LONGEST_WAIT)
        retry.tries = min(retry.tries + 1, _MOST_DOUBLED)
        retry.at = self._clock.monotonic() + wait
        log.warning("the digest could not be sent, the next try is in %d s: %s", wait, why)
        self._faults.failed(MAIL, why)

    def _handled(self, series: DigestSeries) -> date | None:
        """Return the day that was handled last, None where none was, or where that is damaged."""
        text = self._journal.records.fact(f"digest.{series.name}")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._telemetry.count(own_bridge.DAMAGED_ROWS, ("fact",))
            lost = "when the last digest was sent is damaged in the journal; one may be missing"
            log.error(lost)  # noqa: TRY400 - no defect
            return None

    def _note(self, series: DigestSeries, day: date) -> None:
        self._journal.records.set_fact(f"digest.{series.name}", day.isoformat())


def _series(chosen: DigestSettings) -> Iterator[DigestSeries]:
    yield DigestSeries("day", 1)
    if chosen.week is not None:
        yield DigestSeries("week", 7, _WEEKDAYS.index(chosen.week))


def recipients(settings: Settings) -> tuple[str, ...]:
    """Return who gets the digest."""
    chosen, mail = settings.notifications.digest, settings.notifications.email
    named = chosen.to if chosen is not None else ()
    return named or (mail.to if mail is not None else ())
