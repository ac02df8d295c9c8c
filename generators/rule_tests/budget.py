"""When alerts on a spent error budget, and on one spent soon, fire: on the long-term server.

Its input is what the other server writes to it: running counters, and burn rates.
"""

from dataclasses import dataclass, replace
from math import ceil

from exporter.catalog import cloud_run
from generators.alert_table import ExhaustedAlert
from generators.policy import BAD_EVENTS, DAY, HOUR, Objective
from generators.rule_tests.document import MINUTE, RuleTestCase, RuleTestFile, named
from generators.rule_tests.scenes import BASE_LABELS, InputSet, Story, case_of, gauge, labels_of
from generators.rule_tests.stimulus import InputSeries
from generators.rule_tests.story import Phase, Seen
from generators.rules import slo
from generators.rules.build import Rules
from generators.rules.model import Alerting

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
    """

    minutes: float
    requests: float
    bad: int
    fires: int

    @property
    def whole(self) -> float:
        """The errors that the threshold allows."""
        return self.minutes * self.requests

    def phases(self, name: str, errors: float, requests: float | None = None) -> tuple[Phase, ...]:
        """Return errors in the first minutes only, and requests that go on."""
        requests = self.requests if requests is None else requests
        return (
            Phase(_counters(name, requests, errors / self.bad), self.bad),
            Phase(_counters(name, requests, 0), self.fires + _END),
        )


def exhausted(
    rules: Rules, rule: Alerting, alert: ExhaustedAlert, objective: Objective
) -> RuleTestFile:
    """Return the tests of the alert on a spent budget.

    Errors come at the beginning. What they spend stays spent while nothing is forgotten: the more
    is known, the larger is the budget, and the smaller the share of errors.
    """
    minutes = alert.threshold * objective.budget * objective.window / MINUTE
    bad = _aligned(1.01 * minutes / _MOST)
    spending = _Spending(
        minutes=minutes,
        requests=max(_REQUESTS, 2 * BAD_EVENTS / minutes),
        bad=bad,
        fires=bad + _aligned(alert.for_ / MINUTE),
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
    return case_of("what is spent stays spent", stories, slo.BY, minutes)


def _deleted(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent, and a service that is there no more."""
    before = spending.bad + spending.fires + _END
    later = before + DAY // MINUTE + 2 * _EVERY
    stories = []
    for name, more, ends in (
        ("deleted", (), before),
        ("goes-on", _counters("goes-on", spending.requests, 0), later),
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
    return case_of("a service that is deleted", stories, slo.BY, (before, later))


def _while_away(spending: _Spending, alert: ExhaustedAlert) -> RuleTestCase:
    """Return a budget that is spent while nothing is scraped or recorded."""
    name, away, start = "prometheus-away", spending.bad, _BEFORE * spending.bad
    minute = start + away + spending.fires
    phases = (
        Phase(_counters(name, spending.requests, 0), start),
        Phase(_counters(name, spending.requests, _AWAY * spending.whole / away), away, Seen.NO),
        Phase(_counters(name, spending.requests, 0), spending.fires + _END),
    )
    value = _AWAY * alert.threshold * (minute - away) / minute
    story = Story(name=name, phases=phases, value=value, fires=True)
    return case_of("Prometheus is away", (story,), slo.BY, (minute,))


def _counters(name: str, requests: float, errors: float) -> InputSet:
    """Return the running counters of a service, and how many there are of them."""
    given = {**BASE_LABELS, "service_name": name}
    order = cloud_run.REQUESTS.label_names
    found = []
    for code, rise in (("2xx", requests - errors), ("5xx", errors)):
        labels = {**given, "response_code_class": code}
        pairs = tuple((label, labels[label]) for label in order)
        found.append(InputSeries(slo.COUNTERS, pairs, (rise,), counter=True))
    known = InputSeries(slo.KNOWN, labels_of(slo.BY, name), (0.0,), counter=True)
    return (*found, known)


def trend(rules: Rules, rule: Alerting, objective: Objective) -> RuleTestFile:
    """Return the tests of the alert on a budget that will be spent in three days."""
    fires = _EVERY + _aligned(rule.for_ / MINUTE)
    early, end = fires - 2 * _EVERY, fires + 9 * _EVERY
    limit = objective.window / (3 * DAY)

    def burning(
        name: str, *rates: tuple[float, int], errors: float = BAD_EVENTS
    ) -> tuple[Phase, ...]:
        burn, labels = slo.burn(6 * HOUR), labels_of(slo.BY, name)
        few = gauge(slo.events("errors", 6 * HOUR), labels, errors)
        counters = _counters(name, _REQUESTS, 0)
        return tuple(Phase((*counters, few, gauge(burn, labels, rate)), n) for rate, n in rates)

    stories = (
        Story(
            name="just-over",
            phases=burning("just-over", (1.01 * limit, end)),
            value=3 * DAY / 1.01,
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
        Story(name="lasts", phases=_lasting("lasts", objective, end)),
    )
    minutes = [fires - _EVERY, fires + _EVERY, fires + 8 * _EVERY]
    case = case_of("what burns for long", stories, slo.BY, minutes)
    files = named(rules.longterm, "longterm-slo.yml", "longterm-trend.yml")
    return RuleTestFile(rule, files, (case,), _STEP)


def _lasting(name: str, objective: Objective, end: int) -> tuple[Phase, ...]:
    """Return a budget of which hardly anything is left, and errors that do not spend it."""
    minutes = _NEARLY * objective.budget * objective.window / MINUTE
    labels = labels_of(slo.BY, name)
    more = (
        gauge(slo.burn(6 * HOUR), labels, _KEPT),
        gauge(slo.events("errors", 6 * HOUR), labels, 10 * BAD_EVENTS),
    )
    bad = ceil(minutes / _MOST)
    spending = _Spending(minutes=minutes, requests=_REQUESTS, bad=bad, fires=end)
    phases = spending.phases(name, spending.whole)
    return tuple(replace(phase, series=(*phase.series, *more)) for phase in phases)
