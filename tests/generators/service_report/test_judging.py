"""A signal is judged by the limits that hold in each place, then by its target."""

from pathlib import Path

import pytest

from exporter.monitoring_config import TargetConfig, read_config
from exporter.summary.model import PlaceValue
from generators.service_report.judging import NO_DATA, TOO_FEW, judged, judgement, worst
from generators.service_report.model import Health, JudgedPlace
from tests.exporter.summary.states import place, signal

CONFIG = read_config(Path(__file__).parents[3] / "alertmanager/out/monitoring_config.json")
TARGET = TargetConfig(least=0.8, most=None, text="at least 80%")
HERE = JudgedPlace(PlaceValue(place("europe-west1"), 0.004), Health.OK)


@pytest.mark.parametrize(
    ("value", "health", "beyond"),
    [
        (0.004, Health.OK, ""),
        (0.006, Health.WARNING, "above 0.5% (ErrorRateWarning)"),
        (0.02, Health.FAILING, "above 1% (ErrorRateCritical)"),
    ],
)
def test_a_place_has_the_worst_limit_that_it_is_beyond(
    value: float, health: Health, beyond: str
) -> None:
    """The limit of a critical alert outweighs that of another one."""
    found = judged(CONFIG, "error_rate", PlaceValue(place("europe-west1"), value))
    assert (found.health, found.beyond) == (health, beyond)


def test_low_values_are_bad_where_they_are() -> None:
    """A hit rate below its limit is beyond it."""
    cache = PlaceValue((("redis_id", "ion-cache"),), 0.6)
    assert judged(CONFIG, "cache_hit_rate_l2", cache).beyond == "below 70% (CacheHitRateLow)"


def test_the_limits_of_a_service_hold_for_it_alone() -> None:
    """An alert with a limit of its own for one service is not judged by that of the others."""
    every = [one for one in CONFIG.alerts if one.name == "ErrorRateCritical"]
    own = every[0].model_copy(
        update={
            "where": {"service_name": ("checkout",)},
            "threshold": "above 50%",
            "limit": every[0].limit and every[0].limit.model_copy(update={"value": 0.5}),
        }
    )
    config = CONFIG.model_copy(update={"alerts": (*CONFIG.alerts, own)})
    value = PlaceValue(place("europe-west1"), 0.02)
    assert judged(config, "error_rate", value).beyond == "above 0.5% (ErrorRateWarning)"


def test_why_names_the_first_place_and_counts_the_others() -> None:
    """Two places beyond a limit are one sentence."""
    bad = [
        judged(CONFIG, "error_rate", PlaceValue(place(region), value))
        for region, value in (("europe-west1", 0.006), ("us-central1", 0.02))
    ]
    health, why = judgement(signal(), 0.01, (*bad, HERE), None, missed=None)
    assert health is Health.FAILING
    assert why == (
        "2%, above 1% (ErrorRateCritical): checkout in us-central1 (ion-production), and in 1 more"
    )


@pytest.mark.parametrize(
    ("latest", "places", "missed", "expected"),
    [
        (0.004, (HERE,), None, (Health.OK, "")),
        (0.004, (HERE,), False, (Health.OK, "")),
        (0.004, (HERE,), True, (Health.WARNING, "misses its target: at least 80%")),
        (0.004, (), False, (Health.UNKNOWN, TOO_FEW)),
        (None, (), False, (Health.UNKNOWN, "no data in the last five minutes")),
    ],
)
def test_what_cannot_be_judged_is_not_well(
    latest: float | None,
    places: tuple[JudgedPlace, ...],
    missed: bool | None,
    expected: tuple[Health, str],
) -> None:
    """A signal with limits is well only where its last five minutes are within them."""
    assert judgement(signal(), latest, places, TARGET, missed=missed) == expected


def test_a_signal_without_any_number_is_not_known() -> None:
    """Neither a limit nor a target can be held against it."""
    nothing = signal(now=None, places=())
    assert judgement(nothing, None, (), TARGET, missed=None) == (Health.UNKNOWN, NO_DATA)


def test_the_worst_of_several() -> None:
    """Beyond a limit is worse than not known, and not known is worse than well."""
    assert worst((Health.OK, Health.UNKNOWN)) is Health.UNKNOWN
    assert worst((Health.UNKNOWN, Health.WARNING)) is Health.WARNING
    assert worst((Health.WARNING, Health.FAILING)) is Health.FAILING
    assert worst(()) is Health.UNKNOWN
