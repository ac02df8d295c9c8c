"""Histories that hardly vary: what the table says of them."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from exporter.settings import load
from generators.tuning import recommendations, wording
from generators.tuning.choosing import together
from generators.tuning.grouping import usual
from generators.tuning.judging import policy_alerts
from generators.tuning.model import RecordedSeries, TimeGrid, Values
from generators.tuning.same_days import variety
from generators.tuning.tuned import TunedAlert, Tuning, TuningRequest, expressions, tuned
from tests.generators.tuning.simulated_weeks import DAY, ZONE

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")
BUDGET = Fraction(1, 7)
DAYS = 21
GRID = TimeGrid(start=1_762_128_000, step=60, count=DAYS * DAY)
MINUTES = np.arange(GRID.count)
NOISE = np.random.default_rng(1).random(GRID.count) / 10
SPIKE = (MINUTES >= 9 * DAY) & (MINUTES < 9 * DAY + 20)


def tune(name: str, values: Values) -> Tuning:
    """Tune one alert on the same values in every window that it compares."""
    rules = tuple(rule for rule in policy_alerts(REFERENCE) if rule.alert == name)
    (rule,) = rules
    place = tuple((label, "x") for label in ("gcp_project", "region", "service_name"))
    signal = dict(rule.labels)["signal"]
    own = (text for text in expressions(rules) if f":{signal}:" in text and "ALERTS" not in text)
    series = {text: (RecordedSeries(place, values.copy()),) for text in own}
    return tuned(
        TuningRequest(
            rules=rules,
            answers={text: series.get(text, ()) for text in expressions(rules)},
            grid=GRID,
            zone=ZONE,
            incidents=(),
            chooser=lambda found: together(found, BUDGET),
            budget=BUDGET,
            grouping=usual(REFERENCE),
        )
    )


def row(tuning: Tuning) -> tuple[str, str]:
    """Return what the table proposes, and why."""
    ((_, _, proposed, why, _),) = wording.rows(tuning)
    return proposed, why


def alert(tuning: Tuning) -> TunedAlert:
    """Return the only alert."""
    (found,) = tuning.alerts
    return found


@pytest.mark.parametrize("value", [0.36, 0.9, 1.0])
def test_one_value_for_weeks_is_told_and_changes_nothing(value: float) -> None:
    """However often the alert fires of it; and such a history is worth nothing."""
    found = tune("CPUHigh", np.full(GRID.count, value))
    assert row(found) == (
        "keep",
        (
            f"Every value is {value:.0%}, which says nothing of how much is too much: see whether "
            "it is still measured."
        ),
    )
    quality = alert(found).quality
    assert quality is not None
    assert (quality.stability.score, quality.stability.weakest) == (0, "variety")


def test_no_event_for_weeks_is_nothing_to_look_after() -> None:
    """Without errors the number stays, and nobody is told to look."""
    why = "Every value is 0%, which says nothing of how much is too much."
    assert row(tune("ErrorRateWarning", np.zeros(GRID.count))) == ("keep", why)


@pytest.mark.parametrize(
    "values",
    [
        np.minimum(0.4 + NOISE, 0.45),  # capped
        np.tile(0.4 + NOISE[:DAY], DAYS),  # one day again and again
        np.where(MINUTES // 10 % 2, 0.3, 0.45),  # two values
        np.where(SPIKE & (MINUTES % 2 == 0), 0.9, 0.45),  # a spike shorter than `for`
    ],
    ids=["capped", "repeated", "two values", "short spike"],
)
def test_days_that_are_all_alike_are_told(values: Values) -> None:
    """Also beside a number that is kept: something is odd about what is measured."""
    (told,) = alert(tune("CPUHigh", values)).remarks
    assert told.startswith("All 21 clean days have the same worst value that lasted 5m, 4")
    assert told.endswith(
        "%, as where values are capped, coarse or repeated: how much worse a day may be is not "
        "known."
    )


def test_a_number_from_a_single_other_day_says_so() -> None:
    """One spike in weeks of one value: what the threshold follows from is told."""
    found = tune("ResponseTimeWarning", np.where(SPIKE, 0.9, 0.45))
    assert row(found)[0] != "keep"
    told = (
        "20 of 21 clean days have the same worst value that lasted 3m, 450ms: the number follows "
        "from the others alone."
    )
    assert f"ResponseTimeWarning: {told}" in [*wording.remarks(found)]
    (written,) = json.loads(recommendations.document(found, {}, BUDGET))["alerts"]
    assert told in written["remarks"]
    assert written["quality"]["weakest"] == "variety"
    # A number that stays does not follow from those days.
    assert alert(tune("DatabaseLag", np.where(SPIKE, 0.4, 0.1))).remarks == ()


def test_a_history_without_a_value_has_no_day_to_judge() -> None:
    """That is another reason than incidents on each of its days."""
    assert row(tune("CPUHigh", np.full(GRID.count, np.nan))) == (
        "nothing yet",
        "There is no value in these days.",
    )


def test_ordinary_days_are_not_mentioned() -> None:
    """Where days differ, nothing is said of it, and nothing taken off."""
    found = alert(tune("CPUHigh", 0.4 + NOISE))
    assert found.remarks == ()
    assert found.quality is not None
    assert found.quality.stability.variety == 1


def test_variety_is_the_share_of_pairs_that_differ() -> None:
    """From 0, all alike, to 1; fewer than two days have no pair."""
    assert variety(np.array([1.0, 1.0, 1.0])) == 0
    assert variety(np.array([1.0, 1.0, 2.0])) == pytest.approx(2 / 3)
    assert variety(np.array([1.0, 2.0, 3.0])) == variety(np.array([1.0])) == 1
