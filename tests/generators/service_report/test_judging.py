"""A signal is judged by the limits that hold in each place, then by its target."""

from pathlib import Path

import pytest

from exporter.monitoring_config import SignalTargetConfig, read_config
from exporter.summary.model import PlaceValue
from generators.service_report.judging import (
    NO_DATA,
    NO_LATEST,
    TOO_FEW,
    SignalFacts,
    judged,
    judgement,
    with_alerts,
    worst,
)
from generators.service_report.model import Health, JudgedPlace
from tests.exporter.summary.states import place, signal
from tests.generators.service_report.reports import alert, reported

CONFIG = read_config(Path(__file__).parents[3] / "alertmanager/out/monitoring_config.json")
TARGET = SignalTargetConfig(least=0.8, most=None, text="at least 80%")
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
    health, why = judgement(signal(), SignalFacts(latest=0.01, latest_by=(*bad, HERE)))
    assert health is Health.FAILING
    assert why == (
        "2%, above 1% (ErrorRateCritical): checkout in us-central1 (ion-production), and in 1 more"
    )


@pytest.mark.parametrize(
    ("now", "latest", "places", "expected"),
    [
        (0.9, 0.9, (HERE,), (Health.OK, "")),
        (0.7, 0.9, (HERE,), (Health.WARNING, "misses its target: at least 80%")),
        (0.9, 0.9, (), (Health.UNKNOWN, TOO_FEW)),
        (0.9, None, (), (Health.UNKNOWN, NO_LATEST)),
    ],
)
def test_what_cannot_be_judged_is_not_well(
    now: float,
    latest: float | None,
    places: tuple[JudgedPlace, ...],
    expected: tuple[Health, str],
) -> None:
    """A signal with limits is well only where its last five minutes are within them."""
    facts = SignalFacts(latest=latest, latest_by=places, target=TARGET)
    assert judgement(signal(now=now), facts) == expected


def test_less_than_was_promised_is_not_well() -> None:
    """Availability has no limit of its own: its objective is one for the period."""
    promised = SignalFacts(latest=0.99, latest_by=(HERE,), objective=0.9995)
    health, why = judgement(signal(now=0.9994, limits=()), promised)
    assert (health, why) == (Health.WARNING, "below the objective of 99.95%")
    assert judgement(signal(now=0.9996, limits=()), promised) == (Health.OK, "")


def test_what_nothing_is_held_against_is_not_judged() -> None:
    """A signal that has neither a limit nor a target nor an objective is not well either."""
    here = judged(CONFIG, "error_rate_by_endpoint", PlaceValue((("endpoint", "/"),), 0.039))
    assert here.health is Health.UNJUDGED
    found = judgement(signal(limits=()), SignalFacts(latest=0.04, latest_by=(here,)))
    assert found == (Health.UNJUDGED, "")
    within = SignalTargetConfig(least=None, most=1.0, text="at most 100%")
    facts = SignalFacts(latest=0.04, latest_by=(here,), target=within)
    assert judgement(signal(limits=()), facts) == (Health.OK, "")


def test_a_signal_is_no_better_than_its_alerts() -> None:
    """One whose alert fires is not well, whatever its last five minutes are."""
    calm = reported(health=Health.OK, why="")
    found = with_alerts(CONFIG, calm, (alert(),))
    assert (found.health, found.why) == (Health.FAILING, "ErrorRateCritical fires")
    other = with_alerts(CONFIG, calm, (alert(name="DatabaseLag", severity="high"),))
    assert other is calm
    assert with_alerts(CONFIG, reported(), (alert(),)) == reported()


def test_a_signal_without_any_number_is_not_known() -> None:
    """Neither a limit nor a target can be held against it."""
    nothing = signal(now=None, places=())
    assert judgement(nothing, SignalFacts(latest=None, latest_by=())) == (Health.UNKNOWN, NO_DATA)


def test_the_worst_of_several() -> None:
    """Beyond a limit is worse than not known, and not known is worse than well."""
    assert worst((Health.OK, Health.UNKNOWN)) is Health.UNKNOWN
    assert worst((Health.UNKNOWN, Health.WARNING)) is Health.WARNING
    assert worst((Health.WARNING, Health.FAILING)) is Health.FAILING
    assert worst(()) is Health.UNKNOWN
