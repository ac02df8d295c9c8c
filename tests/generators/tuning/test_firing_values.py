"""Firing values: up to which threshold the condition of an alert holds, branch by branch."""

from dataclasses import replace

import numpy as np
import pytest

from generators.alert_table import THRESHOLDS, ThresholdAlert
from generators.policy import MINUTE
from generators.tuning.compared import PlaceSeries
from generators.tuning.firing_values import NEVER, FiringValues, branch_values
from generators.tuning.model import Values
from generators.tuning.sample_windows import Flags

ROWS = {row.name: row for row in THRESHOLDS}
RATE, LAG, HITS = ROWS["ErrorRateWarning"], ROWS["DatabaseLag"], ROWS["CacheHitRateLow"]
COUNT, LAST = 90, 89


def steady(value: float) -> Values:
    """Return one value in every minute."""
    return np.full(COUNT, value)


def flags(*, true: bool) -> Flags:
    """Return one flag in every minute."""
    return np.full(COUNT, true)


def place(row: ThresholdAlert, value: Values) -> PlaceSeries:
    """Return a place with enough events, where data is there."""
    rare = row.signal.minimum_events is not None
    nothing = steady(np.nan)
    return PlaceSeries(
        labels=(),
        value=value,
        newest=None if row is LAG else value,
        mean=value,
        wider=(nothing, nothing) if rare else (),
        some=value if rare else None,
        prompt=flags(true=False),
        away=flags(true=False),
        written=flags(true=True),
    )


def found(at: PlaceSeries, row: ThresholdAlert = RATE, for_: float = 180) -> FiringValues:
    """Return the firing values of a place."""
    return branch_values(at, row).of_for(for_)


def test_the_newest_minutes_may_be_fine() -> None:
    """Five minutes are beyond a threshold, unless the newest two are not; unknown, they are."""
    at = place(RATE, np.r_[np.full(COUNT - 1, np.nan), 0.04])
    assert found(replace(at, newest=np.r_[np.full(COUNT - 1, np.nan), 0.01])).begins[LAST] == 0.01
    assert found(replace(at, newest=steady(np.nan))).begins[LAST] == 0.04


def test_what_is_known_of_the_newest_minutes_counts_for_three() -> None:
    """A burst that is over does not begin an alert when their value goes away."""
    value, newest = steady(np.nan), steady(np.nan)
    value[-4:], newest[-4] = 0.04, 0.01
    begins = found(replace(place(RATE, value), newest=newest)).begins
    assert begins[-4:].tolist() == [0.01, 0.01, 0.01, 0.04]


def test_what_lasts_fires_whatever_the_newest_minutes_say() -> None:
    """The least of a run counts, once it has had values for as long."""
    value = np.r_[np.full(COUNT - 10, np.nan), np.linspace(0.03, 0.04, 10)]
    at = replace(place(RATE, value), newest=steady(0.001))
    begins = found(at, for_=180).begins
    assert begins[LAST] == value[LAST - 6]
    assert begins[COUNT - 10 + 3] == 0.001  # no value seven samples ago yet
    # With a `for` of fifteen minutes, one value is enough before it.
    assert found(at, for_=900).begins[LAST] == value[LAST]


def test_few_events_are_judged_by_longer_windows() -> None:
    """They begin an alert where there was trouble a quarter of an hour ago, too, and keep one."""
    at = place(RATE, steady(np.nan))
    at = replace(at, wider=(steady(0.03), steady(0.02)), some=steady(0.05))
    assert found(at).begins[LAST] == 0.03
    burst = replace(at, some=np.where(np.arange(COUNT) < COUNT - 5, 0.0, 0.05))
    assert found(burst).begins[LAST] == 0.0
    assert found(burst).goes_on[LAST] == 0.03
    quiet = replace(at, some=steady(np.nan))
    assert found(quiet).goes_on[LAST] == NEVER


def test_a_fine_value_of_a_while_ago_is_newer_than_half_an_hour() -> None:
    """What the shorter window had last, within the longer one's time, must not be fine."""
    value = steady(np.nan)
    value[LAST - 29] = 0.001
    at = replace(place(RATE, value), wider=(steady(0.03), steady(0.02)), some=steady(0.05))
    assert found(at).begins[LAST] == 0.001
    value[LAST - 29], value[LAST - 30] = np.nan, 0.001
    assert found(at).begins[LAST] == 0.03


def test_nothing_begins_while_data_is_away() -> None:
    """What fires goes on by the worst of an hour."""
    value = np.r_[np.full(COUNT - 59, 0.04), np.full(59, 0.001)]
    at = replace(place(RATE, value), prompt=flags(true=True), away=flags(true=True))
    assert np.all(found(at).begins == NEVER)
    assert found(at).goes_on[LAST] == 0.04
    value[LAST - 59] = 0.001  # an hour holds sixty samples
    assert found(at).goes_on[LAST] == 0.001


def test_after_data_came_back_five_minutes_keep_it() -> None:
    """For ten minutes, whatever the newest two say."""
    away = flags(true=False)
    away[LAST - 9] = True
    at = replace(place(LAG, steady(1.0)), value=steady(0.2), away=away)
    assert found(at, LAG).goes_on[LAST] == 1.0
    bursts = replace(at, mean=np.where(np.arange(COUNT) % 3 == LAST % 3, 1.0, 0.1))
    assert found(bursts, LAG).goes_on[LAST] == 1.0
    old = replace(bursts, written=np.arange(COUNT) != LAST - 9)
    assert found(old, LAG).goes_on[LAST] == 0.2
    away[LAST - 9], away[LAST - 10] = False, True
    assert found(bursts, LAG).goes_on[LAST] == 0.2


def test_where_low_is_bad_everything_is_negated() -> None:
    """The condition holds with a threshold above the value."""
    values = found(place(HITS, steady(0.6)), HITS, for_=300)
    assert values.of(values.begins[LAST]) == pytest.approx(0.6)
    assert values.conditions(0.61).begins[LAST]
    assert not values.conditions(0.6).begins[LAST]


def test_a_threshold_itself_is_not_beyond_it() -> None:
    """The comparison is strict."""
    values = found(place(RATE, steady(0.01)))
    assert not values.conditions(0.01).begins.any()
    assert values.conditions(0.0099).begins[LAST]


def test_ranges_hold_what_was_written() -> None:
    """A value that is shown again is none of a range; a selector alone shows it."""
    at = replace(place(RATE, steady(0.04)), newest=steady(0.001), written=flags(true=False))
    assert found(at).begins[LAST] == 0.04


def test_a_while_of_minutes_is_a_for() -> None:
    """What does not depend on `for` is worked out once for all of them."""
    parts = branch_values(place(RATE, steady(0.04)), RATE)
    assert all(parts.of_for(k * MINUTE).begins[LAST] == 0.04 for k in range(16))
