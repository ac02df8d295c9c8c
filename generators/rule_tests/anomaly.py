"""When a value is unlike its weeks: three weeks of past, and then an hour that differs.

The input is what the other server writes: means of five minutes. Past values do not vary, so that
the band's width is its floor.
"""

from collections.abc import Iterator
from math import ceil

from exporter.catalog.expression import Direction, Rate
from exporter.catalog.model import CloudMonitoring
from generators.policy import DAY
from generators.rule_tests.document import MINUTE, RuleTestFile, named
from generators.rule_tests.scenes import BASE_LABELS, Story, case_of, gauge, labels_of
from generators.rule_tests.story import Phase
from generators.rules import longterm, slo
from generators.rules.anomaly import DROP, LIMIT
from generators.rules.build import Rules
from generators.rules.model import Alerting
from generators.rules.recording import recorded
from generators.rules.rows import Band

_STEP = slo.LONG_TERM
_WEEK = 7 * DAY // _STEP
_HOUR = 3600 // _STEP
_PAST = 3 * _WEEK + 2 * _HOUR  # steps before the hour that differs
_EVERY = 1800
_USUAL_RATIO = 0.9


class _Band:
    """The values of a band: what is usual, its width, and what lies beside the limit.

    longer  minutes that the alert takes beyond one evaluation
    """

    def __init__(self, band: Band, for_: float) -> None:
        self.band = band
        self.longer = max(0, ceil(for_ / _EVERY) - 1) * _EVERY // MINUTE
        self.after = 2 * _HOUR + self.longer * MINUTE // _STEP
        self.sign = 1 if band.signal.direction is Direction.UP else -1
        self.usual = band.floor / band.share * 2 if band.share else _USUAL_RATIO
        self.width = max(band.share * self.usual, band.floor)
        self.name = longterm.name(band.signal, "mean")

    def score(self, widths: float) -> float:
        """Return the value that is so many widths worse than usual."""
        return self.usual + self.sign * widths * self.width

    def story(self, name: str, *phases: tuple[float | None, int]) -> tuple[Phase, ...]:
        """Return values of a place, each for so many steps; None for no series."""
        labels = labels_of(self.band.by, name)
        return tuple(
            Phase((gauge(self.name, labels, value),) if value is not None else (), steps)
            for value, steps in phases
        )


def document(rules: Rules, rule: Alerting, band: Band) -> RuleTestFile:
    """Return the tests of a band's alert, evaluated each half hour: nothing holds for less."""
    values = _Band(band, rule.for_)
    stories = [*_firing(values), *_silent(values)]
    if _read(band):
        stories += _stops(values)
    start = _PAST * _STEP // MINUTE
    case = case_of("three weeks, and an hour that differs", stories, band.by,
                (start + 30, *(start + n + values.longer for n in (60, 90))), _STEP)  # fmt: skip
    return RuleTestFile(rule, named(rules.longterm, "longterm-anomaly.yml"), (case,), _EVERY)


_OVER, _UNDER = LIMIT * 1.01, LIMIT * 0.99


def _firing(values: _Band) -> Iterator[Story]:
    usual, over = values.usual, values.score(_OVER)
    shown, begins = values.sign * _OVER, (_PAST + _HOUR) * _STEP // MINUTE
    phases = ((usual, _PAST), (over, values.after))
    yield Story(
        name="just-over",
        phases=values.story("just-over", *phases),
        value=shown,
        fires=True,
        begins=begins,
    )
    lasts = (usual, _PAST - 6 * DAY // _STEP), (over, 6 * DAY // _STEP + values.after)
    yield Story(
        name="lasts-for-days",
        phases=values.story("lasts-for-days", *lasts),
        value=shown,
        fires=True,
    )
    name = "over-after-one-bad-week"
    bad = _bad_week(values, (over, values.after))
    yield Story(name=name, phases=values.story(name, *bad), value=shown, fires=True, begins=begins)


def _bad_week(values: _Band, *now: tuple[float, int]) -> tuple[tuple[float, int], ...]:
    """Return phases of which the same hours two weeks ago were far off."""
    before = _PAST - 2 * _WEEK - 2 * _HOUR
    off, rest = (values.score(10), 6 * _HOUR), (values.usual, 2 * _WEEK - 4 * _HOUR)
    return ((values.usual, before), off, rest, *now)


def _unknown_week(values: _Band, *now: tuple[float, int]) -> tuple[tuple[float | None, int], ...]:
    """Return phases in which nothing is known of the same hours of the last week but one."""
    return tuple((None if n == 1 else value, steps) for n, (value, steps) in
                 enumerate(_bad_week(values, *now)))  # fmt: skip


def _silent(values: _Band) -> Iterator[Story]:
    usual, far = values.usual, values.score(2 * LIMIT)
    better = values.score(-2 * LIMIT if values.band.share else -3)
    unknown = _PAST - 2 * _WEEK - 2 * _HOUR
    young = ((None, unknown), (usual, _PAST - unknown))
    yield from (
        Story(name=name, phases=values.story(name, *phases))
        for name, phases in (
            ("just-under", ((usual, _PAST), (values.score(_UNDER), values.after))),
            ("better", ((usual, _PAST), (better, values.after))),
            ("two-weeks-known", (*young, (far, values.after))),
            ("one-week-unknown", _unknown_week(values, (far, values.after))),
            ("one-bad-week", _bad_week(values, (usual, values.after))),
            ("short", ((usual, _PAST), (values.score(1.5 * LIMIT), 2), (usual, values.after))),
        )
    )


def _read(band: Band) -> str:
    """Return the family that is known to have been read, for a rate of Cloud Monitoring's."""
    expression = band.signal.expression
    if not isinstance(expression, Rate):
        return ""
    family = expression.events.family
    return family.name if isinstance(family.source, CloudMonitoring) else ""


def _stops(values: _Band) -> Iterator[Story]:
    """Yield a place that is heard of no more, while its project is read."""
    begins = (_PAST + _HOUR) * _STEP // MINUTE
    seconds = longterm.increase(recorded()["ionmon_data_seconds_total"].name)
    read = gauge(
        seconds, (("gcp_project", BASE_LABELS["gcp_project"]), ("family", _read(values.band))), 300
    )
    small, minimum = LIMIT * values.band.floor * 0.975, values.band.minimum_level
    for name, usual, score in (
        ("stops", values.usual, -values.usual / values.width),
        ("small-stops", small, -1 / DROP),
        ("smallest-stops", minimum * 1.01, -1 / DROP),
        ("too-small-to-tell", minimum * 0.99, 0.0),
    ):
        phases = values.story(name, (usual, _PAST))
        story = (Phase((*phases[0].series, read), _PAST), Phase((read,), values.after))
        yield Story(name=name, phases=story, value=score, fires=score < 0, begins=begins)
