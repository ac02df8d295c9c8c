"""The words that all formats of a report share: marks, headline, times, a line for each part."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from exporter.summary.alerts import AlertsState, AlertState
from exporter.summary.label_text import place
from exporter.summary.read import longest_first
from exporter.summary.sentences import budget_of, left, pace, places
from exporter.summary.wording import change, elapsed, rounded, shown
from generators.plurals import counted
from generators.report import time_axis
from generators.service_report.model import (
    FamilyAge,
    Health,
    ReportedAnomalies,
    ReportedAnomaly,
    ReportedBudget,
    ReportedSignal,
    Resolution,
    ServiceReport,
)

MARKS = {
    Health.OK: "✓",
    Health.WARNING: "⚠",
    Health.FAILING: "✗",
    Health.UNKNOWN: "?",
    Health.UNJUDGED: "",
}
_DAY = 86_400.0
_HEALTHY = "healthy: nothing fires, and all that is known is within its limits and targets"
_RESOLUTIONS = {
    Resolution.MINUTE: "each minute",
    Resolution.FIVE_MINUTES: "each five minutes",
    Resolution.PAGE: "the exporter's page",
    None: "no data",
}


def marked(health: Health, text: str) -> str:
    """Return a text behind its mark, if it has one."""
    return f"{MARKS[health]} {text}".lstrip()


def time(at: float) -> str:
    """Return a time in UTC: 2026-11-29 08:00; `not known` for what no calendar has."""
    return time_axis.written(at, "%Y-%m-%d %H:%M")


def title(report: ServiceReport) -> str:
    """Return what a report is of: ion, checkout in europe-west1."""
    chosen = " in ".join(filter(None, (report.chosen_service, report.chosen_region)))
    return f"{report.service}, {chosen}" if chosen else report.service


def period(report: ServiceReport) -> str:
    """Return which time a report is about."""
    span, since = report.span, report.since
    whole = elapsed(span.seconds)
    text = f"{time(span.start)} to {time(span.end)} UTC ({whole})"
    if since is None:
        return text
    return f"{text}; data since {time(since)}, {elapsed(span.end - since)} of {whole}"


def observed(report: ServiceReport) -> str:
    """Return what heads the values: the time that they are of, as far as it has data."""
    begin = report.span.start if report.since is None else report.since
    return f"in {elapsed(report.span.end - begin)}"


def headline(report: ServiceReport) -> str:
    """Return how the service is, in one sentence."""
    if not report.reasons:
        return _HEALTHY
    more = len(report.reasons) - 1
    rest = f"; and {counted(more, 'more reason')}" if more else ""
    return f"{report.reasons[0]}{rest}"


def before(report: ServiceReport) -> str:
    """Return the word for the period that a report compares with."""
    return "yesterday" if report.span.seconds <= _DAY else "before"


def value(one: ReportedSignal) -> str:
    """Return a signal over the period; shares are named one by one, the greatest first."""
    signal = one.signal
    if signal.now is not None or not signal.places:
        return shown(signal.now, signal.unit)
    return "shares"


def changes(one: ReportedSignal) -> tuple[str, str]:
    """Return the change against the period before and against a week ago; empty if not known."""
    signal = one.signal
    return (
        change(signal.now, signal.before, signal.unit),
        change(signal.now, signal.week_ago, signal.unit),
    )


def details(one: ReportedSignal) -> Iterator[str]:
    """Yield what belongs to a signal beside its value: last and worst five minutes, limits."""
    signal = one.signal
    if one.latest is not None:
        yield f"last 5m {shown(one.latest, signal.unit)}"
    if signal.worst is not None and signal.direction != "none":
        yield f"worst 5m {shown(signal.worst, signal.unit)}"
    yield from (f"{limit.severity} {limit.text}" for limit in signal.limits)
    if one.objective is not None:
        yield f"objective {shown(one.objective, 'ratio')}"
    if one.target is not None:
        yield f"target {one.target.text}{' - MISSED' if one.missed else ''}"
    if one.resolutions.now is not None:
        yield f"from {resolutions(one)}"


def resolutions(one: ReportedSignal) -> str:
    """Return from which resolution a signal's numbers came; once, where all came from one."""
    found = one.resolutions
    now = _RESOLUTIONS[found.now]
    parts = [now]
    for word, other in (
        ("the period before", found.before),
        ("a week ago", found.week_ago),
        ("the line", found.line),
    ):
        if other is not None and other is not found.now:
            parts.append(f"{word} {_RESOLUTIONS[other]}")
    return ", ".join(parts)


def firing(one: AlertState, now: float) -> str:
    """Return since when an alert fires, or from when to when it did."""
    if one.ended is not None:
        began = "earlier" if one.began is None else time(one.began)
        length = "" if one.began is None else f", for {elapsed(one.ended - one.began)}"
        return f"from {began} to {time(one.ended)}{length}"
    if one.began is None:
        return "since earlier than all that is remembered"
    return f"since {time(one.began)}, for {elapsed(now - one.began)}"


