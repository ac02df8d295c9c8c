"""What another group records each five minutes is read as its newest value."""

import pytest
import yaml

from generators.checks import look_back
from tests.generators.checks.judging import ALERT, context

RECORDED = {"record": "region:own:mean1d", "expr": "avg by (region) (cloudrun_instances)"}
PLAIN = "region:own:mean1d > 5"
HELD = "last_over_time(region:own:mean1d[10m])"


def problems(expression: str, interval: str = "5m", group: str = "alerts") -> list[str]:
    """Return what is wrong with an alert beside a group that records something."""
    groups = [{"name": "days", "interval": interval, "rules": [RECORDED]}]
    alert = {**ALERT, "expr": expression}
    if group == "days":
        groups[0]["rules"] = [RECORDED, alert]
    else:
        groups.append({"name": group, "interval": "1m", "rules": [alert]})
    text = yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)
    return [problem.text for problem in look_back.check(context(text))]


def test_a_series_that_is_away_for_moments_is_named() -> None:
    """With what to write for it."""
    (text,) = problems(PLAIN)
    assert text.startswith("region:own:mean1d is recorded by another group, ")
    assert text.endswith(f"; write {HELD}")


@pytest.mark.parametrize("expression", [f"{HELD} > 5", f"max_over_time({PLAIN[:-4]}[1h:5m]) > 5"])
def test_a_value_that_is_held_has_no_gap(expression: str) -> None:
    """Nor has a range of evaluations."""
    assert problems(expression) == []


def test_a_series_of_each_minute_is_there() -> None:
    """Its next value comes long before look-back ends."""
    assert problems(PLAIN, interval="1m") == []


def test_rules_of_one_group_see_each_other() -> None:
    """They are evaluated one after the other, at one time."""
    assert problems(PLAIN, group="days") == []


@pytest.mark.parametrize("at", ["offset 1d", "* on (region) cloudrun_instances"])
def test_it_is_found_wherever_it_stands(at: str) -> None:
    """As a value of before, and within a larger expression."""
    assert len(problems(f"region:own:mean1d {at} > 5")) == 1
