"""Error budgets: errors and requests as events, burn rates of several windows, what is left.

Windows longer than five minutes are increases of the running counters, added up over regions, so
that a gap in scrapes or evaluations costs nothing. All are ratios of events: never means of ratios.
A window of which only a part is known yet has burnt for that part alone.
"""

from collections.abc import Iterable, Iterator

from exporter.catalog import cloud_run
from exporter.catalog.expression import Matcher
from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators import boards, burn_rates
from generators.alert_table import BurnAlert, ExhaustedAlert, Objective
from generators.burn_rates import objective
from generators.limits import condition, limit, number, times
from generators.policy import (
    BAD_EVENTS,
    EVALUATION,
    HOUR,
    KEEP_FIRING_FOR,
    WINDOW,
    policy,
)
from generators.rules import bridging, running
from generators.rules.annotations import annotations, place, value
from generators.rules.model import Alerting, Group, Pairs, Recording, Rule, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import recorded
from generators.rules.rows import AlertText
from generators.selectors import AnyMatcher, selector
from generators.services import Variant, variants

BY = ("gcp_project", "service_name")
LONG_TERM = 5 * 60  # seconds between the samples that are kept for the long term
_BY = ", ".join(BY)
FAILED = (Matcher("response_code_class", ("5xx",)),)
SHORT = (5 * 60, 30 * 60, HOUR, 2 * HOUR, 6 * HOUR)
LONG = (24 * HOUR, 72 * HOUR)


def events(kind: str, window: float) -> str:
    """Return the name of the series of events within a window; kind: requests or errors."""
    return series(BY, f"slo_{kind}", f"increase{span(window)}")


def burn(window: float) -> str:
    """Return the name of the series of a window's burn rate."""
    return series(BY, "slo_burn_rate", f"ratio{span(window)}")


AWAY = bridging.markers(BY, (cloud_run.REQUESTS,))
COUNTERS = running.name(cloud_run.REQUESTS)
KNOWN = series(BY, "slo_counters", "timestamp")
SPENT = series(BY, "slo_budget_spent", "ratio")
REMAINING = series(BY, "slo_budget_remaining", "ratio")
AVAILABILITY = series(BY, "slo_availability", "ratio")
EXHAUSTION = series(BY, "slo_exhaustion", "seconds")


Promises = tuple[Variant[Objective], ...]


def promises(settings: Settings) -> Promises:
    """Return each objective with the services that it is for, whoever owns them."""
    nobody = {n: s.model_copy(update={"owner": None}) for n, s in settings.services.items()}
    return variants(settings.model_copy(update={"services": nobody}), BY, objective)


def recordings(settings: Settings, missing: frozenset[str]) -> tuple[Recording, ...]:
    """Return the rules for the running counters, and for the windows of minutes and hours."""
    used = _short(settings)
    promised = promises(settings)
    windows = (rule for window in used[1:] for rule in _window(window))
    burns = (_burn(window, promised) for window in used)
    known = Recording(KNOWN, f"max by ({_BY}) (timestamp({COUNTERS}))", BY)
    return (*running.recordings(missing), known, *_five_minutes(), *windows, *burns)


def _short(settings: Settings) -> tuple[int, ...]:
    """Return the windows of minutes and hours, with those that some objective needs besides."""
    found = (burn_rates.alerts(each)[0] for each in burn_rates.each(settings))
    more = {window.long for alert in found if alert is not None for window in alert.windows}
    return tuple(sorted({*SHORT, *more}))


def _five_minutes() -> Iterator[Recording]:
    base = recorded()[cloud_run.REQUESTS.name].name
    requests = f"sum by ({_BY}) ({base})"
    errors = f"sum by ({_BY}) ({selector(base, FAILED)})"
    yield Recording(events("requests", WINDOW), requests, BY)
    # Before the first error there is no 5xx series: errors are 0 then, and the ratio is known.
    yield Recording(events("errors", WINDOW), f"{errors} or {requests} * 0", BY)


def _window(window: float) -> Iterator[Recording]:
    requests, errors = (events(kind, window) for kind in ("requests", "errors"))
    yield Recording(requests, running.events(cloud_run.REQUESTS, window, BY), BY)
    failed = running.events(cloud_run.REQUESTS, window, BY, FAILED)
    yield Recording(errors, f"{failed} or {requests} * 0", BY)


