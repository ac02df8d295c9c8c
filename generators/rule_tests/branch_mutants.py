"""What can be done wrong to the condition of an alert on a threshold, branch by branch."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from exporter.catalog.expression import Direction
from exporter.catalog.walk import split
from generators.alert_table import ThresholdAlert
from generators.policy import EVALUATION
from generators.rule_tests.away import begins_are_tested
from generators.rule_tests.bursts import bursts_are_tested
from generators.rules import bridging
from generators.rules.branches import Branches, away, before_for, branches, expression
from generators.selectors import AnyMatcher

_FACTOR = 1.5


def branch_mutants(row: ThresholdAlert, only: Iterable[AnyMatcher]) -> Iterator[tuple[str, str]]:
    """Yield what is done to the condition and makes a difference, and the expression after it."""
    only = tuple(only)
    found = branches(row, only)
    yield "its threshold is moved", expression(row, branches(_moved(row), only))
    yield "its comparison is turned", expression(row, branches(_turned(row), only))
    if found.fine:
        yield "what silences it does not count", expression(row, replace(found, fine=""))
    if bursts_are_tested(row):
        yield "bursts do not count", expression(row, replace(found, lasting=""))
    if before_for(row.for_) > 1 and row.for_ > EVALUATION:
        at_once = replace(found, lasting=found.last)
        yield "a single burst counts", expression(row, at_once)
    if found.few:
        yield "little traffic does not count", expression(row, replace(found, few=""))
    yield from _bridges(row, found)


def _bridges(row: ThresholdAlert, found: Branches) -> Iterator[tuple[str, str]]:
    alert, markers, by = bridging.FiringAlert(row.name), away(row), split(row.signal)
    begins = bridging.begins(markers, found.condition)
    again = bridging.goes_on(alert, by, markers, found.again)
    for marker in markers:
        others = tuple(one for one in markers if one != marker)
        kept = bridging.holds(alert, by, others, found.last) if others else again
        yield f"{marker.name} does not keep it", f"{begins}\nor\n{kept}\nor\n{again}"
        if marker.prompt and begins_are_tested(row):
            held = bridging.holds(alert, by, markers, found.last)
            begun = bridging.begins(others, found.condition)
            yield f"it begins in spite of {marker.name}", f"{begun}\nor\n{held}\nor\n{again}"


def _moved(row: ThresholdAlert) -> ThresholdAlert:
    """Return the row with a threshold that is reached later."""
    factor = _FACTOR if row.signal.direction is Direction.UP else 1 / _FACTOR
    return replace(row, threshold=row.threshold * factor)


def _turned(row: ThresholdAlert) -> ThresholdAlert:
    up = row.signal.direction is Direction.UP
    signal = replace(row.signal, direction=Direction.DOWN if up else Direction.UP)
    return replace(row, signal=signal)
