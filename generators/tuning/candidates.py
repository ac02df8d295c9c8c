"""What becomes of each alert's threshold: another one, the same, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from generators.alert_table import ThresholdAlert
from generators.limits import shown, times
from generators.rules.model import Alerting
from generators.tuning.choosing import ChosenThreshold
from generators.tuning.readable import proposal
from generators.tuning.rule_history import RuleHistory
from generators.tuning.thresholds import Refused

SAME = 0.1  # of a threshold: a smaller change is not worth a review
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

    threshold  in the signal's unit: the proposed one, or the current one; None for a contract
    why        a sentence
    remarks    more that a reader has to know, as sentences
    choice     what a method chose; None where it was not asked, or refused
    """

    rule: Alerting
    status: CandidateStatus
    threshold: float | None
    why: str
    remarks: tuple[str, ...] = ()
    choice: ChosenThreshold | None = None


def contract(rule: Alerting) -> Candidate:
    """Return what becomes of an alert on an objective: nothing."""
    return Candidate(
        rule=rule,
        status=CandidateStatus.CONTRACT,
        threshold=None,
        why="Follows the objective, which is a promise to users: history does not change it.",
    )


def candidate(
    history: RuleHistory, chosen: ChosenThreshold | Refused, before: Sequence[Candidate]
) -> Candidate:
    """Return what becomes of an alert; `before` has what became of less urgent ones."""
    if isinstance(chosen, Refused):
        return _refused(history, chosen)
    return _candidate(history, chosen, _calmer(history, before))


def kept(candidate: Candidate, because: str) -> Candidate:
    """Return that an alert keeps its threshold, though another was chosen."""
    row = candidate.rule.source
    threshold = row.threshold if isinstance(row, ThresholdAlert) else candidate.threshold
    return replace(candidate, status=CandidateStatus.KEPT, threshold=threshold, why=because)


def is_stricter(candidate: Candidate) -> bool:
    """Return whether the proposed threshold makes the alert fire more often than now."""
    row, new = candidate.rule.source, candidate.threshold
    if not isinstance(row, ThresholdAlert) or new is None:
        return False
    up = row.signal.direction is Direction.UP
    return new < row.threshold if up else new > row.threshold


def _refused(history: RuleHistory, refused: Refused) -> Candidate:
    return Candidate(
        rule=history.rule,
        status=CandidateStatus.REFUSED,
        threshold=history.row.threshold,
        why=f"{refused.why[:1].upper()}{refused.why[1:]}.",
    )


@dataclass(frozen=True, slots=True)
class _Calmer:
    """A less urgent alert on the same signal, and the threshold that it gets."""

    row: ThresholdAlert
    threshold: float

    def apart(self, row: ThresholdAlert) -> float:
        """Return the threshold of an alert that is as many times this one's as now."""
        return _writable(self.threshold * row.threshold / self.row.threshold, row)


def _calmer(history: RuleHistory, before: Sequence[Candidate]) -> _Calmer | None:
    """Return the next less urgent alert on the same signal and for the same services."""
    same = [
        _Calmer(row, one.threshold)
        for one in before
        if isinstance(row := one.rule.source, ThresholdAlert)
        and one.threshold is not None
        and row.signal.name == history.row.signal.name
        and one.rule.services == history.rule.services
        and one.rule.severity != history.rule.severity
    ]
    return same[-1] if same else None


def _candidate(history: RuleHistory, choice: ChosenThreshold, calmer: _Calmer | None) -> Candidate:
    row = history.row
    level = proposal(choice.value, row.signal.direction, row.signal.unit)
    if isinstance(level, Refused):
        return _refused(history, level)
    value, why = _writable(level, row), choice.why
    if calmer is not None and _worse(value, calmer.apart(row), row) != value:
        value = calmer.apart(row)
        ratio = times(round(row.threshold / calmer.row.threshold, 2))
        why = f"{ratio} {calmer.row.name}, as now, so that it stays the more urgent one. {why}"
    same = abs(value - row.threshold) <= SAME * abs(value)
    if same:
        why = f"{shown(value, row.signal.unit)} would be hardly different. {why}"
    return Candidate(
        rule=history.rule,
        status=CandidateStatus.KEPT if same else CandidateStatus.PROPOSED,
        threshold=row.threshold if same else value,
        why=why,
        remarks=choice.remarks,
        choice=choice,
    )


def _worse(value: float, other: float, row: ThresholdAlert) -> float:
    return max(value, other) if row.signal.direction is Direction.UP else min(value, other)


def _writable(value: float, row: ThresholdAlert) -> float:
    """Return a threshold that monitoring.yaml can say: durations have whole milliseconds."""
    if row.signal.unit is not Unit.SECONDS:
        return value
    rounded = ceil if row.signal.direction is Direction.UP else floor
    return rounded(round(value * _OF_SECOND, 6)) / _OF_SECOND