def _ratio(window: float, matchers: Iterable[AnyMatcher]) -> str:
    # Without requests there is no ratio, where 0 / 0 would be NaN.
    errors = selector(events("errors", window), matchers)
    return f"{errors} / ({events('requests', window)} > 0)"


def _burn(window: float, promised: Promises) -> Recording:
    known = "" if window == WINDOW else f" * {_known(window)}"
    rates = (f"{_ratio(window, p.matchers)} / {number(p.row.budget)}{known}" for p in promised)
    return Recording(burn(window), "\nor\n".join(rates), BY)


def _known(window: float) -> str:
    """Return the share of a window of which events are known: 1, but for the first one.

    Where there are counters from before the window, they bridge whatever gap there is in it, and a
    gap over the beginning of a window of hours. Else events are known from the first of them on.
    """
    before = f"last_over_time({KNOWN}[{span(window / 2)}]" if window <= SHORT[-1] else f"({KNOWN}"
    first = f"({before} offset {span(window)}) or min_over_time({KNOWN}[{span(window)}]))"
    return f"clamp_max((time() - {first}) / {number(window)}, 1)"


def longterm_recordings(settings: Settings) -> tuple[Recording, ...]:
    """Return the rules for the windows of days; with the other aggregates of the long term."""
    windows = (rule for window in LONG for rule in _window(window))
    promised = promises(settings)
    return (*windows, *(_burn(window, promised) for window in LONG))


def budget(settings: Settings) -> tuple[Recording, ...]:
    """Return the rules for the whole windows of objectives, where so much past is kept.

    Where less than the window is known, the budget of the whole window is taken from what is known:
    a day of errors does not spend the budget of thirty. A service without a request for a day is
    taken for deleted: it has no budget any more.
    """
    promised = promises(settings)
    windows = dict.fromkeys(p.row.window for p in promised)
    available = (f"1 - {_ratio(p.row.window, p.matchers)}" for p in promised)
    spent = (
        f"{_ratio(p.row.window, p.matchers)} / {number(p.row.budget)} * {_known(p.row.window)}"
        for p in promised
    )
    return (
        *(rule for window in windows if window not in LONG for rule in _window(window)),
        Recording(AVAILABILITY, _of_existing(available), BY),
        Recording(SPENT, _of_existing(spent), BY),
        Recording(REMAINING, f"1 - {SPENT}", BY),
        Recording(EXHAUSTION, "\nor\n".join(map(_exhaustion, promised)), BY),
    )


def _of_existing(texts: Iterable[str]) -> str:
    found = [*texts]
    text = found[0] if len(found) == 1 else "(" + "\nor\n".join(found) + ")"
    return running.of_existing(text, COUNTERS, BY)


def _exhaustion(promise: Variant[Objective]) -> str:
    # No more than the objective allows spends it: as much leaves the window as enters it.
    left = f"({selector(REMAINING, promise.matchers)} > 0)"
    return f"{left} * {number(promise.row.window)} / ({burn(6 * HOUR)} > 1)"


def burn_alerts(settings: Settings, number_: int) -> tuple[Alerting, ...]:
    """Return the forms of an alert on a budget that burns too fast: 0 for the critical one."""
    forms = variants(settings, BY, lambda of: burn_rates.alerts(of)[number_])
    return tuple(_burn_alert(settings, form) for form in forms)


def _burn_alert(settings: Settings, form: Variant[BurnAlert]) -> Alerting:
    """Return one form of the alert: it fires in any of its pairs of windows."""
    alert, promised = form.row, form.row.objective
    pace = "much too fast" if alert.severity == "critical" else "too fast"
    text = AlertText(
        f"The error budget for {number(promised.availability * 100)} % availability "
        f"{{burns}} {pace}.",
        f'{place(BY)} spends its error budget at {{{{ $value | printf "%.1f" }}}}× the pace that '
        f"the objective allows. The alert fires {condition(alert)}.",
        "Check which regions, endpoints and codes fail, and the last deploy.",
        boards.BURN_RATES,
        value='{{ $value | printf "%.1f" }}×',
        limit=_paces(alert),
    )
    return Alerting(
        alert=alert.name,
        expr=burning(alert, pairs(alert, form.matchers), form.matchers),
        labels=_labels(alert.severity, form.team),
        annotations=annotations(settings, alert.name, text, BY, AWAY),
        source=alert,
        panel=text.panel,
        carried=BY,
        only=form.matchers,
        services=form.services,
        for_=alert.for_,
        keep_firing_for=KEEP_FIRING_FOR,
    )


