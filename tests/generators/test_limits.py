"""A limit has one wording, for rules, panels, runbooks and monitoring_config.json alike."""

import pytest

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators.limits import condition, lasting, limit, number, shown, side, times
from generators.policy import policy

POLICY = policy(Settings())
ROWS = {row.name: row for row in POLICY.thresholds}


def test_numbers_have_no_noise() -> None:
    """What binary fractions add is left out; what people wrote stays."""
    assert [number(v) for v in (0.1 + 0.2, 14.4, 1.0, 1e6)] == ["0.3", "14.4", "1", "1000000"]
    assert [times(v) for v in (1.0, 14.4)] == ["1×", "14.4×"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.12, Unit.SECONDS, "120ms"),
        (0.005, Unit.RATIO, "0.5%"),
        (14.4, Unit.NONE, "14.4"),
        (float("inf"), Unit.SECONDS, "infinite"),
        (float("-inf"), Unit.RATIO, "-infinite"),
        (1e308, Unit.SECONDS, "1e+308s"),
    ],
)
def test_values_are_shown_as_people_write_them(value: float, unit: Unit, text: str) -> None:
    """Seconds with their unit, ratios as a percentage, the rest bare; what is endless, too."""
    assert shown(value, unit) == text


def test_the_side_is_the_worse_one() -> None:
    """A signal that is bad when high has its limit above, any other below."""
    for row in POLICY.thresholds:
        high = row.signal.direction is Direction.UP
        assert side(row.signal) == ("above" if high else "below")


def test_a_condition_is_the_limit_on_its_side() -> None:
    """Thresholds, burn rates and spent budgets are worded each in one way, with their time."""
    assert condition(ROWS["ResponseTimeCritical"]) == "above 200ms"
    assert condition(ROWS["CacheHitRateLow"]) == "below 70%"
    assert POLICY.breach is not None
    assert limit(POLICY.breach) == "14.4× over both 1h and 5m, or 6× over both 6h and 30m"
    assert POLICY.exhausted is not None
    assert condition(POLICY.exhausted) == "at 100% of the budget spent"
    assert lasting("above 200ms", 180) == "above 200ms for 3m"
    assert lasting("above 200ms", 0) == "above 200ms"


def test_an_override_is_worded_alike() -> None:
    """A threshold of the settings stands in the same words."""
    changed = policy(
        Settings.model_validate({"alerts": {"ResponseTimeCritical": {"threshold": 0.35}}})
    )
    row = next(row for row in changed.thresholds if row.name == "ResponseTimeCritical")
    assert condition(row) == "above 350ms"