def acknowledged(one: AlertState, now: float) -> str:
    """Return who acknowledged an alert, or that nobody did; empty where that is not known."""
    if not one.known:
        return ""
    if one.acknowledged is None:
        return "nobody acknowledged it" if one.ended is None else "nobody had acknowledged it"
    given = one.acknowledged
    comment = f": {given.comment}" if given.comment else ""
    return f"acknowledged by {given.user} {elapsed(now - given.at)} ago{comment}"


def reading(one: AlertState) -> str:
    """Return the value of an alert and its limit, as far as they are known."""
    limit = f"limit {one.limit}" if one.limit else ""
    return ", ".join(filter(None, (one.value, limit)))


def none_firing(alerts: AlertsState) -> str:
    """Return what stands in place of alerts that fire, or below them; empty for nothing."""
    if alerts.known:
        return "" if alerts.firing else "Nothing fires."
    return "More may fire: not all is known." if alerts.firing else "What fires is not known."


def none_over(alerts: AlertsState) -> str:
    """Return what stands in place of alerts that were over, or below them."""
    if alerts.more:
        return f"and {alerts.more} more"
    if alerts.recent_known:
        return "" if alerts.recent else "Nothing ended."
    return "" if alerts.recent else "Nothing is known to have ended."


def spread(one: ReportedSignal) -> str:
    """Return a signal by place, the worst first; empty where the regions have it beside each other.

    Places that differ in more than their region, such as databases, are named.
    """
    found = one.signal.places
    differing = set().union(*(set(p.labels) for p in found)) if found else set()
    shared = set.intersection(*(set(p.labels) for p in found)) if found else set()
    names = {name for name, _ in differing - shared}
    return "" if names == {"region"} else places(one.signal)


def budget(one: ReportedBudget) -> str:
    """Return a budget in a sentence."""
    found = one.budget
    share = "" if found.share is None else f", {shown(found.share, 'ratio')} good"
    return f"{budget_of(found)}: {left(found)}{share}{pace(found)}"


def anomaly(one: ReportedAnomaly) -> str:
    """Return a stretch outside the band in a sentence."""
    away = f"{rounded(abs(one.distance), 1)} widths {'above' if one.distance > 0 else 'below'}"
    where = place(dict(one.place))
    until = "goes on" if one.end is None else f"until {time(one.end)}"
    fires = f"; {one.alert} fires" if one.fires else ""
    return (
        f"{one.noun}{f', {where}' if where else ''}: {shown(one.value, one.unit)} where "
        f"{shown(one.expected, one.unit)} is expected, {away}, "
        f"since {time(one.start)}, {until}{fires}"
    )


def none_odd(odd: ReportedAnomalies) -> str:
    """Return what stands in place of anomalies; empty where there are some."""
    if odd.found:
        return ""
    return f"None, in {odd.series} series." if odd.series else "Not known."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeGroup:
    """Families of a project whose newest points are equally old: most are polled together."""

    health: Health
    text: str
    project: str
    families: tuple[str, ...]


def late_groups(ages: Iterable[FamilyAge]) -> list[AgeGroup]:
    """Return what is later than its source promises, the latest first; equal ages once."""
    found: dict[tuple[Health, str, str], list[str]] = {}
    late = (one for one in ages if one.health is not Health.OK)
    for one in sorted(late, key=lambda one: longest_first(one.seconds - (one.usual or 0.0))):
        found.setdefault((one.health, age(one), one.project), []).append(one.family)
    return [
        AgeGroup(health=health, text=text, project=project, families=tuple(families))
        for (health, text, project), families in found.items()
    ]


def late(one: AgeGroup) -> str:
    """Return families that are late in a line."""
    return f"{one.text}, {one.project}: {', '.join(one.families)}"


def ages(found: Sequence[FamilyAge]) -> str:
    """Return how old the data are, in a line; empty where nothing is known of it."""
    if not found:
        return ""
    seconds = [one.seconds for one in found if isfinite(one.seconds)] or [nan]
    late = sum(one.health is not Health.OK for one in found)
    few = elapsed(min(seconds))
    range_ = few if len(seconds) == 1 else f"{few} to {elapsed(max(seconds))}"
    return (
        f"{counted(len(found), 'metric')}, the newest point of each "
        f"{range_} old; {late or 'none'} later than the source promises"
    )


def age(one: FamilyAge) -> str:
    """Return how old a family's newest point is, and how late its points usually come."""
    usual = "" if one.usual is None else f" (readable after {elapsed(one.usual)})"
    return f"{elapsed(one.seconds)}{usual}"
