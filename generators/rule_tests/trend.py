"""When what fills up is told: steady growth, and neither a step, nor noise, nor growth far below.

The level is told anew every five minutes; so are the rules evaluated.
"""

from collections.abc import Iterator, Sequence

from generators.policy import HOUR
from generators.rule_tests.document import MINUTE, Document, named
from generators.rule_tests.places import PLACES, Story, told
from generators.rule_tests.stimulus import Given, stimulus
from generators.rule_tests.story import Phase
from generators.rules.build import Rules
from generators.rules.model import Alerting
from generators.rules.trend import Trend, expression, hold

_STEP = 5  # minutes between evaluations
_BEFORE = 6 * HOUR // MINUTE  # minutes of calm before a step: the long window
_NEAR, _ODD = 0.95, 30.5  # of what is told; seconds that no rounding takes to the next one


def document(rules: Rules, rule: Alerting, trend: Trend) -> Document:
    """Return the tests of a trend's alert."""
    fires = 2 * _STEP + int(rule.hold) // MINUTE
    stories = [_grows(trend, fires), *_silent(trend, fires)]
    minutes = (fires - _STEP, fires + _STEP)
    cases = [told("growth", stories, trend.by, minutes)]
    if rule.hold >= hold(trend):  # who asks for less is told of steps, too
        after = range(_BEFORE + 20, _BEFORE + 100, 10)
        cases.append(told("a step", [_step(trend)], trend.by, after))
    files = named(rules.main, "recording.yml", "trend.yml")
    return Document(rule, files, tuple(cases), _STEP * MINUTE)


def _levels(
    trend: Trend, name: str, values: Sequence[float], steps: int = _STEP
) -> tuple[Phase, ...]:
    """Return a place's level, each value for so many minutes."""
    given, node = Given(1000, {**PLACES, trend.by[-1]: name}), expression(trend)
    return tuple(Phase(stimulus(node, value, given), steps) for value in values)


def _grows(trend: Trend, fires: int) -> Story:
    """Return steady growth that reaches the limit just before what is told."""
    first = trend.worth * 1.05
    slope = (trend.limit - first) / (_NEAR * trend.within + _ODD)
    values = [first + slope * MINUTE * _STEP * n for n in range(1, fires // _STEP + 3)]
    left = _NEAR * trend.within + _ODD - (fires + _STEP) * MINUTE
    phases = _levels(trend, "grows", values)
    return Story("grows", phases, left, fires=True, begins=fires)


def _silent(trend: Trend, fires: int) -> Iterator[Story]:
    first, end = trend.worth * 1.05, fires // _STEP + 2
    noise = (trend.limit - first) / 10
    stories = {
        "steady": [first] * end,
        "falls": [first * (1 + (end - n) / 100) for n in range(end)],
        "noise": [first + noise * (n % 2) for n in range(end)],
    }
    slow = (trend.limit - first) / (1.2 * trend.within + fires * MINUTE)
    stories["slow"] = [first + slow * seconds for seconds in _seconds(end)]
    low = 1.1 * trend.limit / trend.within
    if low * end * _STEP * MINUTE < trend.worth * 0.95:
        stories["low"] = [low * seconds for seconds in _seconds(end)]
    for name, values in stories.items():
        yield Story(name, _levels(trend, name, values))


def _seconds(steps: int) -> list[float]:
    return [float(MINUTE * _STEP * n) for n in range(1, steps + 1)]


def _step(trend: Trend) -> Story:
    """Return a level that is higher from one minute to the next, and then stays."""
    first = trend.worth * 1.05
    after = first + 0.4 * (trend.limit - first)
    calm, high = _levels(trend, "a-step", (first, after), _BEFORE)
    return Story("a-step", (calm, high))
