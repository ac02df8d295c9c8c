"""One budget for all rules."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from generators.tuning.fitting import fit
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import LevelThreshold, RefusedThreshold
from generators.tuning.together import fit_together
from tests.generators.tuning.histories import calendar, history

WEEKLY = Fraction(1, 7)


def rules(levels: Values) -> list[RuleDays]:
    """Return a history of each row."""
    return [history(row) for row in levels]


def value(result: LevelThreshold | RefusedThreshold) -> float:
    """Return a threshold; inf where there is none."""
    return result.value if isinstance(result, LevelThreshold) else np.inf


def why(result: LevelThreshold | RefusedThreshold) -> str:
    """Return why there is no threshold."""
    assert isinstance(result, RefusedThreshold)
    return result.why


def draw(random: np.random.Generator, days: int) -> Values:
    """Return levels of nine unrelated rules: normal, skewed, and zero on most days."""
    levels = random.normal(size=(9, days))
    levels[1::3] = np.exp(levels[1::3])
    levels[2::3] = np.maximum(0, levels[2::3] - 1)
    return levels


def test_nine_unrelated_rules_keep_one_budget() -> None:
    """A day in seven is promised and kept, where nine maxima would fire on nine days of 43."""
    random = np.random.default_rng(3)
    realised, promised = [], []
    for _ in range(40):
        levels = draw(random, 42 + 200)
        found = fit_together(rules(levels[:, :42]), [0] * 9, WEEKLY)
        assert isinstance(found.shared, LevelThreshold)
        values = np.array([[value(result)] for result in found.results])
        realised.append(np.mean(np.any(levels[:, 42:] > values, axis=0)))
        promised.append(float(found.shared.attainable))
    assert 0.7 < np.mean(realised) / np.mean(promised) < 1.3


def test_days_that_nobody_noted_spend_the_budget_and_no_more() -> None:
    """Three days far above all others: their rule's threshold stays near the others' highest.

    By their mean distance its scale would be so wide that it would be several times as high.
    """
    random, found = np.random.default_rng(9), []
    for _ in range(20):
        levels = np.abs(random.normal(size=(5, 42)))
        usual = levels[0].max()
        levels[0, random.choice(42, 3, replace=False)] += 10 * usual
        first, *_ = fit_together(rules(levels), [0] * 5, WEEKLY).results
        found.append(value(first) < 2 * usual)
    assert np.mean(found) >= 0.9  # in others a part of the days is left out


def test_a_single_rule_has_about_its_own_threshold() -> None:
    """With one rule, one budget for all is the budget of that rule."""
    levels = np.random.default_rng(4).normal(size=42)
    alone = fit(history(levels), 0, WEEKLY).result
    together = fit_together([history(levels)], [0], WEEKLY)
    assert isinstance(alone, LevelThreshold)
    (result,) = together.results
    assert isinstance(result, LevelThreshold)
    assert result.value == pytest.approx(alone.value, rel=0.1)
    assert result.attainable == pytest.approx(alone.attainable, abs=0.03)
    assert together.since == calendar(1)[0].date


def some_days(levels: Values, first: int, stop: int) -> RuleDays:
    """Return a history of which only some days are judged."""
    return replace(
        history(levels[first:stop]), days=calendar(stop)[first:], worst=levels[first:stop]
    )


def test_only_days_of_all_rules_count() -> None:
    """A day that is judged for one rule alone says nothing of the others."""
    levels = np.random.default_rng(5).normal(size=20)
    found = fit_together([history(levels), some_days(levels, 10, 20)], [0, 0], WEEKLY)
    assert isinstance(found.shared, LevelThreshold)
    assert found.shared.days == 10
    first, second = found.fits
    assert found.since == first.since == second.own_since == calendar(20)[10].date
    assert first.own_since == calendar(1)[0].date
    assert first.last == second.last == 1


def test_a_rule_that_cannot_be_fitted_is_left_out() -> None:
    """No data, a rise five days ago, a run too short and few days refuse one alert each."""
    random = np.random.default_rng(6)
    risen = random.normal(size=42) + 20 * (np.arange(42) >= 37)
    silent = history(np.full(42, -np.inf), medians=random.normal(size=42))
    others = [history([]), history(risen), silent, some_days(risen, 32, 36)]
    levels = random.normal(size=(2, 42))
    alone = fit_together(rules(levels), [0, 0], WEEKLY)
    found = fit_together([*others, *rules(levels)], [0] * 6, WEEKLY)
    assert found.results[4:] == alone.results
    assert found.shared == alone.shared
    reasons = [why(result) for result in found.results[:4]]
    assert reasons[0] == "there is no clean day"
    assert reasons[1].startswith("values got worse on 2026-02-11; since then 5 clean days cannot")
    assert reasons[2] == "hardly any run of values was as long as `for`"
    assert reasons[3].startswith("4 clean days cannot promise 1/7: the tightest budget is 1/5")
    assert found.fits[0].since is None


def test_a_rule_with_other_days_is_left_out() -> None:
    """Where rules have too few days in common, the one that shares fewest is refused."""
    levels = np.random.default_rng(7).normal(size=42)
    early = some_days(levels, 0, 22)
    found = fit_together([early, *[some_days(levels, 20, 42)] * 2], [0] * 3, WEEKLY)
    assert why(found.results[0]).startswith("only 2 of its clean days are clean days of the other")
    assert isinstance(found.shared, LevelThreshold)
    assert found.shared.days == 22


def test_without_any_rule_there_is_a_reason() -> None:
    """No history, or none with a day, is no error."""
    assert fit_together([], [], WEEKLY).results == ()
    found = fit_together([history([])], [0], WEEKLY)
    assert why(found.shared) == "no alert has enough clean days"
    assert found.since is None


def test_a_single_day_above_zero_does_not_refuse_the_others() -> None:
    """It is beyond all others on weekends, where the other rule is loud, too."""
    single = np.zeros(42)
    single[5] = 1
    weekend = np.tile([False] * 5 + [True] * 2, 6)
    loud = np.random.default_rng(8).normal(size=42) + 3 * weekend
    found = fit_together([history(single), history(loud)], [0, 0], WEEKLY)
    assert why(found.results[0]).startswith("hardly any clean day was worse than usual")
    assert np.isfinite(value(found.results[1]))


def test_days_before_a_rise_of_any_rule_are_left_out() -> None:
    """A fall keeps the days before it, a rise does not."""
    random = np.random.default_rng(6)
    shift = 20 * (np.arange(42) >= 20)
    risen = fit_together(rules(random.normal(size=(2, 42)) + [[0], [1]] * shift), [0, 0], WEEKLY)
    fallen = fit_together(rules(random.normal(size=(2, 42)) - [[0], [1]] * shift), [0, 0], WEEKLY)
    assert isinstance(risen.shared, LevelThreshold)
    assert isinstance(fallen.shared, LevelThreshold)
    assert (risen.shared.days, fallen.shared.days) == (22, 42)
    assert [fit.fell for fit in (risen.fits[1], fallen.fits[1])] == [False, True]


@pytest.mark.parametrize(("day", "low"), [(20, True), (35, False)])
def test_a_fall_lowers_the_threshold(day: int, low: bool) -> None:
    """A latency that fell to an eighth has its own scale, once two weeks have passed."""
    levels = np.random.default_rng(9).gamma(20, 0.02, size=42)
    levels[day:] /= 8
    other = history(np.random.default_rng(10).normal(size=42))
    found = fit_together([history(levels), other], [0, 0], WEEKLY)
    assert (value(found.results[0]) < 0.2) is low
    assert found.fits[0].rescaled is low
    assert isinstance(found.shared, LevelThreshold)
    assert found.shared.days == 42


def test_a_rule_that_never_moves_keeps_its_value() -> None:
    """Zeros alone have no scale: anything above them fires, and the other rule has the budget."""
    levels = np.stack([np.zeros(42), np.random.default_rng(8).normal(size=42)])
    found = fit_together(rules(levels), [0, 0], WEEKLY)
    first, second = found.results
    assert isinstance(first, LevelThreshold)
    assert isinstance(second, LevelThreshold)
    assert first.value == 0
    assert [first.attainable, second.attainable] == [0, Fraction(4, 43)]
