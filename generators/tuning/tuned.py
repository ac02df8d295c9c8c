"""Tunes the alerts of a configuration: incidents, a threshold for each alert, and its cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from exporter.prometheus_api import TimeSpan
from generators.alert_table import ThresholdAlert
from generators.limits import shown
from generators.policy import SEVERITIES
from generators.rules.model import Alerting
from generators.tuning import rule_replay
from generators.tuning.backtest import Backtest, Grouping, backtest
from generators.tuning.candidates import (
    Candidate,
    CandidateStatus,
    candidate,
    contract,
    is_stricter,
    kept,
)
from generators.tuning.choosing import Choose
from generators.tuning.compared import Answers
from generators.tuning.days import days_of, outside
from generators.tuning.fitting import fit
from generators.tuning.held_out import HeldOut, held_out
from generators.tuning.incidents import Incident
from generators.tuning.judging import judging
from generators.tuning.model import TimeGrid
from generators.tuning.quality import Quality, quality
from generators.tuning.replay import Firing
from generators.tuning.rule_history import RuleHistory, rule_history
from generators.tuning.verdicts import Judging, catches

Chooser = Callable[[Sequence[RuleHistory]], Choose]
Step = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningRequest:
    """What is tuned, and how.

    rules      alerts with a threshold, and those on an objective
    incidents  what people wrote, and what the bridge has notified of
    chooser    the method, for the histories of all alerts
    budget     the share of firing days that one alert may have
    """

    rules: tuple[Alerting, ...]
    answers: Answers
    grid: TimeGrid
    zone: ZoneInfo
    incidents: tuple[Incident, ...]
    chooser: Chooser
    budget: Fraction
    grouping: Grouping


@dataclass(frozen=True, slots=True, kw_only=True)
class TunedAlert:
    """What becomes of one alert, and what that costs.

    current, proposed  what it would have done; `proposed` is None where nothing changes
    held_out           the threshold of the first half on the second; None where it has none
    firings            of `current` and `proposed`
    """

    candidate: Candidate
    history: RuleHistory | None
    quality: Quality | None
    current: Backtest
    proposed: Backtest | None
    held_out: HeldOut | None
    firings: tuple[tuple[Firing, ...], tuple[Firing, ...]]

    @property
    def lost(self) -> tuple[Incident, ...]:
        """The incidents that only the current threshold catches."""
        return _only(self.current, self.proposed)

    @property
    def gained(self) -> tuple[Incident, ...]:
        """The incidents that only the proposed threshold catches."""
        return () if self.proposed is None else _only(self.proposed, self.current)


def _only(some: Backtest, others: Backtest | None) -> tuple[Incident, ...]:
    if others is None:
        return ()
    caught = {one.incident.id for one in others.verdicts.caught}
    return tuple(one.incident for one in some.verdicts.caught if one.incident.id not in caught)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What came out, the most urgent alert first.

    days   all days of the history
    clean  how many of them are outside incidents and known well enough
    """

    grid: TimeGrid
    days: int
    clean: int
    incidents: tuple[Incident, ...]
    alerts: tuple[TunedAlert, ...]

    @property
    def caught(self) -> tuple[int, int]:
        """How many incidents meet a firing of an alert on a threshold: now, and as proposed."""
        tunable = [one for one in self.alerts if one.history is not None]
        now = [firing for one in tunable for firing in one.firings[0]]
        then = [
            firing for one in tunable for firing in one.firings[0 if one.proposed is None else 1]
        ]
        return _met(self.incidents, now), _met(self.incidents, then)


def _met(incidents: Iterable[Incident], firings: Sequence[Firing]) -> int:
    return sum(any(catches(one, incident) for one in firings) for incident in incidents)


def expressions(rules: Iterable[Alerting]) -> tuple[str, ...]:
    """Return everything that has to be read."""
    return tuple(dict.fromkeys(text for rule in rules for text in rule_replay.expressions(rule)))


