"""Error budgets: errors and requests as events, burn rates of several windows, what is left.

Windows longer than five minutes are increases of the running counters, added up over regions, so
that a gap in scrapes or evaluations costs nothing. All are ratios of events: never means of ratios.
A window of which only a part is known yet has burnt for that part alone.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from exporter.settings import Settings
from generators import burn_rates
from generators.alert_table import BurnAlert, BurnWindow, ExhaustedAlert, Objective
from generators.limits import number
from generators.policy import BAD_EVENTS, EVALUATION, HOUR, KEEP_FIRING_FOR, WINDOW, exhausted_alert
from generators.rules import bridging, budget_events, budget_texts, running
from generators.rules.annotations import annotations
from generators.rules.budgets import AWAY, BUDGETS, BY, DENSE, LATENCY, Budget, Promises, budget_of
from generators.rules.model import Alerting, Group, Pairs, Recording, Rule, RuleFile
from generators.rules.names import span
from generators.selectors import AnyMatcher, selector
from generators.services import Variant, variants

LONG_TERM = running.SPARSE  # seconds between the samples that are kept for the long term
SHORT = (5 * 60, 30 * 60, HOUR, 2 * HOUR, 6 * HOUR)
LONG = (24 * HOUR, 72 * HOUR)


def _budgets(settings: Settings) -> Iterator[tuple[Budget, Promises]]:
    """Yield each budget that the settings promise something about, with the promises."""
    for budget in BUDGETS:
        promised = budget.promises(settings)
        if promised:
            yield budget, promised


def recordings(settings: Settings, missing: frozenset[str]) -> tuple[Recording, ...]:
    """Return the rules for the running counters, and for the windows of minutes and hours."""
    found = list(running.recordings(missing))
    for budget, promised in _budgets(settings):
        if budget is LATENCY:
            found.append(budget_events.counters(promised))
        known = f"max by ({', '.join(BY)}) (timestamp({budget.counters(WINDOW)}))"
        found.append(Recording(budget.known(WINDOW), known, BY))
        used = _short(settings, budget)
        for window in used:
            found += budget_events.within(budget, window, promised)
        found += (_burn(budget, window, promised) for window in used)
    return tuple(found)


def _short(settings: Settings, budget: Budget) -> tuple[int, ...]:
    """Return the windows of minutes and hours, with those that some objective needs besides."""
    found = (_burn_alert(budget, 0, each) for each in burn_rates.each(settings))
    more = {window.long for alert in found if alert is not None for window in alert.windows}
    return tuple(sorted({*SHORT, *more}))


def _burn_alert(budget: Budget, number_: int, settings: Settings) -> BurnAlert | None:
    """Return the row of an alert on a budget; 0 is the critical one."""
    of = budget.promised(settings)
    return None if of is None else burn_rates.alerts(settings, of)[number_]


def _ratio(bad: str, requests: str) -> str:
    # Without requests there is no ratio, where 0 / 0 would be NaN.
    return f"{bad} / ({requests} > 0)"


def _whole_ratio(budget: Budget, promise: Variant[Objective]) -> str:
    """Return the ratio over a promise's whole window, as the group of budgets reads it."""
    window = promise.row.window
    bad = selector(budget.bad(window), promise.matchers)
    return _ratio(_held(bad, window), _held(budget.requests(window), window))


def _held(series: str, window: float) -> str:
    """Return a series as a group reads it that does not record windows of days."""
    return running.held(series) if window in LONG else series


def _burn(budget: Budget, window: float, promised: Promises) -> Recording:
    known = "" if window == WINDOW else f" * {_known(budget, window)}"
    ratios = (
        (_ratio(selector(budget.bad(window), p.matchers), budget.requests(window)), p.row.budget)
        for p in promised
    )
    rates = (f"{ratio} / {number(allowed)}{known}" for ratio, allowed in ratios)
    return Recording(budget.burn(window), "\nor\n".join(rates), BY)


