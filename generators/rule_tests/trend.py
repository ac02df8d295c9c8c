"""When alerts on what fills up fire: on steady growth, not on a step, noise, or growth far below.

The level is recorded every five minutes, and the rules are evaluated as often.
"""

from collections.abc import Iterator, Sequence
from math import pi, sin

from generators.policy import DAY, HOUR
from generators.rule_tests.document import MINUTE, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import BASE_LABELS, Story, case_of
from generators.rule_tests.stimulus import Given, stimulus
from generators.rule_tests.story import Phase
from generators.rules.build import Rules
from generators.rules.model import Alerting
from generators.rules.rows import Trend
from generators.rules.trend import expression, usual_for

_STEP = 5  # minutes between evaluations
_BEFORE = 6 * HOUR // MINUTE  # minutes of calm before a step: the long window
_PAST = 25 * HOUR // MINUTE  # minutes until yesterday's hour is known
_DAYS = 31  # hours until a second day is looked at
_NEAR, _ODD = 0.95, 30.5  # of what fires; seconds that no rounding takes to the next one


def document(rules: Rules, rule: Alerting, trend: Trend) -> RuleTestFile:
    """Return the tests of a trend's alert."""
    found = _far(rule, trend) if trend.far else [_growth(rule, trend), _days(trend)]
    if rule.for_ >= usual_for(trend):  # a shorter one of the settings fires on steps, too
        found.append(_step(trend))
    if trend.signed:
        found.append(_resumes(trend))
    files = named(rules.main, "recording.yml", "trend.yml")
    return RuleTestFile(rule, files, tuple(found), _STEP * MINUTE)


def _growth(rule: Alerting, trend: Trend) -> RuleTestCase:
    """Return what a trend tells of hours when nothing is known of yesterday."""
    fires = 2 * _STEP + int(rule.for_) // MINUTE
    stories = [_grows(trend, fires), *_silent(trend, fires)]
    return case_of("growth", stories, trend.by, (fires - _STEP, fires + _STEP))