def tuned(request: TuningRequest, step: Step = lambda _share, _what: None) -> Tuning:
    """Tune every alert of a request."""
    grid, rules = request.grid, request.rules
    by = judging(rules, request.answers, grid, request.incidents)
    incidents = by.incidents or ()
    days = days_of(grid, request.zone)
    clean = outside(grid, [TimeSpan(one.start, min(one.until, grid.end)) for one in incidents])
    histories = []
    rows = [(rule, row) for rule in rules if isinstance(row := rule.source, ThresholdAlert)]
    for at, (rule, row) in enumerate(rows):
        step(at / len(rows) / 2, f"levels of {rule.title}")
        histories.append(rule_history(rule, row, request.answers, grid, days, clean))
    choose = request.chooser(histories)
    alerts: list[TunedAlert] = []
    # The least urgent first: a more urgent one stays beyond what became of it.
    for at, history in enumerate(sorted(histories, key=_urgency, reverse=True)):
        step(0.5 + at / len(rules) / 2, f"replaying {history.rule.title}")
        before = [each.candidate for each in alerts]
        found = candidate(history, choose(history), before)
        alerts.append(_settled(_alert(request, found, history, by)))
    promised = (rule for rule in rules if not isinstance(rule.source, ThresholdAlert))
    alerts += [_alert(request, contract(rule), None, by) for rule in promised]
    alerts.sort(key=lambda one: SEVERITIES.index(one.candidate.rule.severity))
    return Tuning(
        grid=grid,
        days=len(days),
        clean=max((len(one.days.days) for one in histories), default=0),
        incidents=incidents,
        alerts=tuple(alerts),
    )


def _urgency(history: RuleHistory) -> int:
    return SEVERITIES.index(history.rule.severity)


def _settled(one: TunedAlert) -> TunedAlert:
    """Return an alert as it is where a stricter threshold would bring nothing but firings.

    A budget says how often an alert may fire, not that it should.
    """
    then = one.proposed
    if then is None or one.gained or not is_stricter(one.candidate) or _is_earlier(one, then):
        return one
    row = one.candidate.rule.source
    if not isinstance(row, ThresholdAlert) or one.candidate.threshold is None:
        return one
    because = (
        f"{shown(one.candidate.threshold, row.signal.unit)} would keep the promise, too, but would "
        "have caught nothing more, and nothing earlier."
    )
    return replace(
        one, candidate=kept(one.candidate, because), proposed=None, firings=(one.firings[0], ())
    )


def _is_earlier(one: TunedAlert, then: Backtest) -> bool:
    """Return whether what both thresholds catch is found earlier, for most incidents."""
    moved = moves(one.current, then)
    return bool(moved) and moved[len(moved) // 2] < 0


def moves(now: Backtest, then: Backtest) -> list[float]:
    """Return by how many seconds each incident that both catch is found later, in order."""
    before = {one.incident.id: one.delay for one in now.verdicts.caught}
    return sorted(
        one.delay - before[one.incident.id]
        for one in then.verdicts.caught
        if one.incident.id in before
    )


def _alert(
    request: TuningRequest, one: Candidate, history: RuleHistory | None, by: Judging
) -> TunedAlert:
    now = rule_replay.replayed(one.rule, request.answers, request.grid)
    then: tuple[Firing, ...] = ()
    row, signal = one.rule.source, dict(one.rule.labels)["signal"]
    by = by if history is None else replace(by, gaps=history.gaps)
    if one.status is CandidateStatus.PROPOSED and isinstance(row, ThresholdAlert) and one.threshold:
        changed = replace(one.rule, source=replace(row, threshold=one.threshold))
        then = rule_replay.replayed(changed, request.answers, request.grid)

    def judged(firings: tuple[Firing, ...]) -> Backtest:
        return backtest(firings, signal, by, request.grouping, request.zone)

    return TunedAlert(
        candidate=one,
        history=history,
        quality=None if history is None else _quality(history, request),
        current=judged(now),
        proposed=judged(then) if one.status is CandidateStatus.PROPOSED else None,
        held_out=None if history is None else held_out(history.days, request.budget),
        firings=(now, then),
    )


def _quality(history: RuleHistory, request: TuningRequest) -> Quality:
    fitted = fit(history.days, 0, request.budget)
    return quality(history.worst, request.grid, history.days, fitted)