def _paces(alert: BurnAlert) -> str:
    """Return the limits in short: 14.4× over 1h or 6× over 6h."""
    paces = zip(alert.windows, alert.factors, strict=True)
    return " or ".join(f"{times(factor)} over {span(window.long)}" for window, factor in paces)


def burning(alert: BurnAlert, conditions: Iterable[str], matchers: tuple[AnyMatcher, ...]) -> str:
    """Return the expression of an alert that fires in any of these conditions.

    While data is away it goes on where it burned when data was last there.
    """
    last = (
        f"last_over_time({selector(burn(window.long), matchers)}[{bridging.LONGEST}]) > "
        f"{number(rate)}\nand last_over_time({burn(window.short)}[{bridging.LONGEST}]) > "
        f"{number(rate)}"
        for window, rate in zip(alert.windows, alert.factors, strict=True)
    )
    return bridging.bridged(alert.name, BY, AWAY, "\nor\n".join(conditions), "\nor\n".join(last))


def pairs(alert: BurnAlert, matchers: tuple[AnyMatcher, ...]) -> tuple[str, ...]:
    """Return the condition of each pair of windows.

    The long window shows that much is spent, the short one that it goes on: without it the alert
    would last for hours after the end. It needs a minimum of errors: otherwise one failed request
    in a quiet night would wake somebody.
    """
    return tuple(
        f"(\n  {selector(burn(window.long), matchers)} > {number(rate)}\n  and "
        f"{burn(window.short)} > {number(rate)}\n  and {events('errors', window.long)} "
        f">= {BAD_EVENTS}\n)"
        for window, rate in zip(alert.windows, alert.factors, strict=True)
    )


def _labels(severity: str, team: str) -> Pairs:
    return (
        ("severity", severity),
        ("signal", "availability"),
        ("category", "slo"),
        *((("team", team),) if team else ()),
    )


def exhausted(settings: Settings) -> tuple[Alerting, ...]:
    """Return the forms of the alert on a budget that is spent."""
    forms = variants(settings, BY, lambda of: policy(of).exhausted)
    return tuple(_exhausted(settings, form) for form in forms)


def _exhausted(settings: Settings, form: Variant[ExhaustedAlert]) -> Alerting:
    alert, promised = form.row, form.row.objective
    text = AlertText(
        "The error budget {is} spent.",
        f"{place(BY)} has spent {value(Unit.RATIO)} of the error budget of "
        f"{span(promised.window)}. The alert fires when {limit(alert)} is spent.",
        "Check when it was spent. Postpone risky changes until it has recovered.",
        boards.BUDGET,
        value=value(Unit.RATIO),
        limit=limit(alert),
    )
    spent = selector(SPENT, form.matchers)
    return Alerting(
        alert=alert.name,
        expr=f"{spent} >= {number(alert.threshold)}\n"
        f"and {events('errors', promised.window)} >= {BAD_EVENTS}",
        labels=_labels(alert.severity, form.team),
        annotations=annotations(settings, alert.name, text, BY),
        source=alert,
        panel=text.panel,
        carried=BY,
        only=form.matchers,
        services=form.services,
        for_=alert.for_,
    )


def file(settings: Settings) -> RuleFile:
    """Return the alerts on windows of days."""
    group = Group("ion_slo", EVALUATION, burn_alerts(settings, 1))
    return RuleFile("slo.yml", "The error budget, burning for long.", (group,))


def longterm_file(settings: Settings) -> RuleFile:
    """Return what is worked out from the whole window of the objective."""
    rules: tuple[Rule, ...] = (*budget(settings), *exhausted(settings))
    group = Group("ion_budget", LONG_TERM, rules)
    about = "The error budget of the objective's window; for the server with 90 days."
    return RuleFile("longterm-slo.yml", about, (group,))
