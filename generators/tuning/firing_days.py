"""On how many days people would have been disturbed although nothing was wrong."""

from collections.abc import Iterable, Sequence

from generators.tuning.days import Day
from generators.tuning.incidents import Incident
from generators.tuning.model import TimeGrid
from generators.tuning.replay import Firing
from generators.tuning.verdicts import catches


def disturbed_days(
    firings: Iterable[Firing], incidents: Sequence[Incident], days: Sequence[Day], grid: TimeGrid
) -> int:
    """Return the days on which an alert fires that meets no incident."""
    for_nothing = [one for one in firings if not any(catches(one, each) for each in incidents)]
    found = set()
    for one in for_nothing:
        first, last = ((at - grid.start) // grid.step for at in (one.began, one.until(grid.end)))
        found |= {day.date for day in days if day.first <= last and first < day.stop}
    return len(found)


def met(incidents: Iterable[Incident], firings: Iterable[Firing]) -> frozenset[str]:
    """Return the incidents that meet a firing of any alert, by their ids."""
    every = tuple(firings)
    return frozenset(one.id for one in incidents if any(catches(each, one) for each in every))
