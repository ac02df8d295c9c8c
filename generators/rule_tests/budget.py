"""When alerts on a spent error budget, and on one spent soon, fire: on the long-term server.

Its input is what the other server writes to it: running counters, and burn rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from generators.alert_table import ExhaustedAlert, Objective
from generators.policy import BAD_EVENTS, DAY, HOUR, WINDOW
from generators.rule_tests.budget_stimulus import running
from generators.rule_tests.document import MINUTE, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import InputSet, Story, gauge
from generators.rule_tests.service_scenes import labels, place, service_case
from generators.rule_tests.stimulus import InputSeries
from generators.rule_tests.story import Phase, Seen
from generators.rules import slo
from generators.rules.budgets import budget_of
from generators.rules.build import Rules
from generators.rules.model import Alerting, RuleFile
from generators.rules.rows import BudgetTrend
from generators.rules.running import sparse

_STEP = slo.LONG_TERM
_EVERY = _STEP // MINUTE  # minutes between evaluations
_REQUESTS = 6000.0  # a minute
_MOST = 0.9  # of them, where all of the errors come at once
_NEARLY, _KEPT = 0.97, 0.95  # of a budget that is spent, and a burn rate that does not spend it
_END = 3  # evaluations after it fires: of the stories' end
_STEPS = 100  # in which a budget is spent, at most: promtool holds 10,000 samples of a query
_AWAY, _BEFORE = 1.5, 4  # times the threshold while away, and times as long before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spending:
    """How a budget is spent: `requests` a minute, all errors within the first `bad` minutes.

    every    minutes between evaluations, and between samples: more where a budget lasts for long
    minutes  of which every request may fail until the threshold is reached
    fires    the minute in which the alert fires
    service  that the alert is for; empty for all that are not set apart
    """

    objective: Objective
    every: int = _EVERY
    minutes: float
    requests: float
    bad: int
    fires: int
    service: str = ""

    @property
    def whole(self) -> float:
        """The errors that the threshold allows."""
        return self.minutes * self.requests

    def phases(self, name: str, errors: float, requests: float | None = None) -> tuple[Phase, ...]:
        """Return errors in the first minutes only, and requests that go on."""
        requests = self.requests if requests is None else requests
        return (
            Phase(self.counters(name, requests, errors / self.bad), self.bad),
            Phase(self.counters(name, requests), self.fires + self.end),
        )

    @property
    def end(self) -> int:
        """The minutes from when it fires to the end of a story."""
        return _END * self.every

    @property
    def deleted(self) -> int:
        """The minute after which a service is there no more."""
        return self.bad + self.fires + self.end

    @property
    def later(self) -> int:
        """The minute from which a service that is deleted has no budget any more."""
        return self.deleted + _aligned(DAY / MINUTE, self.every) + 2 * self.every

    def counters(self, name: str, requests: float, errors: float = 0) -> InputSet:
        """Return the counters of a story with so many requests and errors a minute."""
        return _counters(self.objective, self.service, name, requests, errors)

    def case(self, name: str, stories: Sequence[Story], minutes: Sequence[int]) -> RuleTestCase:
        """Return stories as a case, with a sample for each evaluation."""
        sampled = [
            replace(story, phases=tuple(_sampled(phase, self.every) for phase in story.phases))
            for story in stories
        ]
        return service_case(name, self.service, sampled, minutes, self.every * MINUTE)


def _sampled(phase: Phase, every: int) -> Phase:
    """Return a phase of counters with a sample every so many minutes."""
    series = (replace(s, values=tuple(value * every for value in s.values)) for s in phase.series)
    return replace(phase, series=tuple(series), steps=phase.steps // every)


def exhausted(rules: Rules, rule: Alerting, alert: ExhaustedAlert) -> RuleTestFile:
    """Return the tests of the alert on a spent budget.

    Errors come at the beginning. What they spend stays spent while nothing is forgotten: the more
    is known, the larger is the budget, and the smaller the share of errors.
    """
    objective = alert.objective
    minutes = alert.threshold * objective.budget * objective.window / MINUTE
    every = _EVERY * ceil(1.01 * minutes / _MOST / _EVERY / _STEPS)
    bad = _aligned(1.01 * minutes / _MOST, every)
    spending = _Spending(
        objective=objective,
        every=every,
        minutes=minutes,
        requests=max(_REQUESTS, 2 * BAD_EVENTS / minutes),
        bad=bad,
        fires=bad + _aligned(alert.for_ / MINUTE, every),
        service=rule.services[0] if rule.services else "",
    )
    away, window = _aligned(_AWAY * minutes / _MOST, every), objective.window / MINUTE
    cases = [_spent(spending, alert)]
    if spending.later < window:
        cases.append(_deleted(spending, alert))
    if _BEFORE * away + away + spending.fires + spending.end < window:
        cases.append(_while_away(replace(spending, bad=away), alert))
    return RuleTestFile(rule, _files(rules, objective), tuple(cases), every * MINUTE)


def _files(rules: Rules, of: Objective) -> tuple[RuleFile, ...]:
    """Return the files that an objective's window is worked out in."""
    first = named(rules.main, "longterm.yml") if of.window in slo.LONG else ()
    return (*first, *named(rules.longterm, "longterm-slo.yml"))


def _aligned(minutes: float, every: int = _EVERY) -> int:
    """Return the minute of the first evaluation at or after these."""
    return ceil(minutes / every) * every


