"""When alerts on a spent error budget, and on one spent soon, fire: on the long-term server.

Its input is what the other server writes to it: events of five minutes, and burn rates.
"""

from dataclasses import replace
from math import ceil

from generators.alert_table import ExhaustedAlert
from generators.policy import BAD_EVENTS, DAY, HOUR, Objective
from generators.rule_tests.document import RuleTestFile, named
from generators.rule_tests.scenes import Story, case_of, gauge, labels_of
from generators.rule_tests.stimulus import InputSeries
from generators.rule_tests.story import Phase
from generators.rules import slo
from generators.rules.build import Rules
from generators.rules.model import Alerting

_STEP = slo.LONG_TERM
_REQUESTS = 300.0  # of five minutes
_MOST = 0.9  # of them, where all of the errors come at once
_NEARLY, _KEPT = 0.97, 0.95  # of a budget that is spent, and a burn rate that does not spend it


def exhausted(
    rules: Rules, rule: Alerting, alert: ExhaustedAlert, objective: Objective
) -> RuleTestFile:
    """Return the tests of the alert on a spent budget.

    Errors come at the beginning. What they spend stays spent while nothing is forgotten: the more
    is known, the larger is the budget, and the smaller the share of errors.
    """
    steps = objective.window / _STEP
    share = alert.threshold * objective.budget * steps
    requests = max(_REQUESTS, 2 * BAD_EVENTS / share)
    whole = share * requests
    bad = ceil(1.01 * share / _MOST)
    fires = ceil(bad / 1.01) + ceil(alert.for_ / _STEP)
    end = max(fires, bad) + 3
    few = 0.8 * BAD_EVENTS / (1.01 * whole) * requests
    stories = (
        Story(
            name="just-over",
            phases=_spent("just-over", 1.01 * whole, (bad, end), objective, requests),
            value=1.01 * alert.threshold,
            fires=True,
            begins=max(fires, bad) * 5,
        ),
        Story(
            name="just-under",
            phases=_spent("just-under", 0.99 * whole, (bad, end), objective, requests),
        ),
        Story(
            name="few-errors",
            phases=_spent("few-errors", 0.8 * BAD_EVENTS, (bad, end), objective, few),
        ),
        Story(name="no-errors", phases=_spent("no-errors", 0, (bad, end), objective, requests)),
    )
    minutes = [m * 5 for m in dict.fromkeys((fires - 1, max(fires, bad) + 1, end))]
    case = case_of("what is spent stays spent", stories, slo.BY, minutes, _STEP)
    return RuleTestFile(rule, named(rules.longterm, "longterm-slo.yml"), (case,), _STEP)


def _spent(
    name: str,
    errors: float,
    steps: tuple[int, int],
    objective: Objective,
    requests: float = _REQUESTS,
) -> tuple[Phase, ...]:
    """Return requests, and errors in the first of the steps only."""
    bad, end = steps
    return tuple(
        Phase((*_events(name, "requests", requests, objective),
               *_events(name, "errors", each, objective)), count)
        for each, count in ((errors / bad, bad), (0.0, end))
    )  # fmt: skip


def _events(name: str, kind: str, each: float, objective: Objective) -> tuple[InputSeries, ...]:
    """Return events of five minutes; and their sum, where the other server writes that, too."""
    labels = labels_of(slo.BY, name)
    found = (gauge(slo.longterm(kind), labels, each),)
    if objective.window not in slo.LONG:
        return found
    return (*found, InputSeries(slo.events(kind, objective.window), labels, (each,), counter=True))


def trend(rules: Rules, rule: Alerting, objective: Objective) -> RuleTestFile:
    """Return the tests of the alert on a budget that will be spent in three days."""
    fires = 1 + ceil(rule.for_ / _STEP)
    early = fires - 2
    limit = objective.window / (3 * DAY)

    def burning(
        name: str, *rates: tuple[float, int], errors: float = BAD_EVENTS
    ) -> tuple[Phase, ...]:
        burn, labels = slo.burn(6 * HOUR), labels_of(slo.BY, name)
        few = gauge(slo.events("errors", 6 * HOUR), labels, errors)
        events = tuple(
            s
            for kind, each in (("requests", _REQUESTS), ("errors", 0.0))
            for s in _events(name, kind, each, objective)
        )
        return tuple(Phase((*events, few, gauge(burn, labels, rate)), n) for rate, n in rates)

    stories = (
        Story(
            name="just-over",
            phases=burning("just-over", (1.01 * limit, fires + 9)),
            value=3 * DAY / 1.01,
            fires=True,
            begins=fires * 5,
        ),
        Story(name="just-under", phases=burning("just-under", (0.99 * limit, fires + 9))),
        *(
            ()
            if early < 1
            else (Story(name="short", phases=burning("short", (10 * limit, early), (0, 9))),)
        ),
        Story(name="no-errors", phases=burning("no-errors", (0, fires + 9))),
        Story(
            name="few-errors",
            phases=burning("few-errors", (10 * limit, fires + 9), errors=0.9 * BAD_EVENTS),
        ),
        Story(name="lasts", phases=_lasting("lasts", objective, fires + 9)),
    )
    minutes = [(fires - 1) * 5, (fires + 1) * 5, (fires + 8) * 5]
    case = case_of("what burns for long", stories, slo.BY, minutes, _STEP)
    files = named(rules.longterm, "longterm-slo.yml", "longterm-trend.yml")
    return RuleTestFile(rule, files, (case,), _STEP)


def _lasting(name: str, objective: Objective, steps: int) -> tuple[Phase, ...]:
    """Return a budget of which hardly anything is left, and errors that do not spend it."""
    share = _NEARLY * objective.budget * objective.window / _STEP
    labels = labels_of(slo.BY, name)
    more = (
        gauge(slo.burn(6 * HOUR), labels, _KEPT),
        gauge(slo.events("errors", 6 * HOUR), labels, 10 * BAD_EVENTS),
    )
    spent = _spent(name, share * _REQUESTS, (ceil(share / _MOST), steps), objective)
    return tuple(replace(phase, series=(*phase.series, *more)) for phase in spent)
