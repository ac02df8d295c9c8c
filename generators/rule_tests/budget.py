"""When alerts on a spent error budget, and on one spent soon, fire: on the long-term server.

Its input is what the other server writes to it: running counters, and burn rates.
"""

from dataclasses import dataclass, replace
from math import ceil

from exporter.catalog import cloud_run
from generators.alert_table import ExhaustedAlert, Objective
from generators.policy import BAD_EVENTS, DAY, HOUR
from generators.rule_tests.document import MINUTE, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import InputSet, Story, gauge
from generators.rule_tests.service_scenes import labels, place, service_case
from generators.rule_tests.stimulus import InputSeries
from generators.rule_tests.story import Phase, Seen
from generators.rules import slo
from generators.rules.build import Rules
from generators.rules.model import Alerting
from generators.rules.rows import BudgetTrend

_STEP = slo.LONG_TERM
_EVERY = _STEP // MINUTE  # minutes between evaluations
_REQUESTS = 6000.0  # a minute
_MOST = 0.9  # of them, where all of the errors come at once
_NEARLY, _KEPT = 0.97, 0.95  # of a budget that is spent, and a burn rate that does not spend it
_END = 3 * _EVERY  # minutes after it fires: of the stories' end
_AWAY, _BEFORE = 1.5, 4  # times the threshold while away, and times as long before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spending:
    """How a budget is spent: `requests` a minute, all errors within the first `bad` minutes.

    minutes  of which every request may fail until the threshold is reached
    fires    the minute in which the alert fires
    service  that the alert is for; empty for all that are not set apart
    """

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
            Phase(_counters(self.service, name, requests, errors / self.bad), self.bad),
            Phase(_counters(self.service, name, requests, 0), self.fires + _END),
        )


def exhausted(rules: Rules, rule: Alerting, alert: ExhaustedAlert) -> RuleTestFile:
    """Return the tests of the alert on a spent budget.

    Errors come at the beginning. What they spend stays spent while nothing is forgotten: the more
    is known, the larger is the budget, and the smaller the share of errors.
    """
    objective = alert.objective
    minutes = alert.threshold * objective.budget * objective.window / MINUTE
    bad = _aligned(1.01 * minutes / _MOST)
    spending = _Spending(
        minutes=minutes,
        requests=max(_REQUESTS, 2 * BAD_EVENTS / minutes),
        bad=bad,
        fires=bad + _aligned(alert.for_ / MINUTE),
        service=rule.services[0] if rule.services else "",
    )
    cases = [_spent(spending, alert), _deleted(spending, alert)]
    away = _aligned(_AWAY * minutes / _MOST)
    if _BEFORE * away + away + spending.fires + _END < objective.window / MINUTE:
        cases.append(_while_away(replace(spending, bad=away), alert))
    return RuleTestFile(rule, named(rules.longterm, "longterm-slo.yml"), tuple(cases), _STEP)


def _aligned(minutes: float) -> int:
    """Return the minute of the first evaluation at or after these."""
    return ceil(minutes / _EVERY) * _EVERY


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
    early = max(ceil(alert.for_ / MINUTE) - _EVERY, 0)
    minutes = (early, spending.fires + _EVERY, spending.fires + _END)
    return service_case("what is spent stays spent", spending.service, stories, minutes)


def _deleted(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent, and a service that is there no more."""
    before = spending.bad + spending.fires + _END
    later = before + DAY // MINUTE + 2 * _EVERY
    stories = []
    for name, more, ends in (
        ("deleted", (), before),
        ("goes-on", _counters(spending.service, "goes-on", spending.requests, 0), later),
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
    return service_case("a service that is deleted", spending.service, stories, (before, later))


def _while_away(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent while nothing is scraped or recorded."""
    name, away, start = "prometheus-away", spending.bad, _BEFORE * spending.bad
    minute = start + away + spending.fires
    errors = _AWAY * spending.whole / away
    calm = _counters(spending.service, name, spending.requests, 0)
    failing = _counters(spending.service, name, spending.requests, errors)
    phases = (
        Phase(calm, start),
        Phase(failing, away, Seen.NO),
        Phase(calm, spending.fires + _END),
    )
    story = Story(name=name, phases=phases, value=_AWAY * alert.threshold, fires=True)
    return service_case("Prometheus is away", spending.service, (story,), (minute,))


def _counters(service: str, name: str, requests: float, errors: float) -> InputSet:
    """Return the running counters of a service, and when they were last worked out."""
    given = labels(service, name)
    order = cloud_run.REQUESTS.label_names
    found = []
    for code, rise in (("2xx", requests - errors), ("5xx", errors)):
        own = {**given, "response_code_class": code}
        pairs = tuple((label, own[label]) for label in order)
        found.append(InputSeries(slo.COUNTERS, pairs, (rise,), counter=True))
    known = InputSeries(slo.KNOWN, place(service, name), (float(MINUTE),), counter=True)
    return (*found, known)


def trend(rules: Rules, rule: Alerting, row: BudgetTrend) -> RuleTestFile:
    """Return the tests of the alert on a budget that will be spent in three days."""
    fires = _EVERY + _aligned(rule.for_ / MINUTE)
    early, end = fires - 2 * _EVERY, fires + 9 * _EVERY
    objective, service = row.objective, rule.services[0] if rule.services else ""
    limit = objective.window / row.within

    def burning(
        name: str, *rates: tuple[float, int], errors: float = BAD_EVENTS
    ) -> tuple[Phase, ...]:
        burn, at = slo.burn(6 * HOUR), place(service, name)
        few = gauge(slo.events("errors", 6 * HOUR), at, errors)
        counters = _counters(service, name, _REQUESTS, 0)
        return tuple(Phase((*counters, few, gauge(burn, at, rate)), n) for rate, n in rates)

    stories = (
        Story(
            name="just-over",
            phases=burning("just-over", (1.01 * limit, end)),
            value=row.within / 1.01,
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
    files = named(rules.longterm, "longterm-slo.yml", "longterm-trend.yml")
    return RuleTestFile(rule, files, (case,), _STEP)


def _lasting(service: str, name: str, objective: Objective, end: int) -> tuple[Phase, ...]:
    """Return a budget of which hardly anything is left, and errors that do not spend it."""
    minutes = _NEARLY * objective.budget * objective.window / MINUTE
    at = place(service, name)
    more = (
        gauge(slo.burn(6 * HOUR), at, _KEPT),
        gauge(slo.events("errors", 6 * HOUR), at, 10 * BAD_EVENTS),
    )
    bad = ceil(minutes / _MOST)
    spending = _Spending(minutes=minutes, requests=_REQUESTS, bad=bad, fires=end, service=service)
    phases = spending.phases(name, spending.whole)
    return tuple(replace(phase, series=(*phase.series, *more)) for phase in phases)