def _known(budget: Budget, window: float) -> str:
    """Return the share of a window of which events are known: 1, but for the first one.

    Where there are counters from before the window, they bridge whatever gap there is in it, and a
    gap over the beginning of a window of hours. Else events are known from the first of them on.
    """
    known, ago = budget.known(window), span(window)
    looked = window / 2 if window <= SHORT[-1] else 0 if window <= DENSE else 2 * running.SPARSE
    before = f"last_over_time({known}[{span(looked)}]" if looked else f"({known}"
    first = f"({before} offset {ago}) or min_over_time({known}[{ago}]))"
    return f"clamp_max((time() - {first}) / {number(window)}, 1)"


def longterm_recordings(settings: Settings) -> tuple[Recording, ...]:
    """Return the rules for the windows of days; with the other aggregates of the long term."""
    found: list[Recording] = []
    for budget, promised in _budgets(settings):
        labels = running.labels(budget.family)
        found.append(running.copied(budget.running, (*labels, *(m.label for m in budget.every))))
        found.append(running.copied(budget.known(WINDOW), BY))
        for window in LONG:
            found += budget_events.within(budget, window, promised)
        found += (_burn(budget, window, promised) for window in LONG)
    return tuple(found)


def budget_recordings(budget: Budget, promised: Promises) -> tuple[Recording, ...]:
    """Return the rules for the whole windows of objectives, where so much past is kept.

    Where less than the window is known, the budget of the whole window is taken from what is known:
    a day of errors does not spend the budget of thirty. A service without a request for a day is
    taken for deleted: it has no budget any more.
    """
    windows = dict.fromkeys(p.row.window for p in promised)
    counters = budget.counters(max(windows))
    good = (f"1 - {_whole_ratio(budget, p)}" for p in promised)
    spent = (
        f"{_whole_ratio(budget, p)} / {number(p.row.budget)} * {_known(budget, p.row.window)}"
        for p in promised
    )
    exhaustion = "\nor\n".join(_exhaustion(budget, p) for p in promised)
    return (
        *(
            rule
            for window in windows
            if window not in LONG
            for rule in budget_events.within(budget, window, promised)
        ),
        Recording(budget.share, _of_existing(good, counters), BY),
        Recording(budget.spent, _of_existing(spent, counters), BY),
        Recording(budget.remaining, f"1 - {budget.spent}", BY),
        Recording(budget.exhaustion, exhaustion, BY),
    )


def _of_existing(texts: Iterable[str], counters: str) -> str:
    found = [*texts]
    text = found[0] if len(found) == 1 else "(" + "\nor\n".join(found) + ")"
    return running.of_existing(text, counters, BY)


def _exhaustion(budget: Budget, promise: Variant[Objective]) -> str:
    # No more than the objective allows spends it: as much leaves the window as enters it.
    left = f"({selector(budget.remaining, promise.matchers)} > 0)"
    return f"{left} * {number(promise.row.window)} / ({budget.burn(6 * HOUR)} > 1)"


def burn_alerts(settings: Settings, number_: int) -> tuple[Alerting, ...]:
    """Return the forms of an alert on a budget that burns too fast: 0 for the critical one."""
    return tuple(
        _burn_rule(settings, form)
        for budget in BUDGETS
        for form in variants(settings, BY, partial(_burn_alert, budget, number_))
    )


def _burn_rule(settings: Settings, form: Variant[BurnAlert]) -> Alerting:
    """Return one form of the alert: it fires in any of its pairs of windows."""
    alert = form.row
    text = budget_texts.burning(alert)
    return Alerting(
        alert=alert.name,
        expr=burning(alert, pairs(alert, form.matchers), form.matchers),
        labels=_labels(alert.severity, alert.objective, form.team),
        annotations=annotations(settings, alert.name, text, BY, AWAY),
        source=alert,
        panel=text.panel,
        carried=BY,
        only=form.matchers,
        services=form.services,
        about=budget_texts.about(alert.objective),
        for_=alert.for_,
        keep_firing_for=KEEP_FIRING_FOR,
    )


