"""Tests of objectives so low that almost every request has to fail before a pair of windows burns.

What only one window of such a pair knows then depends on how much traffic there was, before an
outage or after it, and not on how fast it burnt.
"""

from collections.abc import Iterator

from generators.alert_table import OUTAGE_WINDOW
from generators.rule_tests.burn import PLENTY, Burns, few, is_halfway
from generators.rule_tests.document import RuleTestCase
from generators.rule_tests.scenes import Story
from generators.rule_tests.story import Phase

_CALM = 10  # minutes beyond the second long window, so that all windows are known
_WITHIN = 0.7  # of what the second pair allows in its long window
_QUIET = 80  # times less traffic after an outage: the long windows still burn then
_FEW = 9  # evaluations in which few errors come
_SHORT, _AFTER = 8, 9  # minutes of an outage that just began; after one that is over


def cases(burns: Burns) -> Iterator[RuleTestCase]:
    """Yield few errors, an outage that is over, one that just began: those that `burn` lacks."""
    if not burns.multiple_is_possible:
        at = burns.fires + _FEW * burns.every
        yield burns.known("few errors, and nothing else", (few(burns, at),), (at,), -1)
    if burns.alert.windows[-1] is OUTAGE_WINDOW:
        calm = burns.longs[-1] + _CALM
        yield _over(burns, calm)
        yield _began(burns, calm)


def _over(burns: Burns, calm: int) -> RuleTestCase:
    """Return an outage that fills the first long window, and little traffic after it.

    The long windows still burn then, and the short ones no more. The second pair never does: the
    outage has too few of its requests.
    """
    name, lasts = "outage-is-over", burns.longs[0]
    share = _WITHIN * burns.alert.factors[1] * burns.objective.budget
    times = PLENTY * share * (burns.longs[-1] - lasts) / (lasts * (1 - share))
    phases = (
        Phase(burns.at(name, 0, PLENTY), calm),
        Phase(burns.all_fail(name, times * burns.requests), lasts),
        Phase(burns.at(name, 0, times / _QUIET), _AFTER + 1),
    )
    ends, value = calm + lasts, 1 / burns.objective.budget
    story = Story(name=name, phases=phases, value=value, fires=True, begins=ends, ends=ends)
    minutes = (*(() if is_halfway(value) else (ends,)), ends + _AFTER)
    return burns.case("an outage that is over, after calm", (story,), minutes)


def _began(burns: Burns, calm: int) -> RuleTestCase:
    """Return an outage of which only the short windows know enough."""
    name = "outage-just-began"
    phases = (
        Phase(burns.at(name, 0, PLENTY), calm),
        Phase(burns.all_fail(name, PLENTY * burns.requests), _SHORT + 1),
    )
    story = Story(name=name, phases=phases)
    return burns.case("an outage that just began, after calm", (story,), (calm + _SHORT,))
