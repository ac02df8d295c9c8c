"""Stretches outside a band: since when, how far, on which side, and what is not known of it."""

import numpy as np
import pytest

from exporter.settings import Settings
from generators.analysis.anomalies import NO_BAND, examined
from generators.analysis.chosen_places import NO_DATA, ChosenPlaces
from generators.analysis.model import Anomaly, Examined
from generators.analysis.reading import SeriesReader
from generators.tuning.model import TimeGrid, Values
from tests.generators.analysis.hand_source import HandSource

GRID = TimeGrid(1_767_571_200, 300, 25)
PLACE = (("gcp_project", "shop"), ("region", "r"), ("service_name", "ion"))
NAN = float("nan")


def flat(value: float, **at: float) -> Values:
    """Return a value at all times, and others at some: t3=5 is 5 at the fourth."""
    found = np.full(GRID.count, float(value))
    for name, other in at.items():
        found[int(name[1:])] = other
    return found


def found(signal: str, value: Values, centre: Values, for_: dict[str, float]) -> Examined[Anomaly]:
    """Return the anomalies of one signal, whose band is one wide."""
    series = f"max by (gcp_project, region, service_name) (project_region_service:{signal}:anomaly"
    hand = HandSource(
        {
            f"{series}_value": {PLACE: value},
            f"{series}_centre": {PLACE: centre},
            f"{series}_spread": {PLACE: np.where(np.isnan(centre), NAN, 1.0)},
        }
    )
    return examined(SeriesReader(hand, ChosenPlaces()), Settings(), GRID, for_)


def test_a_stretch_outside() -> None:
    """It begins beyond four widths, ends with the first value within, and has its farthest."""
    value = flat(10, t3=14.1, t4=18, t5=16, t6=15, t7=13.9)
    (one,) = found("error_rate", value, flat(10), {"ErrorRateAnomaly": 900}).results
    at = GRID.times.tolist()
    assert (one.start, one.end, one.at, one.seconds) == (at[3], at[7], at[4], 1200)
    assert (one.distance, one.value, one.centre, one.spread) == (8, 18, 10, 1)
    assert (one.signal, one.alert, one.place) == ("error_rate", "ErrorRateAnomaly", PLACE)
    assert one.fires


@pytest.mark.parametrize(
    ("value", "for_", "fires"),
    [
        (flat(10, t3=15, t4=15, t5=15, t6=15), {"ErrorRateAnomaly": 900.0}, True),
        (flat(10, t3=15, t4=15, t5=15), {"ErrorRateAnomaly": 900.0}, False),  # too short
        (flat(10, t3=15, t4=15, t5=15, t6=15), {}, False),  # the alert is off
        (flat(10, t3=5, t4=5, t5=5, t6=5), {"ErrorRateAnomaly": 900.0}, False),  # better
    ],
)
def test_when_the_alert_fires(value: Values, for_: dict[str, float], *, fires: bool) -> None:
    """It does on the worse side, once the condition has held for its `for`."""
    (one,) = found("error_rate", value, flat(10), for_).results
    assert one.fires is fires


def test_a_drop_is_worse_for_throughput() -> None:
    """Its distance is below 0, and its alert fires."""
    value = flat(10, t3=0, t4=0, t5=0, t6=0)
    (one,) = found("throughput", value, flat(10), {"ThroughputAnomaly": 900}).results
    assert (one.distance, one.fires) == (-10, True)


def test_the_farthest_is_first_and_what_lasts_has_no_end() -> None:
    """Two stretches; the second lasts until the end of the window. A gap ends one."""
    value = flat(10, t2=15, t3=NAN, t4=15, t22=30, t23=30, t24=30)
    every = found("error_rate", value, flat(10), {}).results
    assert [(one.distance, one.seconds) for one in every] == [(20, 600), (5, 300), (5, 300)]
    assert [one.end is None for one in every] == [True, False, False]


def test_what_is_not_known() -> None:
    """No value is no data; a value without a band lacks weeks; the other five signals have none."""
    every = found("error_rate", flat(10, t3=NAN, t4=NAN), flat(10, t4=NAN, t7=NAN), {})
    assert (every.series, every.results) == (1, ())
    own = [(one.seconds, one.why) for one in every.not_known if one.place]
    assert own == [(600, NO_DATA), (300, NO_BAND)]
    assert [one.seconds for one in every.not_known if not one.place] == [7200] * 5
