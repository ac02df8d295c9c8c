"""The days of a rule over several series."""

import numpy as np

from generators.tuning.days import Day
from generators.tuning.rule_days import rule_days
from tests.generators.tuning.histories import MONDAY

NAN = np.nan
DAYS = (
    Day(date=MONDAY, first=0, stop=3, expected=3),
    Day(date=MONDAY, first=3, stop=6, expected=3),
)


def test_a_rule_has_the_highest_level_of_its_series() -> None:
    """Runs are counted in each series; two series in turn make no long run together."""
    places = [np.array([9.0, 1, 9, 2, 2, 2]), np.array([1.0, 9, 1, 3, 3, 1])]
    found = rule_days(places, DAYS, (0, 1), np.ones(6, dtype=np.bool_))
    assert found.levels.tolist() == [[9, 3], [1, 3]]
    assert found.medians.tolist() == [9, 3]


def test_days_of_incidents_and_gaps_are_not_judged() -> None:
    """A day of which less than half is clean and known is left out with its level."""
    clean = np.array([True, True, True, False, False, True])
    found = rule_days([np.array([1.0, NAN, 2, 9, 9, 9])], DAYS, (0,), clean)
    assert [day.first for day in found.days] == [0]
    assert found.levels.tolist() == [[2]]
    assert found.clean.tolist() == [1, 2, 9]
