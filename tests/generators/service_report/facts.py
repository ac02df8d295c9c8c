"""The facts of a report, each with its name and as a reader has to find it in every format.

Those of a signal name it, and have to stand where it does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.summary.wording import change, elapsed, shown
from generators.service_report.model import Health, ReportedSignal, ServiceReport
from generators.service_report.words import time

_Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A text with what it is; of a signal, or of the whole report."""

    what: str
    text: str
    signal: str = ""


def facts(report: ServiceReport) -> list[Fact]:
    """Return every fact that there is: an empty text would be found anywhere."""
    named = (
        *_head(report),
        *_regions(report),
        *_alerts(report),
        *_budgets(report),
        *_anomalies(report),
        *_monitoring(report),
        *_sources(report),
    )
    whole = [Fact(what, text) for what, text in named if text]
    of_signals = [
        Fact(what, text, one.signal.name)
        for one in report.signals
        for what, text in _signal(one)
        if text
    ]
    return whole + of_signals


def _head(report: ServiceReport) -> Iterator[_Named]:
    yield "service", report.service
    yield "chosen service", report.chosen_service
    yield "start", time(report.span.start)
    yield "end", time(report.span.end)
    yield from (("reason", reason) for reason in report.reasons)
    yield from (("not known", one) for one in report.unknown)


def _signal(one: ReportedSignal) -> Iterator[_Named]:
    signal, unit = one.signal, one.signal.unit
    name = signal.name
    yield name, name
    if signal.now is not None or not signal.places:
        yield name, shown(signal.now, unit)
    for what, value in (("latest", one.latest), ("worst", signal.worst)):
        if value is not None:
            yield f"{name} {what}", shown(value, unit)
    for then in (signal.before, signal.week_ago):
        yield f"{name} change", change(signal.now, then, unit)
    yield from ((f"{name} limit", limit.text) for limit in signal.limits)
    if one.target is not None:
        yield f"{name} target", one.target.text
    yield f"{name} why", one.why
    if signal.now is None:
        for place in signal.places:
            yield f"{name} place", shown(place.value, unit)
            yield f"{name} place", place.labels[0][1]


def _regions(report: ServiceReport) -> Iterator[_Named]:
    for row in report.regions.rows:
        yield "region", row.region
        for column, cell in zip(report.regions.columns, row.cells, strict=True):
            yield f"{column.name} of {row.region}", shown(cell.value, column.unit)


def _alerts(report: ServiceReport) -> Iterator[_Named]:
    alerts = report.alerts
    yield "source of alerts", alerts.source
    for one in (*alerts.firing, *alerts.recent):
        yield from ((one.name, text) for text in (one.name, one.place, one.summary))
        yield from ((one.name, text) for text in (one.value, one.limit, *one.remarks))
        yield from ((one.name, time(at)) for at in (one.began, one.ended) if at is not None)
        if one.acknowledged is not None and one.known:
            yield f"{one.name} acknowledged", one.acknowledged.user
            yield f"{one.name} acknowledged", one.acknowledged.comment


def _budgets(report: ServiceReport) -> Iterator[_Named]:
    for one in report.budgets:
        found = one.budget
        yield "budget", found.signal
        yield "budget share", shown(found.share, "ratio")
        yield "budget left", shown(found.remaining, "ratio")
        if found.spent_in is not None:
            yield "budget spent in", elapsed(found.spent_in)


def _anomalies(report: ServiceReport) -> Iterator[_Named]:
    for one in report.anomalies.found:
        yield "anomaly", one.noun
        yield "anomaly", shown(one.value, one.unit)
        yield "anomaly expected", shown(one.expected, one.unit)
        yield "anomaly distance", f"{abs(one.distance):.1f}"
        yield "anomaly start", time(one.start)
        if one.end is not None:
            yield "anomaly end", time(one.end)
        if one.fires:
            yield "anomaly alert", one.alert


def _monitoring(report: ServiceReport) -> Iterator[_Named]:
    for one in (*report.monitoring, *report.costs):
        found = one.figure
        yield "figure", found.noun
        yield found.noun, shown(found.value, found.unit)
        if found.target is not None:
            yield f"{found.noun} target", shown(found.target, found.unit)
    if report.ages:
        yield "newest", elapsed(min(age.seconds for age in report.ages))
    for age in report.ages:
        if age.health is Health.OK:
            continue
        yield "family", age.family
        yield f"age of {age.family}", elapsed(age.seconds)
        if age.usual is not None:
            yield f"delay of {age.family}", elapsed(age.usual)
    for gap in report.gaps:
        yield "gap", gap.family
        yield f"gap of {gap.family}", elapsed(gap.seconds)


def _sources(report: ServiceReport) -> Iterator[_Named]:
    for one in report.sources:
        yield from ((one.name, text) for text in (one.what, one.url, one.fault))
