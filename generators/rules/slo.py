"""Error budgets: errors and requests as events, burn rates of several windows, what is left.

Windows longer than five minutes are increases of the running counters, added up over regions, so
that a gap in scrapes or evaluations costs nothing. All are ratios of events: never means of ratios.
A window of which only a part is known yet has burnt for that part alone.
"""

from collections.abc import Iterator

from exporter.catalog import cloud_run
from exporter.catalog.expression import Matcher
from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators import boards
from generators.alert_table import BurnAlert
from generators.limits import condition, limit, number, times
from generators.policy import (
    BAD_EVENTS,
    EVALUATION,
    HOUR,
    KEEP_FIRING_FOR,
    WINDOW,
    Objective,
    Policy,
)
from generators.rules import running
from generators.rules.annotations import annotations, place, value
from generators.rules.model import Alerting, Group, Pairs, Recording, Rule, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import recorded
from generators.rules.rows import AlertText
from generators.selectors import selector

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


COUNTERS = running.name(cloud_run.REQUESTS)
KNOWN = series(BY, "slo_counters", "count")
SPENT = series(BY, "slo_budget_spent", "ratio")
REMAINING = series(BY, "slo_budget_remaining", "ratio")
AVAILABILITY = series(BY, "slo_availability", "ratio")
EXHAUSTION = series(BY, "slo_exhaustion", "seconds")


def recordings(policy: Policy) -> tuple[Recording, ...]:
    """Return the rules for the running counters, and for the windows of minutes and hours."""
    windows = (rule for window in SHORT[1:] for rule in _window(window))
    burns = (_burn(window, policy.objective) for window in SHORT)
    known = Recording(KNOWN, f"count by ({_BY}) ({COUNTERS})", BY)
    return (*running.recordings(policy.missing), known, *_five_minutes(), *windows, *burns)


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


def _burn(window: float, objective: Objective) -> Recording:
    # Without requests there is no ratio, where 0 / 0 would be NaN.
    ratio = f"{events('errors', window)} / ({events('requests', window)} > 0)"
    rate = f"{ratio} / {number(objective.budget)}"
    return Recording(burn(window), rate if window == WINDOW else f"{rate} * {_known(window)}", BY)


def _known(window: float) -> str:
    """Return the share of a window of which events are known: 1, but for the first one.

    Where there are counters from before the window, they bridge whatever gap there is in it, and a
    gap over the beginning of a window of hours. Else it is the minutes between samples of them.
    """
    begun = f"last_over_time({KNOWN}[{span(window / 2)}]" if window in SHORT else f"({KNOWN}"
    minutes = f"(count_over_time({KNOWN}[{span(window)}]) - 1)"
    share = f"{minutes} / {number(window / EVALUATION)}"
    return f"clamp_max({begun} offset {span(window)}) or {share}, 1)"


def longterm_recordings(objective: Objective) -> tuple[Recording, ...]:
    """Return the rules for the windows of days; with the other aggregates of the long term."""
    windows = (rule for window in LONG for rule in _window(window))
    return (*windows, *(_burn(window, objective) for window in LONG))


def budget(objective: Objective) -> tuple[Recording, ...]:
    """Return the rules for the whole window, where so much past is kept.

    Where less than the window is known, the budget of the whole window is taken from what is known:
    a day of errors does not spend the budget of thirty. A service without a request for a day is
    taken for deleted: it has no budget any more.
    """
    window = objective.window
    requests, errors = (events(kind, window) for kind in ("requests", "errors"))
    ratio = f"{errors} / ({requests} > 0)"
    spent = f"{ratio} / {number(objective.budget)} * {_known(window)}"
    return (
        *(_window(window) if window not in LONG else ()),
        Recording(AVAILABILITY, running.of_existing(f"1 - {ratio}", COUNTERS, BY), BY),
        Recording(SPENT, running.of_existing(spent, COUNTERS, BY), BY),
        Recording(REMAINING, f"1 - {SPENT}", BY),
        Recording(
            EXHAUSTION,
            # No more than the objective allows spends it: as much leaves the window as enters it.
            f"({REMAINING} > 0) * {number(window)} / ({burn(6 * HOUR)} > 1)",
            BY,
        ),
    )


def burn_alert(settings: Settings, alert: BurnAlert) -> Alerting:
    """Return the alert on a budget that burns too fast, in any of its pairs of windows."""
    pace = "much too fast" if alert.severity == "critical" else "too fast"
    text = AlertText(
        f"The error budget for {number(settings.objectives.availability * 100)} % availability "
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
        expr="\nor\n".join(_pairs(alert)),
        labels=_labels(alert.severity),
        annotations=annotations(settings, alert.name, text, BY),
        source=alert,
        panel=text.panel,
        carried=BY,
        for_=alert.for_,
        keep_firing_for=KEEP_FIRING_FOR,
    )


def _paces(alert: BurnAlert) -> str:
    """Return the limits in short: 14.4× over 1h or 6× over 6h."""
    pairs = zip(alert.windows, alert.factors, strict=True)
    return " or ".join(f"{times(factor)} over {span(window.long)}" for window, factor in pairs)


def _pairs(alert: BurnAlert) -> Iterator[str]:
    """Yield the condition of each pair of windows.

    The long window shows that much is spent, the short one that it goes on: without it the alert
    would last for hours after the end. It needs a minimum of errors: otherwise one failed request
    in a quiet night would wake somebody.
    """
    for window, rate in zip(alert.windows, alert.factors, strict=True):
        yield (
            f"(\n  {burn(window.long)} > {number(rate)}\n  and {burn(window.short)} > "
            f"{number(rate)}\n  and {events('errors', window.long)} >= {BAD_EVENTS}\n)"
        )


def _labels(severity: str) -> Pairs:
    return (("severity", severity), ("signal", "availability"), ("category", "slo"))


def exhausted(settings: Settings, policy: Policy) -> tuple[Alerting, ...]:
    """Return the alert on a budget that is spent, if there is to be one."""
    alert = policy.exhausted
    if alert is None:
        return ()
    window = span(policy.objective.window)
    text = AlertText(
        "The error budget {is} spent.",
        f"{place(BY)} has spent {value(Unit.RATIO)} of the error budget of {window}. "
        f"The alert fires when {limit(alert)} is spent.",
        "Check when it was spent. Postpone risky changes until it has recovered.",
        boards.BUDGET,
        value=value(Unit.RATIO),
        limit=limit(alert),
    )
    rule = Alerting(
        alert=alert.name,
        expr=f"{SPENT} >= {number(alert.threshold)}\n"
        f"and {events('errors', policy.objective.window)} >= {BAD_EVENTS}",
        labels=_labels(alert.severity),
        annotations=annotations(settings, alert.name, text, BY),
        source=alert,
        panel=text.panel,
        carried=BY,
        for_=alert.for_,
    )
    return (rule,)


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the alerts on windows of days."""
    rules = () if policy.burn is None else (burn_alert(settings, policy.burn),)
    group = Group("ion_slo", EVALUATION, rules)
    return RuleFile("slo.yml", "The error budget, burning for long.", (group,))


def longterm_file(settings: Settings, policy: Policy) -> RuleFile:
    """Return what is worked out from the whole window of the objective."""
    rules: tuple[Rule, ...] = (*budget(policy.objective), *exhausted(settings, policy))
    group = Group("ion_budget", LONG_TERM, rules)
    about = "The error budget of the objective's window; for the server with 90 days."
    return RuleFile("longterm-slo.yml", about, (group,))