def _far(rule: Alerting, trend: Trend) -> list[RuleTestCase]:
    """Return what a trend tells that compares with yesterday: growth, but no day's up and down."""
    fires = _PAST + _STEP + int(rule.for_) // MINUTE
    end = fires // _STEP + 2
    whole = _NEAR * trend.within + _ODD
    low, room = trend.minimum_level, trend.limit - trend.minimum_level
    line = [
        [low + room / (times * whole) * (s - _PAST * MINUTE) for s in _seconds(end)]
        for times in (1, 1.5)
    ]
    left = whole - (fires + _STEP - _PAST) * MINUTE
    grows = _levels(trend, "grows", line[0])
    first = (Phase((), _PAST), *_levels(trend, "first-day", line[0][_PAST // _STEP :]))
    stories = [
        Story(name="grows", phases=grows, value=left, fires=True, begins=fires),
        Story(name="first-day", phases=first),
        Story(name="slow", phases=_levels(trend, "slow", line[1])),
        Story(name="falls", phases=_levels(trend, "falls", [*reversed(line[0])])),
    ]
    middle, wide = (trend.minimum_level + trend.limit) / 2, (trend.limit - trend.minimum_level) / 3
    waves = [middle + wide * sin(2 * pi * s / DAY) for s in _seconds(2 * DAY // MINUTE // _STEP)]
    wave = Story(name="each-day", phases=_levels(trend, "each-day", waves))
    hours = range(6 * 60, 48 * 60, 6 * 60)
    return [
        case_of("growth", stories, trend.by, (fires - _STEP, fires + _STEP)),
        case_of("up and down each day", (wave,), trend.by, [*hours, 60, 120, 25 * 60, 26 * 60]),
    ]


def _days(trend: Trend) -> RuleTestCase:
    """Return what yesterday explains, and what it does not."""
    at, left = _DAYS * 60, 0.3 * trend.within + _ODD
    whole = at * MINUTE + left
    for_days = [trend.limit * s / whole for s in _seconds(at // _STEP + 1)]
    since = at * MINUTE + left - 8 * HOUR
    low = 0.3 * trend.limit
    new = [low + max(0, s - since) / (8 * HOUR) * (trend.limit - low)
           for s in _seconds(at // _STEP + 1)]  # fmt: skip
    top = (_DAYS - 24) * 60
    day = [trend.limit * _ramp(s // MINUTE % (24 * 60), top) for s in _seconds(at // _STEP + 6)]
    stories = (
        Story(
            name="grows-for-days",
            phases=_levels(trend, "grows-for-days", for_days),
            value=left,
            fires=True,
            ends=at,
        ),
        Story(
            name="grows-since-today",
            phases=_levels(trend, "grows-since-today", new),
            value=left,
            fires=True,
            ends=at,
        ),
        Story(name="each-day", phases=_levels(trend, "each-day", day)),
    )
    return case_of("a second day", stories, trend.by, (at, at + 10, at + 20))


def _ramp(minute: float, top: int) -> float:
    """Return a share of the limit: up within seven hours, then down and low."""
    return 0.05 + 0.92 * max(0.0, 1 - abs(minute - top) / (7 * 60))


def _resumes(trend: Trend) -> RuleTestCase:
    """Return a level that is none for long, and then a little higher twice."""
    name, back = "resumes", 100
    shares = ((0.4, 5), (0.5, 40), (0.6, 40))
    phases = (
        *_levels(trend, name, (-1,), back),
        *(p for share, n in shares for p in _levels(trend, name, (share * trend.limit,), n)),
    )
    return case_of(
        "a level that is there again",
        [Story(name=name, phases=phases)],
        trend.by,
        range(back, back + 85, 5),
    )


def _levels(
    trend: Trend, name: str, values: Sequence[float], steps: int = _STEP
) -> tuple[Phase, ...]:
    """Return a place's level, each value for so many minutes."""
    given, node = Given(1000, {**BASE_LABELS, trend.by[-1]: name}), expression(trend)
    return tuple(Phase(stimulus(node, value, given), steps) for value in values)


def _grows(trend: Trend, fires: int) -> Story:
    """Return steady growth that reaches the limit just before an alert fires."""
    first = trend.minimum_level * 1.05
    slope = (trend.limit - first) / (_NEAR * trend.within + _ODD)
    values = [first + slope * MINUTE * _STEP * n for n in range(1, fires // _STEP + 3)]
    left = _NEAR * trend.within + _ODD - (fires + _STEP) * MINUTE
    phases = _levels(trend, "grows", values)
    return Story(name="grows", phases=phases, value=left, fires=True, begins=fires)


def _silent(trend: Trend, fires: int) -> Iterator[Story]:
    first, end = trend.minimum_level * 1.05, fires // _STEP + 2
    noise = (trend.limit - first) / 10
    stories = {
        "steady": [first] * end,
        "falls": [first * (1 + (end - n) / 100) for n in range(end)],
        "noise": [first + noise * (n % 2) for n in range(end)],
    }
    slow = (trend.limit - first) / (1.2 * trend.within + fires * MINUTE)
    stories["slow"] = [first + slow * seconds for seconds in _seconds(end)]
    low = 1.1 * trend.limit / trend.within
    if low * end * _STEP * MINUTE < trend.minimum_level * 0.95:
        stories["low"] = [low * seconds for seconds in _seconds(end)]
    for name, values in stories.items():
        yield Story(name=name, phases=_levels(trend, name, values))


def _seconds(steps: int) -> list[float]:
    return [float(MINUTE * _STEP * n) for n in range(1, steps + 1)]


def _step(trend: Trend) -> RuleTestCase:
    """Return a level that is higher from one minute to the next, and then stays."""
    first, before = trend.minimum_level * 1.05, _PAST if trend.far else _BEFORE
    after = first + 0.4 * (trend.limit - first)
    phases = (
        *_levels(trend, "a-step", (first,), before),
        *_levels(trend, "a-step", (after,), _BEFORE),
    )
    minutes = range(before + 20, before + 100, 10)
    return case_of("a step", [Story(name="a-step", phases=phases)], trend.by, minutes)
