"""A `for` that would do clearly better: fewer clean days, or more that is caught."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from exporter.prometheus.api import TimeSpan
from generators.alert_table import ThresholdAlert
from generators.tuning.backtest import Backtest
from generators.tuning.incidents import Incident
from generators.tuning.other_for import OtherFor, other_for
from generators.tuning.rule_history import RuleHistory
from generators.tuning.verdicts import Caught, Verdicts
from tests.generators.tuning.histories import history
from tests.generators.tuning.test_tuned import RULES

LIMIT = 0.5
FORS = (3, 0, 1, 8)  # minutes; the alert's own first


def of_days(name: str, *fired: int) -> RuleHistory:
    """Return an alert's history that fires at the limit on so many of ten days, for each `for`."""
    rule = next(one for one in RULES if one.alert == name)
    assert isinstance(rule.source, ThresholdAlert)
    whole, some = np.zeros(10), history(np.zeros(10))
    found = RuleHistory(rule=rule, row=rule.source, fors=FORS, days=some, worst=whole, gaps=())
    beyond, within = (1.0, 0.0) if found.sign > 0 else (0.0, -1.0)
    levels = np.array([[beyond] * days + [within] * (10 - days) for days in fired])
    return replace(found, days=replace(some, fors=FORS, levels=levels))


def catching(*delays: float | None) -> Backtest:
    """Return a backtest that caught incidents after seconds; None: missed."""
    every = [(Incident(id=f"{at}", start=at, end=at + 1), each) for at, each in enumerate(delays)]
    judged = Verdicts(
        right=0,
        wrong=0,
        unjudged=0,
        caught=tuple(Caught(one, delay) for one, delay in every if delay is not None),
        missed=tuple(one for one, delay in every if delay is None),
        blind=(),
    )
    return Backtest(
        span=TimeSpan(0, 86400),
        firings=1,
        notified=(),
        nights=0,
        seconds=0.0,
        longest=0.0,
        flaps=0,
        verdicts=judged,
    )


def better(
    found: RuleHistory, now: Backtest, tried: Mapping[float, Backtest] = MappingProxyType({})
) -> OtherFor | None:
    """Return what is better; a `for` that is not among those tried is not to be asked for."""
    return other_for(found, LIMIT, now, tried.__getitem__)


@pytest.mark.parametrize("name", ["ErrorRateWarning", "CacheHitRateLow"])
def test_a_longer_one_saves_half_of_the_days(name: str) -> None:
    """It catches the same, later; where low values are bad, days are counted on that side."""
    found = better(of_days(name, 6, 9, 8, 3), catching(0, 90), {480: catching(300, 400)})
    assert found == OtherFor(seconds=480, days=(6, 3), caught=(2, 2), later=310)


@pytest.mark.parametrize("fired", [(6, 9, 8, 4), (2, 9, 8, 1), (0, 9, 8, 0)])
def test_a_few_days_less_are_not_worth_it(fired: tuple[int, ...]) -> None:
    """Two days and half of them are the least; nothing is even tried."""
    assert better(of_days("ErrorRateWarning", *fired), catching(0)) is None


def test_a_longer_one_must_not_lose_an_incident() -> None:
    """Nor is it better where nothing was caught: to fire less is then no merit."""
    days = of_days("ErrorRateWarning", 6, 9, 8, 3)
    assert better(days, catching(0, 90), {480: catching(0, None)}) is None
    assert better(days, catching(None), {480: catching(None)}) is None


def test_a_shorter_one_must_not_fire_on_more_days() -> None:
    """The shortest of those that cost no clean day: it catches earlier, or more."""
    days = of_days("ErrorRateWarning", 3, 4, 3, 2)
    found = better(days, catching(180, 200), {60: catching(60, 80)})
    assert found == OtherFor(seconds=60, days=(3, 3), caught=(2, 2), later=-120)
    found = better(days, catching(180, None), {60: catching(180, 9)})
    assert found == OtherFor(seconds=60, days=(3, 3), caught=(1, 2), later=0)


def test_one_that_changes_nothing_is_not_told() -> None:
    """An alert that never fires would do as well with any `for`."""
    days = of_days("ErrorRateWarning", 0, 0, 0, 0)
    assert better(days, catching(None), {0: catching(None)}) is None
