"""Tunes the alerts of a configuration: incidents, a threshold for each alert, and its cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from exporter.prometheus.api import TimeSpan
from generators.alert_table import ThresholdAlert
from generators.policy import SEVERITIES
from generators.rules.model import Alerting
from generators.tuning import rule_replay
from generators.tuning.agreement import Agreement
from generators.tuning.backtest import Backtest, Grouping, backtest
from generators.tuning.candidates import Candidate, CandidateStatus, candidate, contract
from generators.tuning.choosing import Choose
from generators.tuning.compared import Answers
from generators.tuning.days import days_of, outside
from generators.tuning.firing_days import disturbed_days, met
from generators.tuning.fitting import fit
from generators.tuning.held_out import held_out
from generators.tuning.incidents import Incident
from generators.tuning.judging import judging
from generators.tuning.likeness import likeness, recorded_expressions
from generators.tuning.missed_incidents import MissedIncident, missed_incidents
from generators.tuning.model import TimeGrid
from generators.tuning.other_for import OtherFor, other_for
from generators.tuning.quality import Quality, provisional, quality
from generators.tuning.replay import Firing
from generators.tuning.rule_history import RuleHistory, rule_history
from generators.tuning.tuned_alert import TunedAlert, worth_it
from generators.tuning.verdicts import Judging

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
class Tuning:
    """What came out, the most urgent alert first.

    begins     when the first value was; Unix seconds
    days       all days since then
    clean      how many of them are outside incidents and known well enough
    disturbed  days on which an alert on a threshold fires for nothing: now, and as proposed
    known      whether anything says which incidents there were
    likeness   of replays and recorded firings
    incidents  those of that time
    """

    grid: TimeGrid
    begins: int
    days: int
    clean: int
    disturbed: tuple[int, int]
    known: bool
    likeness: Agreement
    incidents: tuple[Incident, ...]
    alerts: tuple[TunedAlert, ...]

    @property
    def unseen(self) -> frozenset[str]:
        """The incidents that meet an alert now, and none with the numbers that result."""
        now, then = (
            met(self.incidents, (each for one in self.alerts for each in one.firings[at]))
            for at in (0, 1)
        )
        return now - then


def expressions(rules: Iterable[Alerting]) -> tuple[str, ...]:
    """Return everything that has to be read."""
    every = tuple(rules)
    compared = (text for rule in every for text in rule_replay.expressions(rule))
    return tuple(dict.fromkeys((*compared, *recorded_expressions(every))))


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
    begins = _beginning(histories, grid)
    alerts = _alerts(request, histories, by, step)
    promised = (rule for rule in rules if not isinstance(rule.source, ThresholdAlert))
    disturbed = (
        disturbed_days((f for one in alerts for f in one.firings[at]), incidents, days, grid)
        for at in (0, 1)
    )
    now, then = disturbed
    alerts += [_alert(request, contract(rule), None, by) for rule in promised]
    alerts.sort(key=lambda one: SEVERITIES.index(one.candidate.rule.severity))
    return Tuning(
        grid=grid,
        begins=begins,
        days=sum(day.stop > (begins - grid.start) // grid.step for day in days),
        clean=max((len(one.days.days) for one in histories), default=0),
        disturbed=(now, then),
        known=by.incidents is not None,
        likeness=likeness(
            rules,
            {one.candidate.rule.title: one.firings[0] for one in alerts},
            request.answers,
            grid,
        ),
        incidents=tuple(one for one in incidents if one.start <= grid.end and one.until >= begins),
        alerts=tuple(alerts),
    )


def _alerts(
    request: TuningRequest, histories: Sequence[RuleHistory], by: Judging, step: Step
) -> list[TunedAlert]:
    """Return the alerts on thresholds, the least urgent first: others stay beyond them."""
    choose, found = request.chooser(histories), list[TunedAlert]()
    for at, history in enumerate(sorted(histories, key=_urgency, reverse=True)):
        step(0.5 + at / len(histories) / 2, f"replaying {history.rule.title}")
        before = [each.candidate for each in found]
        one = candidate(history, choose(history), before)
        judged = worth_it(_alert(request, one, history, by))
        missed, other = _missed(judged, request), _other_for(judged, history, request, by)
        found.append(replace(judged, missed=missed, other_for=other))
    return found


def _other_for(
    one: TunedAlert, history: RuleHistory, request: TuningRequest, by: Judging
) -> OtherFor | None:
    """Return the `for` that is clearly better at the number that results."""
    candidate = one.candidate
    if candidate.status is CandidateStatus.REFUSED or candidate.threshold is None:
        return None
    rule, threshold = candidate.rule, candidate.threshold
    values = rule_replay.threshold_values(rule, request.answers, request.grid)
    judged = _judged(request, rule, replace(by, gaps=history.gaps))

    def tried(seconds: float) -> Backtest:
        return judged(
            rule_replay.tried(rule, values, request.grid, threshold=threshold, for_=seconds)
        )

    return other_for(history, threshold, one.proposed or one.current, tried)


def _missed(one: TunedAlert, request: TuningRequest) -> tuple[MissedIncident, ...]:
    """Return how near the number that results came to the incidents that it misses."""
    found = one.proposed or one.current
    rule = one.candidate.rule if one.proposed is None else _changed(one.candidate)
    return missed_incidents(rule, found.verdicts.missed, request.answers, request.grid)


def _changed(one: Candidate) -> Alerting:
    """Return an alert's rule with the threshold that is proposed."""
    if one.row is None or one.threshold is None:
        return one.rule
    return replace(one.rule, source=replace(one.row, threshold=one.threshold))


def _beginning(histories: Iterable[RuleHistory], grid: TimeGrid) -> int:
    """Return when the first value of any alert was: a flat beginning is not calm."""
    known = [np.flatnonzero(~np.isnan(one.worst)) for one in histories]
    first = min((int(at[0]) for at in known if at.size), default=grid.count - 1)
    return grid.start + grid.step * first


def _urgency(history: RuleHistory) -> int:
    return SEVERITIES.index(history.rule.severity)


def _alert(
    request: TuningRequest, one: Candidate, history: RuleHistory | None, by: Judging
) -> TunedAlert:
    now = then = rule_replay.replayed(one.rule, request.answers, request.grid)
    changes = one.status is CandidateStatus.PROPOSED
    if changes:
        then = rule_replay.replayed(_changed(one), request.answers, request.grid)
    by = by if history is None else replace(by, gaps=history.gaps)
    judged = _judged(request, one.rule, by)
    return TunedAlert(
        candidate=one,
        history=history,
        quality=None if history is None else _quality(history, request, one),
        current=judged(now),
        proposed=judged(then) if changes else None,
        held_out=None if history is None else held_out(history.days, request.budget),
        firings=(now, then),
    )


def _judged(
    request: TuningRequest, rule: Alerting, by: Judging
) -> Callable[[tuple[Firing, ...]], Backtest]:
    """Return what says of firings of a rule what they come to."""
    signal = dict(rule.labels)["signal"]
    return lambda firings: backtest(firings, signal, by, request.grouping, request.zone)


def _quality(history: RuleHistory, request: TuningRequest, one: Candidate) -> Quality:
    """Return the quality of a history, and of the number that was made from it."""
    fitted = fit(history.days, 0, request.budget)
    found = quality(history.worst, request.grid, history.days, fitted)
    if one.choice is None:
        return found
    return replace(found, provisional=provisional(one.choice.days, found.clean_days))
