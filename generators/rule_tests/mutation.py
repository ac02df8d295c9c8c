"""Whether the tests bite: every alert is made wrong in every way that matters, one at a time.

A mutant is what an unlucky edit leaves behind: another threshold, twice the time, a comparison
turned round, a condition or a label that is gone. promtool has to refuse each of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from math import ceil

from exporter.catalog.error_signals import CLASSES, counting, left_out
from exporter.catalog.expression import Signal
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.promql_tree.condition import (
    Condition,
    Operand,
    Operation,
    condition,
    limits,
    number,
    with_limits,
)
from generators.promql_tree.tree import series_names
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.branch_mutants import branch_mutants
from generators.rule_tests.document import RuleTestFile
from generators.rules import recording, slo
from generators.rules.model import Alerting, Group, Recording, Rule, RuleFile

NOT_KEPT = KeptResults(None)
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was done to an alert, and the rules that came of it."""

    done: str
    files: tuple[RuleFile, ...]


class ToolError(Exception):
    """promtool could not judge rules: it cannot read them."""


def tried(test: RuleTestFile) -> Iterator[Mutant]:
    """Yield an alert as it is, then each of its mutants."""
    yield Mutant("", trimmed(test))
    yield from mutants(test)


def trimmed(test: RuleTestFile) -> tuple[RuleFile, ...]:
    """Return the files of a test with nothing but the alert and what it is worked out from."""
    by_name = {r.record: r for r in _rules(test) if isinstance(r, Recording)}
    needed, missing = {_called(test.rule)}, [*series_names(test.rule.expr)]
    while missing:
        name = missing.pop()
        if name in by_name and name not in needed:
            needed.add(name)
            missing += series_names(by_name[name].expr)
    return tuple(_kept(file, needed) for file in test.rules)


def _rules(test: RuleTestFile) -> Iterator[Rule]:
    for file in test.rules:
        for group in file.groups:
            yield from group.rules


def _called(rule: Rule) -> str:
    return rule.title if isinstance(rule, Alerting) else rule.record


def _kept(file: RuleFile, names: set[str]) -> RuleFile:
    groups = (
        Group(group.name, group.interval, tuple(r for r in group.rules if _called(r) in names))
        for group in file.groups
    )
    return replace(file, groups=tuple(groups))


def mutants(test: RuleTestFile) -> Iterator[Mutant]:
    """Yield what can be done to an alert and makes a difference."""
    files = trimmed(test)
    for done, rule in (*_timed(test), *_written(test), *_labelled(test)):
        yield Mutant(done, _with(files, {_called(test.rule): rule}))
    recordings = {r.record: r for r in _rules(test) if isinstance(r, Recording)}
    # What the alert reads itself: a label that is lost further down is lost here, too.
    direct = [recordings[n] for n in series_names(test.rule.expr) if n in recordings]
    for label in test.rule.carried:
        less = {r.record: replace(r, expr=f"max without ({label}) ({r.expr})") for r in direct}
        yield Mutant(f"{label} is dropped", _with(files, less))
    for done, changed in _of_signals(test.rule):
        found = {one.record: one for one in changed if one.record in recordings}
        yield Mutant(done, _with(files, found))


def _of_signals(rule: Alerting) -> Iterator[tuple[str, Iterator[Recording]]]:
    """Yield what is done to the signal of a rule, with its recordings after that."""
    if not isinstance(rule.source, ThresholdAlert):
        return
    signal = rule.source.signal
    if minimum := signal.minimum_events:
        any_number = replace(signal, minimum_events=replace(minimum, count=0))
        yield "its minimum of events is dropped", _recorded(any_number)
    if left_out(signal):
        every_class = replace(signal, expression=counting(signal, CLASSES).expression)
        yield "every class of errors counts", _recorded(every_class)


def _recorded(signal: Signal) -> Iterator[Recording]:
    for rules in (recording.signals, recording.wider):
        yield from rules((signal,), (signal,))
    yield from recording.newest((signal,))


