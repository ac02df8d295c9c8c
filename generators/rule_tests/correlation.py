"""When two signals count as moving together: a pair that does, and what only seems to.

The input is what the bands tell: present values, and the centre of their weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from generators.policy import DAY
from generators.rule_tests.document import (
    MINUTE,
    Check,
    ExpectedFiring,
    RuleTestCase,
    RuleTestFile,
    named,
)
from generators.rule_tests.scenes import BASE_LABELS, gauge
from generators.rule_tests.story import Input, Phase, inputs
from generators.rules import slo
from generators.rules.build import Rules
from generators.rules.correlation import MINIMUM_SAMPLES
from generators.rules.model import Alerting, alerts
from generators.rules.rows import Band, Pair

_STEP = slo.LONG_TERM
_KNOWN, _GAP = 48, 10  # steps, before and after nothing is known of the effects
_SLOW, _FAST, _STILL = (0, 0, 0, 1, 1, 1), (0, 1), (0,)


@dataclass(frozen=True, slots=True)
class _Bands:
    """The bands of all pairs, and those of effects."""

    every: tuple[Band, ...]
    effects: frozenset[Band]

    @classmethod
    def of(cls, pairs: list[Pair]) -> "_Bands":
        every = dict.fromkeys(band for pair in pairs for band in (pair.effect, pair.cause))
        return cls(tuple(every), frozenset(pair.effect for pair in pairs))


def document(rules: Rules, rule: Alerting) -> RuleTestFile:
    """Return the tests of the alerts on pairs, which have the name of this one."""
    found = [each for each in alerts(rules.longterm) if each.alert == rule.alert]
    bands = _Bands.of([each.source for each in found if isinstance(each.source, Pair)])
    files = named(rules.longterm, "longterm-correlation.yml")
    cases = (_moves(found, bands, rule.for_), _day(bands), _gap(bands))
    return RuleTestFile(rule, files, cases, _STEP)


def _moves(found: list[Alerting], bands: _Bands, for_: float) -> RuleTestCase:
    """Return what is left over in several regions; only in one does all of it move together."""
    fires = MINIMUM_SAMPLES + ceil(for_ / _STEP)
    end = fires + 3
    stories = (
        ("moves-together", _SLOW, _SLOW, 10.0),
        ("moves-apart", _SLOW, tuple(1 - value for value in _SLOW), 10.0),
        ("unrelated", _SLOW, _FAST, 10.0),
        ("only-one-moves", _SLOW, _STILL, 10.0),
        ("hardly-moves", _SLOW, _SLOW, 0.5),
    )
    together = (("gcp_project", BASE_LABELS["gcp_project"]), ("region", "moves-together"))
    firing = tuple(ExpectedFiring(together, 1.0, rule) for rule in found)
    checks = (
        Check((fires - 2) * _STEP // MINUTE),
        Check((fires + 1) * _STEP // MINUTE, firing),
    )
    series = tuple(
        i
        for region, effect, cause, times in stories
        for band in bands.every
        for i in _left(band, region, effect if band in bands.effects else cause, times, end)
    )
    return RuleTestCase("what the bands leave over", series, checks, _STEP)


def _left(
    band: Band, region: str, moves: tuple[int, ...], times: float, steps: int
) -> Iterator[Input]:
    labels = tuple((label, _place(label, region)) for label in band.by)
    values = tuple(band.floor * (10 + move * times) for move in moves)
    now = gauge(band.name("value"), labels, *values)
    centre = gauge(band.name("centre"), labels, 10 * band.floor)
    yield from inputs((Phase((now, centre), steps),))


def _place(label: str, region: str) -> str:
    return region if label == "region" else BASE_LABELS.get(label, label.replace("_", "-"))


def _day(bands: _Bands) -> RuleTestCase:
    """Return a day that all signals share, up and down again; values follow it a little late."""
    half = DAY // _STEP // 2
    series = []
    for band in bands.every:
        labels = tuple((label, _place(label, BASE_LABELS["region"])) for label in band.by)
        pairs = ",".join(f'{name}="{value}"' for name, value in labels)
        rise = 10 * band.floor / half
        low = 20 * band.floor
        up, down = _ramp(low, rise, half), _ramp(low + half * rise, -rise, half)
        late = f"{low:.9f}"
        series.append(Input(f"{band.name('centre')}{{{pairs}}}", f"{up} {down}"))
        series.append(Input(f"{band.name('value')}{{{pairs}}}", f"{late} {up} {down}"))
    checks = tuple(Check(hours * 60) for hours in (8, 14, 20, 23))
    return RuleTestCase("a day that all share", tuple(series), checks, _STEP)


def _gap(bands: _Bands) -> RuleTestCase:
    """Return unrelated moves, and a time in which causes fall and no effect is known."""
    labels = {band: tuple((n, _place(n, "gap")) for n in band.by) for band in bands.every}
    series: list[Input] = []
    for band in bands.every:
        effect = band in bands.effects
        moves, fallen = (_SLOW, ()) if effect else (_FAST, (0.0,))
        usual = tuple(band.floor * (100 + 10 * move) for move in moves)
        phases = (
            Phase((gauge(band.name("value"), labels[band], *usual),), _KNOWN),
            Phase(tuple(gauge(band.name("value"), labels[band], f) for f in fallen), _GAP),
            Phase((gauge(band.name("value"), labels[band], *usual),), _KNOWN),
        )
        centre = gauge(band.name("centre"), labels[band], 50 * band.floor)
        series += [*inputs(phases), *inputs((Phase((centre,), 2 * _KNOWN + _GAP),))]
    steps = range(_KNOWN + 2 * _GAP, 2 * _KNOWN + _GAP, 3)
    checks = tuple(Check(step * _STEP // MINUTE) for step in steps)
    return RuleTestCase("a time in which only causes are known", tuple(series), checks, _STEP)


def _ramp(start: float, rise: float, steps: int) -> str:
    return f"{start:.9f}{rise:+.9f}x{steps - 1}"
