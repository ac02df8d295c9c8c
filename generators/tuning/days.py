"""Days of a grid in a time zone: what a budget counts, and what thresholds are fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from exporter.prometheus.api import TimeSpan
from generators.tuning.model import TimeGrid, Values

# Of a day that is less than half known, the highest value is more likely missing than not, and it
# would make thresholds too tight. A stricter share would cost most days that had an incident.
COMPLETE = 0.5
# Half an hour of values: with fewer, a day's median and highest value are those of a moment.
MEASURED = 1 / 48
# People note an incident after it began. Firings so long before it count as its own, too.
LEAD = 900.0
# The longest window whose value is compared: so long it still holds what happened before.
TAIL = 3600.0
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar day on a grid.

    first, stop  indexes of its first time on the grid, and of the time after its last
    expected     how many times a whole day of its length has: 23, 24 or 25 hours
    """

    date: date
    first: int
    stop: int
    expected: int

    @property
    def weekend(self) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return self.date.weekday() >= SATURDAY


def days_of(grid: TimeGrid, zone: ZoneInfo) -> tuple[Day, ...]:
    """Return the days of a grid, in order; the first and the last may be parts of a day."""
    day = datetime.fromtimestamp(grid.start, zone).date()
    last = datetime.fromtimestamp(grid.end, zone).date()
    found = []
    while day <= last:
        begins, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        first, stop = _index(grid, begins), _index(grid, ends)
        expected = max(1, round((ends - begins) / grid.step))
        found.append(Day(date=day, first=first, stop=stop, expected=expected))
        day += timedelta(days=1)
    return tuple(day for day in found if day.stop > day.first)


def _midnight(day: date, zone: ZoneInfo) -> float:
    """Return a day's first second; via UTC, since a zone's hours may be skipped or come twice."""
    return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()


def _index(grid: TimeGrid, at: float) -> int:
    """Return the index of the first time that is not before `at`."""
    at = min(max(at, grid.start), grid.end + grid.step)
    return min(int(-((grid.start - at) // grid.step)), grid.count)


def outside(
    grid: TimeGrid, incidents: Sequence[TimeSpan], *, lead: float = LEAD, tail: float = TAIL
) -> NDArray[np.bool_]:
    """Return for each time of a grid whether it lies outside all incidents.

    incidents   the end of one that goes on is inf
    lead, tail  seconds before and after an incident that are left out as well
    """
    clean = np.ones(grid.count, dtype=np.bool_)
    for incident in incidents:
        first, stop = _index(grid, incident.start - lead), _after(grid, incident.end + tail)
        clean[first:stop] = False
    return clean


def _after(grid: TimeGrid, at: float) -> int:
    """Return the index of the first time that is after `at`."""
    at = min(max(at, grid.start - grid.step), grid.end)
    return max(0, int((at - grid.start) // grid.step + 1))


def masked(values: Values, clean: NDArray[np.bool_]) -> Values:
    """Return values with NaN at times that are not clean."""
    return np.where(clean, values, np.nan)


def completeness(days: Sequence[Day], known: NDArray[np.bool_]) -> Values:
    """Return the share of each day's times that are known."""
    counted = [np.count_nonzero(known[day.first : day.stop]) / day.expected for day in days]
    return np.array(counted, dtype=np.float64)


def judged(
    days: Sequence[Day], known: NDArray[np.bool_], measured: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return for each day whether enough of it is known, where incidents count as unknown.

    known     for each time, whether there were data, even too few events for a value
    measured  for each time, whether there was a value
    """
    enough = completeness(days, known) >= COMPLETE
    return enough & (completeness(days, measured) >= MEASURED)


def weekends(days: Sequence[Day]) -> NDArray[np.bool_]:
    """Return for each day whether it is a Saturday or a Sunday."""
    return np.array([day.weekend for day in days], dtype=np.bool_)
