"""Days on which alerts fire for nothing."""

from zoneinfo import ZoneInfo

from generators.tuning.days import days_of
from generators.tuning.firing_days import disturbed_days, met
from generators.tuning.incidents import Incident
from generators.tuning.model import TimeGrid
from generators.tuning.replay import Firing

DAY = 86400
GRID = TimeGrid(start=1_764_028_800, step=60, count=4 * 1440)
INCIDENT = Incident(id="one", start=GRID.start + 3600, end=GRID.start + 7200)


def firing(began: float, ended: float | None) -> Firing:
    """Return a firing of any alert; hours from the beginning of the grid."""
    end = None if ended is None else int(GRID.start + 3600 * ended)
    return Firing(labels=(), began=int(GRID.start + 3600 * began), ended=end)


def test_each_day_counts_once() -> None:
    """Two firings on one day are a day, one over midnight is two, one that goes on lasts."""
    days = days_of(GRID, ZoneInfo("UTC"))

    def counted(*firings: Firing) -> int:
        return disturbed_days(firings, (INCIDENT,), days, GRID)

    assert counted(firing(10, 11), firing(12, 13)) == 1
    assert counted(firing(23, 25)) == 2
    assert counted(firing(71, None)) == 2


def test_a_firing_in_an_incident_is_for_something() -> None:
    """It is not counted, and the incident is met."""
    found = firing(1.5, 3)
    assert disturbed_days((found,), (INCIDENT,), days_of(GRID, ZoneInfo("UTC")), GRID) == 0
    assert met((INCIDENT,), (found,)) == {"one"}
    assert met((INCIDENT,), (firing(10, 11),)) == frozenset()
