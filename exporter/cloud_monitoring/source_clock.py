"""What time it is at the source: by the dates of its answers, not by this machine's wall clock.

Every answer of the API has a date. Between two answers the monotonic clock goes on from it. A
server that sends none leaves the wall clock as it was at the start, continued by the monotonic
clock: where the wall clock is set later, only points that the source shows are a reason to follow.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from exporter.catalog import own
from exporter.clock import Clock
from exporter.logs import once, over
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.cloud_monitoring")

MAX_OFFSET = 30.0  # seconds; more than any network delay, less than a period
SET_CLOCK = "set the clock: systemctl restart chrony"
PRECISION = 1.0  # a date has whole seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The time at the source, and on this machine's wall clock, in Unix seconds.

    `dated` is whether an answer had a date; else it is unknown which of both is right.
    """

    now: float
    wall: float
    dated: bool

    @property
    def earliest(self) -> float:
        """The earliest that it can be."""
        return self.now if self.dated else min(self.now, self.wall)

    @property
    def latest(self) -> float:
        """The latest that it can be."""
        return self.now if self.dated else max(self.now, self.wall)


class SourceClock:
    """The time at the source, shared by all polls; any thread may call it."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        """Begin with the wall clock, until an answer has a date."""
        self._clock, self._telemetry = clock, telemetry
        self._mutex = threading.Lock()
        self._ahead = clock.now() - clock.monotonic()  # of the monotonic clock
        self._dated = False

    def monotonic(self) -> float:
        """Return the monotonic time in seconds."""
        return self._clock.monotonic()

    def moment(self) -> Moment:
        """Return the present moment."""
        with self._mutex:
            now = self._clock.monotonic() + self._ahead
            return Moment(now=now, wall=self._clock.now(), dated=self._dated)

    def answered(self, date: float, requested: float) -> None:
        """Learn from the date of an answer; `requested` is the monotonic time of its call.

        Within what date and duration allow, the time is left as it is, so that it does not jitter.
        """
        with self._mutex:
            present = self._clock.monotonic()
            latest = date + PRECISION + max(0.0, present - requested)
            now = present + self._ahead if self._dated else date
            self._ahead, self._dated = min(max(now, date), latest) - present, True
        self._report()

    def shown(self, newest: float) -> None:
        """Learn from a point's end: without dates, time has come so far if the wall clock has."""
        with self._mutex:
            if not self._dated:
                reached = min(newest, self._clock.now()) - self._clock.monotonic()
                self._ahead = max(self._ahead, reached)

    def _report(self) -> None:
        moment = self.moment()
        offset = moment.wall - moment.now
        self._telemetry.set(own.CLOCK_OFFSET, (), offset)
        if abs(offset) <= MAX_OFFSET:
            over(log, "clock", "this machine's clock agrees with Google's again")
            return
        direction = "ahead of" if offset > 0 else "behind"
        text = (
            f"this machine's clock is over {MAX_OFFSET:.0f} s {direction} Google's, which is used "
            f"instead; {SET_CLOCK}"
        )
        once(log, "clock", text)


def date_of(metadata: Iterable[tuple[str, str | bytes]] | None) -> float | None:
    """Return the date in the metadata of an answer as Unix seconds; None without a sound one."""
    for key, value in metadata or ():
        if key == "date" and isinstance(value, str):
            try:
                return parsedate_to_datetime(value).timestamp()
            except (ValueError, OverflowError):
                return None
    return None