def _with(files: Sequence[RuleFile], changed: Mapping[str, Rule]) -> tuple[RuleFile, ...]:
    return tuple(
        replace(
            file,
            groups=tuple(
                replace(group, rules=tuple(changed.get(_called(r), r) for r in group.rules))
                for group in file.groups
            ),
        )
        for file in files
    )


def _timed(test: RuleTestFile) -> Iterator[tuple[str, Alerting]]:
    rule = test.rule
    if ceil(2 * rule.for_ / test.interval) != ceil(rule.for_ / test.interval):
        yield "it waits twice as long", replace(rule, for_=2 * rule.for_)
    if rule.keep_firing_for:
        yield "it ends at once", replace(rule, keep_firing_for=0)


def _labelled(test: RuleTestFile) -> Iterator[tuple[str, Alerting]]:
    for name, _ in test.rule.labels:
        left = tuple(pair for pair in test.rule.labels if pair[0] != name)
        yield f"its {name} is dropped", replace(test.rule, labels=left)


def _written(test: RuleTestFile) -> Iterator[tuple[str, Alerting]]:
    """Yield what is done to the condition."""
    rule = test.rule
    match rule.source:
        case ThresholdAlert() as row:
            found = ((done, text) for done, text in branch_mutants(row, rule.only))
        case BurnAlert() as row:
            found = ((done, text) for done, text in _pairs(test, row))
        case _:
            found = ((done, str(c)) for done, c in _plain(condition(rule.expr)))
    for done, text in found:
        yield done, replace(rule, expr=text)


def _plain(whole: Condition) -> Iterator[tuple[str, Condition]]:
    first = next(limits(whole))
    yield "its threshold is moved", with_limits(whole, lambda one: _moved(one, first.operator))
    yield (
        "its comparison is turned",
        with_limits(whole, lambda one: _turned(one) if one is first else one),
    )


def _moved(limit: Operation, side: str) -> Operation:
    """Return a comparison that is reached later on the side of `>`, and earlier on the other."""
    match limit.right:
        case Operand(value=float(value)):
            moved = value * _FACTOR if side == ">" else value / _FACTOR
            return replace(limit, right=number(moved))
    return limit


def _turned(limit: Operation) -> Operation:
    return replace(limit, operator=_TURNED[limit.operator])


def _pairs(test: RuleTestFile, row: BurnAlert) -> Iterator[tuple[str, str]]:
    """Yield what is done to a pair of windows that some story is about."""
    used = {name for name in STORIES if f'="{name}"' in test.text()}
    pairs = slo.pairs(row, test.rule.only)
    for number_, which in enumerate(_ORDER[: len(pairs)]):
        for done, story, changed in _pair(condition(pairs[number_]), which):
            if story in used:
                tried_ = (*pairs[:number_], f"({changed})", *pairs[number_ + 1 :])
                yield f"of the {which} pair {done}", slo.burning(row, tried_, test.rule.only)


_ORDER = ("first", "second", "third")
STORIES = ("first-over", "second-over", "over-and-gone", "burst", "few-errors")


def _pair(pair: Condition, which: str) -> Iterator[tuple[str, str, Condition]]:
    """Yield a change of a pair: what it is, the story that shows it, and the changed pair."""
    long, short, errors = limits(pair)
    over = f"{which}-over"
    moved = [_moved(window, window.operator) for window in (long, short)]
    for done, story, kept in (
        ("the factor is moved", over, (*moved, errors)),
        ("a comparison is turned", over, (_turned(long), short, errors)),
        ("the other comparison is turned", over, (long, _turned(short), errors)),
        ("the short window is dropped", "over-and-gone", (long, errors)),
        ("the long window is dropped", "burst", (short, errors)),
        ("few errors are enough", "few-errors", (long, short)),
    ):
        yield done, story, reduce(partial(Operation, "and"), kept)
