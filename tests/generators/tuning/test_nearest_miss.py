"""How near an alert came to an incident."""

import numpy as np

from generators.tuning.firing_values import FiringValues
from generators.tuning.incidents import Incident
from generators.tuning.model import TimeGrid
from generators.tuning.nearest_miss import NearestMiss, nearest_miss
from generators.tuning.replay import Delays

GRID = TimeGrid(0, 60, 60)
INCIDENT = Incident(id="INC-1", start=1200, end=2400, labels=(("region", "us"),))
US, EU = (("region", "us"),), (("region", "eu"),)


def values(*high: float, at: int = 25, sign: int = 1) -> FiringValues:
    """Return firing values that are low but from one minute on."""
    begins = np.full(GRID.count, -np.inf)
    begins[at : at + len(high)] = np.array(high) * sign
    return FiringValues(begins, begins, sign)


def miss(
    found: dict[tuple[tuple[str, str], ...], FiringValues], threshold: float
) -> NearestMiss | None:
    """Return the nearest miss, with a `for` of two evaluations."""
    return nearest_miss(INCIDENT, found, threshold, Delays(2, 2), GRID)


def test_it_is_so_far_under_the_threshold() -> None:
    """The level that was kept for long enough, at the place that came nearest."""
    assert miss({US: values(3, 5, 4), (): values(1, 1, 1), EU: values(9, 9, 9)}, 6) == NearestMiss(
        US, 3, None
    )


def test_it_is_so_short_of_its_for() -> None:
    """Where it was beyond the threshold, but not for long enough."""
    assert miss({US: values(3, 8, 8)}, 6) == NearestMiss(US, 3, 60)


def test_low_values_are_not_negated() -> None:
    """The level is one of the signal."""
    assert miss({US: values(0.9, 0.8, 0.7, sign=-1)}, 0.75) == NearestMiss(US, 0.9, 120)


def test_nothing_is_near_where_there_was_no_value() -> None:
    """Outside the incident, or at another place."""
    assert miss({US: values(9, 9, 9, at=50), EU: values(9, 9, 9)}, 6) is None
    assert miss({US: values(9, 9, 9, at=5)}, 6) == NearestMiss(US, 9, 0)
