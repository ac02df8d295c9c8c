"""The days of a rule over several series."""

import numpy as np

from generators.tuning.days import Day
from generators.tuning.rule_days import rule_days, rule_days_by_for
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


def test_a_day_with_few_events_at_night_is_judged() -> None:
    """What is known counts, whether or not there was a value; incidents are never known."""
    values = np.array([1.0, NAN, NAN, 2, NAN, 3])
    clean = np.array([True, True, True, True, False, False])

    def judged_days(known: np.ndarray) -> list[int]:
        found = rule_days_by_for([lambda _: values], DAYS, (0,), clean, known)
        return [day.first for day in found.days]

    everything = np.ones(6, dtype=np.bool_)
    assert judged_days(everything) == [0]
    assert judged_days(~np.isnan(values)) == []
    assert rule_days([values], DAYS, (0,), clean).days == ()
    found = rule_days_by_for([lambda _: values], DAYS, (0,), everything, everything)
    assert found.medians.tolist() == [1, 2.5]
