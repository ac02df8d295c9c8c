"""The conditions of the alerts on error budgets; promtool proves them in test_rule_replay.py."""

from pathlib import Path

import numpy as np
import pytest

from exporter.settings import load
from generators.alert_table import BurnAlert, ExhaustedAlert
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import alerts
from generators.tuning.budget_conditions import burning, of_burn, of_spent, spent
from generators.tuning.compared import Answers
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.rule_replay import expressions, place_states, replayed

REFERENCE = load(Path(__file__).parents[3] / "examples" / "reference.yaml")
GRID = TimeGrid(600, 60, 100)
PLACE = (("gcp_project", "p"), ("service_name", "s"))


def breach() -> BurnAlert:
    """Return the critical alert on a burning budget."""
    found = policy(REFERENCE).breach
    assert found is not None
    return found


def exhausted() -> ExhaustedAlert:
    """Return the alert on a spent budget."""
    found = policy(REFERENCE).exhausted
    assert found is not None
    return found


def steady(value: float) -> tuple[RecordedSeries, ...]:
    """Return a series of one place with one value."""
    return (RecordedSeries(PLACE, np.full(GRID.count, value)),)


def burn_answers(*values: float) -> Answers:
    """Return answers: those of the pairs in their order, then nothing of data that is away."""
    series = of_burn(breach())
    nothing = dict.fromkeys(series.expressions, ())
    found = zip(series.of_places, values, strict=True)
    return {**nothing, **{each: steady(value) for each, value in found}}


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ((15, 15, 10, 0, 0, 0), True),
        ((15, 14.4, 10, 0, 0, 0), False),
        ((14.4, 15, 10, 0, 0, 0), False),
        ((15, 15, 9, 0, 0, 0), False),
        ((0, 0, 0, 6.1, 6.1, 10), True),
    ],
)
def test_any_pair_of_windows_holds(values: tuple[float, ...], *, holds: bool) -> None:
    """Both are above their rate, with enough errors."""
    found = burning(of_burn(breach()), burn_answers(*values), GRID)[PLACE]
    assert found.begins.all() == holds
    assert found.begins.any() == holds


def test_while_data_is_away_the_past_hour_keeps_it() -> None:
    """Nothing begins then; it goes on by the greatest of an hour."""
    gone = np.where(np.arange(GRID.count) >= 50, 1.0, np.nan)
    away = (RecordedSeries((), gone),)
    answers = {**burn_answers(15, 15, 10, 0, 0, 0), "global:data:away": away}
    found = burning(of_burn(breach()), answers, GRID)[PLACE]
    assert np.flatnonzero(found.begins)[-1] == 49
    assert found.goes_on.all()


def test_a_spent_budget_is_judged_each_time_it_is_recorded() -> None:
    """Every five minutes: it fires after a quarter of an hour."""
    rule = next(r for r in alerts(build(REFERENCE).longterm) if r.source == exhausted())
    series = of_spent(exhausted())
    values = np.where(np.arange(GRID.count) >= 12, 1.0, 0.9)
    answers = {
        series.spent: (RecordedSeries(PLACE, values),),
        series.bad: steady(10),
    }
    (found,) = replayed(rule, answers, GRID)
    assert dict(found.labels).items() >= {("alertname", "ErrorBudgetExhausted"), *PLACE}
    assert (found.began, found.ended) == (600 + 60 * 15 + 900, None)
    assert replayed(rule, {**answers, series.bad: steady(9)}, GRID) == ()
    assert not spent(series, {**answers, series.spent: steady(0.99)}, GRID)[PLACE].begins.any()


def test_other_alerts_are_not_replayed() -> None:
    """Those on the monitoring itself have no history of their own."""
    rule = next(r for r in alerts(build(REFERENCE).main) if r.alert == "ExporterDown")
    assert (expressions(rule), place_states(rule, {}, GRID)) == ((), {})