def burning(alert: BurnAlert, conditions: Iterable[str], matchers: tuple[AnyMatcher, ...]) -> str:
    """Return the expression of an alert that fires in any of these conditions.

    While data is away it goes on: what windows hold as they run empty does not end it.
    """
    budget = budget_of(alert.objective)
    last = (
        f"{of}_over_time({selector(budget.burn(window.long), matchers)}[{bridging.LONGEST}]) > "
        f"{number(rate)}"
        for of in ("last", "max")
        for window, rate in zip(alert.windows, alert.factors, strict=True)
    )
    firing = bridging.FiringAlert(alert.name, budget.signal)
    return bridging.bridged(firing, BY, AWAY, "\nor\n".join(conditions), "\nor\n".join(last))


def pairs(alert: BurnAlert, matchers: tuple[AnyMatcher, ...]) -> tuple[str, ...]:
    """Return the condition of each pair of windows.

    The long window shows that much is spent, the short one that it goes on: without it the alert
    would last for hours after the end. It needs a minimum of errors: otherwise one failed request
    in a quiet night would wake somebody.
    """
    return tuple(
        _pair(budget_of(alert.objective), window, number(rate), matchers)
        for window, rate in zip(alert.windows, alert.factors, strict=True)
    )


def _pair(budget: Budget, window: BurnWindow, rate: str, matchers: tuple[AnyMatcher, ...]) -> str:
    long = _held(selector(budget.burn(window.long), matchers), window.long)
    bad = _held(budget.bad(window.long), window.long)
    short = budget.burn(window.short)
    return f"(\n  {long} > {rate}\n  and {short} > {rate}\n  and {bad} >= {BAD_EVENTS}\n)"


def _labels(severity: str, of: Objective, team: str) -> Pairs:
    return (
        ("severity", severity),
        ("signal", of.signal),
        ("category", "slo"),
        *((("team", team),) if team else ()),
    )


def exhausted(settings: Settings, budget: Budget) -> tuple[Alerting, ...]:
    """Return the forms of the alert on a budget that is spent."""
    forms = variants(settings, BY, partial(_exhausted_alert, budget))
    return tuple(_exhausted(settings, form) for form in forms)


def _exhausted_alert(budget: Budget, settings: Settings) -> ExhaustedAlert | None:
    of = budget.promised(settings)
    return None if of is None else exhausted_alert(settings, of)


def _exhausted(settings: Settings, form: Variant[ExhaustedAlert]) -> Alerting:
    alert, promised = form.row, form.row.objective
    budget, text = budget_of(promised), budget_texts.spent(alert)
    return Alerting(
        alert=alert.name,
        expr=f"{selector(budget.spent, form.matchers)} >= {number(alert.threshold)}\n"
        f"and {_held(budget.bad(promised.window), promised.window)} >= {BAD_EVENTS}",
        labels=_labels(alert.severity, promised, form.team),
        annotations=annotations(settings, alert.name, text, BY),
        source=alert,
        panel=text.panel,
        carried=BY,
        only=form.matchers,
        services=form.services,
        about=budget_texts.about(promised),
        for_=alert.for_,
    )


def file(settings: Settings) -> RuleFile:
    """Return the alerts on windows of days."""
    group = Group("ion_slo", EVALUATION, burn_alerts(settings, 1))
    return RuleFile("slo.yml", "The error budget, burning for long.", (group,))


def longterm_file(settings: Settings) -> RuleFile:
    """Return what is worked out from the whole window of the objective."""
    rules: list[Rule] = []
    for budget, promised in _budgets(settings):
        rules += (*budget_recordings(budget, promised), *exhausted(settings, budget))
    group = Group("ion_budget", LONG_TERM, tuple(rules))
    about = "The error budget of the objective's window; for the server with 90 days."
    return RuleFile("longterm-slo.yml", about, (group,))
