"""When a digest is due: once a day at a time of day in a time zone, over restarts and DST.

A day is handled once its digest was sent or given up; the journal keeps which day that is. A time
of day that the clock skips in spring is that much later; of one that comes twice, the first counts.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exporter.bridge.digest.time_zone import time_zone
from exporter.prometheus.api import TimeSpan

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DailyTime:
    """A time of day, HH:MM, in a time zone."""

    at: str
    zone: str

    def moment(self, day: date) -> float:
        """Return the Unix time of this time on a day."""
        hour, minute = map(int, self.at.split(":"))
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=time_zone(self.zone))
        return local.timestamp()

    def newest(self, now: float, weekday: int | None = None) -> date:
        """Return the last day whose time has come, or the last such Monday, if `weekday` is 0."""
        day = datetime.fromtimestamp(now, time_zone(self.zone)).date()
        while self.moment(day) > now or weekday not in (None, day.weekday()):
            day -= _DAY
        return day

    def due(self, now: float, handled: date | None, weekday: int | None = None) -> date | None:
        """Return the day whose digest is to be sent now; None where none is.

        Of several days that were missed, the last one. A clock that was far ahead once, when a day
        to come was handled, stops nothing.
        """
        day = self.newest(now, weekday)
        ahead = _DAY if weekday is None else 7 * _DAY
        if handled is None or handled == day or day < handled <= day + ahead:
            return None
        return day

    def span(self, day: date, days: int = 1) -> TimeSpan:
        """Return the time that the digest of a day is about, which ends at its time."""
        return TimeSpan(self.moment(day - days * _DAY), self.moment(day))
