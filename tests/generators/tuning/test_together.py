"""One budget for all rules."""

from fractions import Fraction

import numpy as np
import pytest

from generators.tuning.fitting import fit
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import LevelThreshold, Refused
from generators.tuning.together import fit_together
from tests.generators.tuning.histories import calendar, history

WEEKLY = Fraction(1, 7)


def rules(levels: Values) -> list[RuleDays]:
    """Return a history of each row."""
    return [history(row) for row in levels]


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
        if isinstance(found.result, LevelThreshold):
            values = np.array([[rule.value] for rule in found.thresholds])
            realised.append(np.mean(np.any(levels[:, 42:] > values, axis=0)))
            promised.append(float(found.result.attainable))
    assert len(realised) > 30
    assert 0.7 < np.mean(realised) / np.mean(promised) < 1.3


def test_a_single_rule_has_about_its_own_threshold() -> None:
    """With one rule, one budget for all is the budget of that rule."""
    levels = np.random.default_rng(4).normal(size=42)
    alone = fit(history(levels), 0, WEEKLY).result
    together = fit_together([history(levels)], [0], WEEKLY)
    assert isinstance(alone, LevelThreshold)
    assert together.thresholds[0].value == pytest.approx(alone.value, rel=0.1)
    assert together.thresholds[0].attainable == pytest.approx(alone.attainable, abs=0.03)
    assert together.since == calendar(1)[0].date


def test_only_days_of_all_rules_count() -> None:
    """A day that is judged for one rule alone says nothing of the others."""
    levels = np.random.default_rng(5).normal(size=20)
    short = RuleDays(
        days=calendar(20)[10:],
        fors=(0,),
        levels=levels[None, 10:],
        medians=levels[10:],
        worst=levels,
    )
    found = fit_together([history(levels), short], [0, 0], WEEKLY)
    assert isinstance(found.result, LevelThreshold)
    assert found.result.days == 10
    refused = fit_together([history(levels[:10]), short], [0, 0], WEEKLY)
    assert isinstance(refused.result, Refused)
    assert refused.thresholds == ()


def test_days_before_a_rise_of_any_rule_are_left_out() -> None:
    """A fall keeps the days before it, a rise does not."""
    random = np.random.default_rng(6)
    shift = 20 * (np.arange(42) >= 20)
    risen = fit_together(rules(random.normal(size=(2, 42)) + [[0], [1]] * shift), [0, 0], WEEKLY)
    fallen = fit_together(rules(random.normal(size=(2, 42)) - [[0], [1]] * shift), [0, 0], WEEKLY)
    assert isinstance(risen.result, LevelThreshold)
    assert isinstance(fallen.result, LevelThreshold)
    assert (risen.result.days, fallen.result.days) == (22, 42)


def test_a_rule_that_never_moves_keeps_its_value() -> None:
    """Zeros alone have no scale: anything above them fires, and the other rule has the budget."""
    levels = np.stack([np.zeros(42), np.random.default_rng(8).normal(size=42)])
    found = fit_together(rules(levels), [0, 0], WEEKLY)
    assert found.thresholds[0].value == 0
    assert [rule.attainable for rule in found.thresholds] == [0, Fraction(4, 43)]


def test_rules_without_a_run_are_named() -> None:
    """The reason says which rule has no value."""
    silent = history(np.full(42, -np.inf), medians=np.zeros(42))
    found = fit_together([history(np.zeros(42)), silent], [0, 0], WEEKLY)
    assert isinstance(found.result, Refused)
    assert "rule 2" in found.result.why
