"""Data that goes away: an alert that fires goes on, one that does not does not begin."""

from collections.abc import Iterator
from math import ceil

from exporter.catalog.own import DATA_AGE
from exporter.catalog.walk import families_in
from generators.alert_table import ThresholdAlert
from generators.policy import EVALUATION
from generators.rule_tests.document import MINUTE, FiringNames, RuleTestCase
from generators.rule_tests.scenes import gauge
from generators.rule_tests.story import Input, Phase, inputs
from generators.rule_tests.threshold_stories import Stories
from generators.rules.branches import away
from generators.rules.bridging import AwayMarker
from generators.rules.health_rows import EXPORTER_JOB

_AWAY, _BACK = 30, 20  # minutes without data, and with it again
_AGE = 2 * MINUTE  # of the newest value while data is there
_FIRING, _FINE, _PENDING = "firing", "fine-meanwhile", "pending"
_BEFORE_AWAY = 2  # minutes after `pending` would have fired, but for what is away by then


def cases(stories: Stories) -> Iterator[RuleTestCase]:
    """Yield a case for each way in which data goes away; alone where no label parts stories."""
    for marker in away(stories.values.row):
        tested = marker.prompt and begins_are_tested(stories.values.row)
        names = (_FIRING, _FINE, *((_PENDING,) if tested else ()))
        together = (names,) if stories.label else ((name,) for name in names)
        for each in together:
            yield _case(stories, marker, each)


def begins_are_tested(row: ThresholdAlert) -> bool:
    """Return whether an alert could begin by what windows hold after the last scrape."""
    return _head_start(row) > 0


def _head_start(row: ThresholdAlert) -> int:
    """Return the minutes of trouble before data goes away after which `for` ends too late."""
    return ceil(row.for_ / EVALUATION) - _BEFORE_AWAY


def _case(stories: Stories, marker: AwayMarker, names: tuple[str, ...]) -> RuleTestCase:
    label = stories.label
    gone = _gone(stories)
    back, end = gone + _AWAY, gone + _AWAY + _BACK
    held = tuple(sorted({_FIRING, _FINE}.intersection(names)))
    still = tuple(name for name in held if name == _FIRING)
    minutes = (gone - 1, gone + 3, gone + 6, gone + _AWAY // 2, back - 1)
    checks = (
        *(FiringNames(minute, label, held) for minute in minutes),
        *(FiringNames(minute, label, still) for minute in (end - 2, end)),
        FiringNames(end, label, held, within=end),
    )
    rows = [i for name in names for i in inputs(tuple(_phases(stories, name)))]
    rows += _markers(stories, marker, names)
    title = f"data goes away: {marker.name}, {' and '.join(names)}"
    return RuleTestCase(title, tuple(rows), (), names=checks)


def _gone(stories: Stories) -> int:
    """Return the first minute without data: right after the alert has fired."""
    return stories.fires + 1


def _phases(stories: Stories, name: str) -> Iterator[Phase]:
    values, gone = stories.values, _gone(stories)
    bad, fine = stories.at(values.over, name), stories.at(values.fine, name)
    if name == _PENDING:
        trouble = _head_start(values.row)
        yield Phase(fine, gone - 1 - trouble)
        yield Phase(stories.at(values.extreme, name), trouble)
    else:
        yield Phase(bad, gone - 1)
    yield Phase((), _AWAY)
    yield Phase(bad if name == _FIRING else fine, _BACK)


def _markers(stories: Stories, marker: AwayMarker, names: tuple[str, ...]) -> Iterator[Input]:
    """Yield what says that data is there, and then that it is not."""
    gone = _gone(stories)
    if not marker.labels:
        pairs = (("job", EXPORTER_JOB), ("instance", "exporter:9841"))
        yield from there_and_not("up", pairs, gone, 1, 0)
    elif marker.prompt:
        for name in names:
            yield from there_and_not("redis_up", _of_redis(stories, name), gone, 1, 0)
    else:
        family = next(families_in(stories.values.row.signal.expression)).name
        older = tuple(_AGE + MINUTE * (step + 1) for step in range(_AWAY))
        for project in dict.fromkeys(stories.labels(name)["gcp_project"] for name in names):
            pairs = (("gcp_project", project), ("family", family))
            yield from there_and_not(DATA_AGE.name, pairs, gone, _AGE, *older)


def _of_redis(stories: Stories, name: str) -> tuple[tuple[str, str], ...]:
    return (("redis_id", stories.labels(name)["redis_id"]),)


def there_and_not(
    name: str, pairs: tuple[tuple[str, str], ...], gone: int, there: float, *absent: float
) -> Iterator[Input]:
    """Yield a gauge that is there, tells of absence from a minute on, and is there again."""
    fresh = (gauge(name, pairs, there),)
    phases = (Phase(fresh, gone - 1), Phase((gauge(name, pairs, *absent),), _AWAY))
    yield from inputs((*phases, Phase(fresh, _BACK)))