def _spent(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    few = 0.8 * BAD_EVENTS / (1.1 * spending.minutes)
    stories = (
        Story(
            name="just-over",
            phases=spending.phases("just-over", 1.01 * spending.whole),
            value=1.01 * alert.threshold,
            fires=True,
            begins=spending.fires,
        ),
        Story(name="just-under", phases=spending.phases("just-under", 0.99 * spending.whole)),
        Story(name="few-errors", phases=spending.phases("few-errors", 0.8 * BAD_EVENTS, few)),
        Story(name="no-errors", phases=spending.phases("no-errors", 0)),
    )
    early = max(ceil(alert.for_ / MINUTE) - spending.every, 0)
    minutes = (early, spending.fires, spending.fires + spending.end)
    return spending.case("what is spent stays spent", stories, minutes)


def _deleted(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent, and a service that is there no more."""
    before, later = spending.deleted, spending.later
    stories = []
    for name, more, ends in (
        ("deleted", (), before),
        ("goes-on", spending.counters("goes-on", spending.requests), later),
    ):
        phases = spending.phases(name, 1.01 * spending.whole)
        stories.append(
            Story(
                name=name,
                phases=(*phases, Phase(more, later)),
                value=1.01 * alert.threshold,
                fires=True,
                begins=spending.fires,
                ends=ends,
            )
        )
    return spending.case("a service that is deleted", stories, (before, later))


def _while_away(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent while nothing is scraped or recorded."""
    name, away, start = "prometheus-away", spending.bad, _BEFORE * spending.bad
    minute = start + away + spending.fires
    errors = _AWAY * spending.whole / away
    calm = spending.counters(name, spending.requests)
    failing = spending.counters(name, spending.requests, errors)
    phases = (
        Phase(calm, start),
        Phase(failing, away, Seen.NO),
        Phase(calm, spending.fires + spending.end),
    )
    story = Story(name=name, phases=phases, value=_AWAY * alert.threshold, fires=True)
    return spending.case("Prometheus is away", (story,), (minute,))


def _counters(of: Objective, service: str, name: str, requests: float, bad: float) -> InputSet:
    """Return the running counters of a service, and when they were last worked out."""
    counters = running(of, labels(service, name), requests, bad)
    known = budget_of(of).known(WINDOW)
    at = InputSeries(known, place(service, name), (float(MINUTE),), counter=True)
    # Between evaluations are five minutes or more: a sparse copy has every sample.
    both = ((s, replace(s, name=sparse(s.name))) for s in (*counters, at))
    return tuple(series for pair in both for series in pair)


def trend(rules: Rules, rule: Alerting, row: BudgetTrend) -> RuleTestFile:
    """Return the tests of the alert on a budget that will be spent in three days."""
    fires = _EVERY + _aligned(rule.for_ / MINUTE)
    early, end = fires - 2 * _EVERY, fires + 9 * _EVERY
    objective, service = row.objective, rule.services[0] if rule.services else ""
    # However short the window is, a burn rate of 1 spends no budget.
    limit, budget = max(1.0, objective.window / row.within), budget_of(objective)

    def burning(
        name: str, *rates: tuple[float, int], errors: float = BAD_EVENTS
    ) -> tuple[Phase, ...]:
        burn, at = budget.burn(6 * HOUR), place(service, name)
        few = gauge(budget.bad(6 * HOUR), at, errors)
        counters = _counters(objective, service, name, _REQUESTS, 0)
        return tuple(Phase((*counters, few, gauge(burn, at, rate)), n) for rate, n in rates)

    stories = (
        Story(
            name="just-over",
            phases=burning("just-over", (1.01 * limit, end)),
            value=objective.window / (1.01 * limit),
            fires=True,
            begins=fires,
        ),
        Story(name="just-under", phases=burning("just-under", (0.99 * limit, end))),
        *(
            ()
            if early < 1
            else (Story(name="short", phases=burning("short", (10 * limit, early), (0, end))),)
        ),
        Story(name="no-errors", phases=burning("no-errors", (0, end))),
        Story(
            name="few-errors",
            phases=burning("few-errors", (10 * limit, end), errors=0.9 * BAD_EVENTS),
        ),
        Story(name="lasts", phases=_lasting(service, "lasts", objective, end)),
    )
    minutes = [fires - _EVERY, fires + _EVERY, fires + 8 * _EVERY]
    case = service_case("what burns for long", service, stories, minutes)
    files = (*_files(rules, objective), *named(rules.longterm, "longterm-trend.yml"))
    return RuleTestFile(rule, files, (case,), _STEP)


def _lasting(service: str, name: str, objective: Objective, end: int) -> tuple[Phase, ...]:
    """Return a budget of which hardly anything is left, and errors that do not spend it."""
    minutes = _NEARLY * objective.budget * objective.window / MINUTE
    at = place(service, name)
    more = (
        gauge(budget_of(objective).burn(6 * HOUR), at, _KEPT),
        gauge(budget_of(objective).bad(6 * HOUR), at, 10 * BAD_EVENTS),
    )
    bad = ceil(minutes / _MOST)
    spending = _Spending(
        objective=objective,
        minutes=minutes,
        requests=_REQUESTS,
        bad=bad,
        fires=end,
        service=service,
    )
    phases = spending.phases(name, spending.whole)
    return tuple(replace(phase, series=(*phase.series, *more)) for phase in phases)
