"""What becomes of each alert's threshold: another one, the same, or why there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor

import numpy as np

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from generators.alert_table import ThresholdAlert
from generators.limits import number, shown
from generators.rules.model import Alerting
from generators.tuning.choosing import ChosenThreshold
from generators.tuning.kind_limits import kept_apart
from generators.tuning.readable import proposal
from generators.tuning.rule_history import RuleHistory
from generators.tuning.same_days import NO_VALUE, one_value, only_value
from generators.tuning.thresholds import RefusedThreshold

SAME = 0.1  # of a threshold, or of its distance from 100%: less is not worth a review
_OF_SECOND = 1000  # what a duration in monitoring.yaml can say


class CandidateStatus(StrEnum):
    """What becomes of an alert's threshold."""

    PROPOSED = "proposed"
    KEPT = "kept"
    CONTRACT = "contract"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What becomes of one alert's threshold.

    row        None for an alert on an objective
    threshold  in the signal's unit: the proposed one, or the current one; None without a row
    why        a sentence
    remarks    more that a reader has to know of the proposed number, as sentences
    choice     what a method chose; None where nothing is proposed
    """

    rule: Alerting
    row: ThresholdAlert | None
    status: CandidateStatus
    threshold: float | None
    why: str
    remarks: tuple[str, ...] = ()
    choice: ChosenThreshold | None = None

    @property
    def is_stricter(self) -> bool:
        """Whether the alert fires more often with the threshold than now."""
        if self.row is None or self.threshold is None:
            return False
        return _is_stricter(self.threshold, self.row.threshold, self.row)


def contract(rule: Alerting) -> Candidate:
    """Return what becomes of an alert on an objective: nothing."""
    return Candidate(
        rule=rule,
        row=None,
        status=CandidateStatus.CONTRACT,
        threshold=None,
        why="Follows the objective, which is a promise to users: history does not change it.",
    )


def candidate(
    history: RuleHistory, chosen: ChosenThreshold | RefusedThreshold, before: Sequence[Candidate]
) -> Candidate:
    """Return what becomes of an alert; `before` has what became of less urgent ones."""
    if isinstance(chosen, RefusedThreshold):
        return refused(history, NO_VALUE if np.isnan(history.worst).all() else chosen)
    row, chosen, only = history.row, kept_apart(chosen, history), only_value(history)
    if only is not None:
        return kept(_proposed(history, row.threshold, chosen), one_value(only, history))
    value = proposal(chosen.value, row.signal.direction, row.signal.unit)
    if isinstance(value, RefusedThreshold):
        return refused(history, value)
    found = _proposed(history, _writable(value, row), chosen)
    if not found.threshold and row.signal.direction is Direction.UP:
        return kept(found, "Clean days are at 0, which says nothing of how much is too much.")
    for calmer in _calmer(history, before):
        found = calmer.apart(found)
    return found if found.status is CandidateStatus.KEPT else _unless_alike(found)


def refused(history: RuleHistory, why: RefusedThreshold) -> Candidate:
    """Return that nothing can be recommended."""
    return Candidate(
        rule=history.rule,
        row=history.row,
        status=CandidateStatus.REFUSED,
        threshold=history.row.threshold,
        why=f"{why.why[:1].upper()}{why.why[1:]}.",
    )


def kept(candidate: Candidate, because: str) -> Candidate:
    """Return that an alert keeps its threshold, though another was chosen."""
    threshold = candidate.threshold if candidate.row is None else candidate.row.threshold
    return replace(
        candidate,
        status=CandidateStatus.KEPT,
        threshold=threshold,
        why=because,
        remarks=(),
        choice=None,
    )


def _proposed(history: RuleHistory, value: float, chosen: ChosenThreshold) -> Candidate:
    return Candidate(
        rule=history.rule,
        row=history.row,
        status=CandidateStatus.PROPOSED,
        threshold=value,
        why=chosen.why,
        remarks=chosen.remarks,
        choice=chosen,
    )


def _unless_alike(found: Candidate) -> Candidate:
    """Return a candidate, or that the current number does as well: it is hardly less strict."""
    row, value = found.row, found.threshold
    if row is None or value is None or _is_stricter(row.threshold, value, row):
        return found
    near = min(value, 1 - value) if row.signal.unit is Unit.RATIO else value
    if abs(value - row.threshold) > SAME * near:
        return found
    return kept(found, f"{shown(value, row.signal.unit)} would hardly be different. {found.why}")


@dataclass(frozen=True, slots=True)
class _Calmer:
    """A less urgent alert on the same signal, and the threshold that it gets."""

    row: ThresholdAlert
    threshold: float

    def apart(self, urgent: Candidate) -> Candidate:
        """Return an alert with a threshold at least as many times this one's as now."""
        row, value = urgent.row, urgent.threshold
        if row is None or value is None or not self.row.threshold:
            return urgent
        ratio = row.threshold / self.row.threshold
        sign = 1 if row.signal.direction is Direction.UP else -1
        level = sign * self.threshold * ratio
        other = proposal(level, row.signal.direction, row.signal.unit)
        if isinstance(other, RefusedThreshold):
            return kept(urgent, f"No number is {number(round(ratio, 2))} times {self.row.name}'s.")
        other = _writable(other, row)
        if not _is_stricter(value, other, row):
            return urgent
        why = (
            f"{number(round(ratio, 2))} times {self.row.name}, as now: what is more urgent has to "
            f"be worse. {shown(value, row.signal.unit)} alone: {urgent.why}"
        )
        return replace(urgent, threshold=other, why=why)


def _calmer(history: RuleHistory, before: Sequence[Candidate]) -> Iterator[_Calmer]:
    """Yield the less urgent alerts on the same signal that judge the same series."""
    own = history.rule
    for one in before:
        if one.row is None or one.threshold is None or one.rule.severity == own.severity:
            continue
        services = one.rule.services, own.services
        # The form without services judges what is not set apart, and the others inherit from it.
        if one.row.signal.name == history.row.signal.name and (
            services[0] == services[1] or not all(services)
        ):
            yield _Calmer(one.row, one.threshold)


def _is_stricter(value: float, other: float, row: ThresholdAlert) -> bool:
    return value < other if row.signal.direction is Direction.UP else value > other


def _writable(value: float, row: ThresholdAlert) -> float:
    """Return a threshold that monitoring.yaml can say: durations have whole milliseconds."""
    if row.signal.unit is not Unit.SECONDS:
        return value
    rounded = ceil if row.signal.direction is Direction.UP else floor
    return rounded(round(value * _OF_SECOND, 6)) / _OF_SECOND
