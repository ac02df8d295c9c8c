"""Trouble in bursts: what comes back fires and keeps firing, a single burst does not."""

from collections.abc import Iterator
from math import ceil

from generators.alert_table import ThresholdAlert
from generators.policy import EVALUATION, SUSTAINED
from generators.rule_tests.document import FiringNames, RuleTestCase
from generators.rule_tests.scenes import InputSet
from generators.rule_tests.story import Phase, inputs
from generators.rule_tests.threshold_stories import Stories, Values
from generators.rules.branches import before_for
from generators.rules.recording import is_level

SHAPES = ((2, 2), (1, 2), (1, 4), (2, 4), (3, 2))  # minutes of trouble, and without
_WINDOW, _SHORT = 5, 3
_ROUNDS = 12  # minutes for which bursts go on after they fired
_QUIET = 16  # minutes after the last one, by which no window knows of it
_LONGEST = 5  # minutes of a single burst that notifies nobody once it is over
_ONCE = "once"


def bursts_are_tested(row: ThresholdAlert) -> bool:
    """Return whether there are bursts that keep five minutes beyond the threshold."""
    return any(_is_beyond(Values(row), bad, pause) for bad, pause in SHAPES)


def cases(stories: Stories) -> Iterator[RuleTestCase]:
    """Yield what happens in bursts: all places beside each other where there is a label for it."""
    found = {name: tuple(phases) for name, phases in _stories(stories)}
    if not stories.label:
        for name, phases in found.items():
            yield _case(stories, f"bursts: {name}", {name: phases})
    elif found:
        yield _case(stories, "bursts that come back fire, one that is over does not", found)
    if _single(stories) <= 0 and not is_level(stories.values.row.signal):
        yield _soon_over(stories)


def _soon_over(stories: Stories) -> RuleTestCase:
    """Return a burst of which an alert that does not wait fires: it ends before five minutes have.

    The newest two minutes are fine again in the fifth one, and it is kept for two more.
    """
    name = "soon-over"
    trouble, calm = _both(stories, name)
    rows = inputs((Phase(trouble, _SHORT), Phase(calm, _WINDOW)))
    checks = (
        FiringNames(_SHORT, stories.label, (name,)),
        FiringNames(_SHORT + _WINDOW, stories.label, ()),
    )
    return RuleTestCase("a burst is soon over", tuple(rows), (), names=checks)


def _single(stories: Stories) -> int:
    """Return the minutes of the longest single burst that notifies nobody."""
    return min(ceil(stories.values.row.for_ / EVALUATION) - 1, _LONGEST)


def _case(stories: Stories, title: str, found: dict[str, tuple[Phase, ...]]) -> RuleTestCase:
    label = stories.label
    fired, end = fires(stories), _end(stories)
    names = tuple(sorted(name for name in found if name != _ONCE))
    checks = (
        FiringNames(fired, label, names),
        FiringNames(fired + _ROUNDS, label, names),
        FiringNames(end, label, ()),
        FiringNames(end, label, names, within=end),
    )
    rows = tuple(i for phases in found.values() for i in inputs(phases))
    return RuleTestCase(title, rows, (), names=checks)


def fires(stories: Stories) -> int:
    """Return the minute in which bursts that began in the first have fired."""
    for_ = stories.values.row.for_
    return max(SUSTAINED // EVALUATION, before_for(for_) + ceil(for_ / EVALUATION))


def _end(stories: Stories) -> int:
    return fires(stories) + _ROUNDS + _QUIET


def _stories(stories: Stories) -> Iterator[tuple[str, Iterator[Phase]]]:
    values = stories.values
    for bad, pause in SHAPES:
        if _is_beyond(values, bad, pause):
            name = f"{bad}-of-{bad + pause}-minutes"
            yield name, _bursts(stories, name, bad, pause)
    if _single(stories) > 0:
        yield _ONCE, _once(stories, _single(stories))


def _bursts(stories: Stories, name: str, bad: int, pause: int) -> Iterator[Phase]:
    trouble, calm = _both(stories, name)
    until = fires(stories) + _ROUNDS
    rounds = until // (bad + pause) + 1
    for _ in range(rounds):
        yield Phase(trouble, bad)
        yield Phase(calm, pause)
    yield Phase(calm, _end(stories) - rounds * (bad + pause))


def _once(stories: Stories, minutes: int) -> Iterator[Phase]:
    trouble, calm = _both(stories, _ONCE)
    yield Phase(trouble, minutes)
    yield Phase(calm, _end(stories) - minutes)


def _both(stories: Stories, name: str) -> tuple[InputSet, InputSet]:
    return stories.at(stories.values.extreme, name), stories.at(stories.values.fine, name)


def _is_beyond(values: Values, bad: int, pause: int) -> bool:
    """Return whether each window holds so much trouble that its mean is beyond the threshold.

    A quantile within the worst twentieth of events is, by one minute of five.
    """
    minutes = [i % (bad + pause) < bad for i in range(bad + pause + _WINDOW)]
    few = min(sum(minutes[i : i + _WINDOW]) for i in range(bad + pause))
    mean = (few * values.extreme + (_WINDOW - few) * values.fine) / _WINDOW
    limit, near = values.row.threshold, abs(values.row.threshold) / 100
    return few > 0 and (mean > limit + near if values.up else mean < limit - near)
