"""A report as JSON, which docs/report.md describes field by field.

A value that people read stands beside its number as they read it; what nobody knows is null.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from exporter.json_output import json_document
from exporter.prometheus.api import Labels
from exporter.summary.alerts import AlertsState, AlertState
from exporter.summary.label_text import place
from exporter.summary.model import PlaceValue
from exporter.summary.wording import change, elapsed, shown
from generators.service_report import words
from generators.service_report.board_json import board_body
from generators.service_report.formats import RenderOptions
from generators.service_report.model import (
    BoardsReport,
    FamilyAge,
    JudgedPlace,
    RegionalComparison,
    ReportedAnomalies,
    ReportedBudget,
    ReportedFigure,
    ReportedSignal,
    ReportSource,
    ServiceReport,
)
from generators.service_report.words import MARKS

Body = dict[str, Any]


def render(report: ServiceReport, options: RenderOptions) -> str:
    """Return the state of the service."""
    del options
    return _written(_service(report))


def render_boards(report: BoardsReport, options: RenderOptions) -> str:
    """Return dashboards."""
    del options
    body = {
        "made": report.made,
        "version": report.version,
        "boards": [board_body(board) for board in report.boards],
        "unknown": list(report.unknown),
        "sources": _sources(report.sources),
    }
    return _written(body)


def _written(body: Body) -> str:
    return json_document("report", body) + "\n"


def _service(report: ServiceReport) -> Body:
    return {
        "service": report.service,
        "chosen": {
            "service": report.chosen_service or None,
            "region": report.chosen_region or None,
        },
        "from": report.span.start,
        "to": report.span.end,
        "data_since": report.since,
        "period": words.period(report),
        "made": report.made,
        "version": report.version,
        "health": report.health.value,
        "mark": MARKS[report.health],
        "headline": words.headline(report),
        "reasons": list(report.reasons),
        "signals": [_signal(one) for one in report.signals],
        "regions": _regions(report.regions),
        "alerts": _alerts(report.alerts, report.span.end),
        "budgets": [_budget(one) for one in report.budgets],
        "anomalies": _anomalies(report.anomalies),
        "monitoring": [_figure(one) for one in report.monitoring],
        "costs": [_figure(one) for one in report.costs],
        "ages": [_age(one) for one in report.ages],
        "gaps": [{**asdict(one), "text": elapsed(one.seconds)} for one in report.gaps],
        "unknown": list(report.unknown),
        "complete": report.complete,
        "sources": _sources(report.sources),
    }


def _value(value: float | None, unit: str | None) -> Body:
    return {"value": value, "text": shown(value, unit)}


def _signal(one: ReportedSignal) -> Body:
    signal, unit = one.signal, one.signal.unit
    return {
        "name": signal.name,
        "noun": signal.noun,
        "unit": unit,
        "direction": signal.direction,
        "health": one.health.value,
        "mark": MARKS[one.health],
        "why": one.why or None,
        "value": _value(signal.now, unit),
        "latest": _value(one.latest, unit),
        "worst": _value(signal.worst, unit),
        "before": _compared(signal.now, signal.before, unit),
        "week_ago": _compared(signal.now, signal.week_ago, unit),
        "target": None if one.target is None else {**one.target.model_dump(), "missed": one.missed},
        "objective": None if one.objective is None else _value(one.objective, "ratio"),
        "limits": [asdict(limit) for limit in signal.limits],
        "places": [_place(place_, unit) for place_ in signal.places],
        "latest_by_place": [_judged(place_, unit) for place_ in one.latest_by],
        "line": list(signal.line),
        "line_before": list(signal.line_before),
        "resolutions": {
            name: None if found is None else found.value
            for name, found in asdict(one.resolutions).items()
        },
        "from": words.resolutions(one),
        "url": signal.url,
    }


def _compared(now: float | None, then: float | None, unit: str | None) -> Body:
    return {**_value(then, unit), "change": change(now, then, unit) or None}


def _place(one: PlaceValue, unit: str | None) -> Body:
    return {**_where(one.labels), **_value(one.value, unit)}


def _where(labels: Labels) -> Body:
    return {"labels": dict(labels), "place": place(dict(labels))}


def _judged(one: JudgedPlace, unit: str | None) -> Body:
    found = {"health": one.health.value, "beyond": one.beyond or None}
    return {**_place(one.place, unit), **found}


def _regions(found: RegionalComparison) -> list[Body]:
    return [
        {
            "region": row.region,
            "signals": {
                column.name: {**_value(cell.value, column.unit), "health": cell.health.value}
                for column, cell in zip(found.columns, row.cells, strict=True)
            },
        }
        for row in found.rows
    ]


def _alerts(alerts: AlertsState, end: float) -> Body:
    return {
        "firing": [_alert(one, end) for one in alerts.firing],
        "recent": [_alert(one, end) for one in alerts.recent],
        "more": alerts.more,
        "known": alerts.known,
        "recent_known": alerts.recent_known,
        "source": alerts.source,
        "unknown": alerts.unknown or None,
    }


def _alert(one: AlertState, end: float) -> Body:
    given = one.acknowledged
    return {
        "name": one.name,
        "severity": one.severity,
        **_where(one.labels),
        "summary": one.summary or None,
        "value": one.value or None,
        "limit": one.limit or None,
        "began": one.began,
        "ended": one.ended,
        "when": words.firing(one, end),
        "acknowledged": None if given is None else asdict(given),
        "acknowledgement_known": one.known,
        "acknowledgement": words.acknowledged(one, end) or None,
        "remarks": list(one.remarks),
        "url": one.url or None,
    }


def _budget(one: ReportedBudget) -> Body:
    found = one.budget
    return {
        "signal": found.signal,
        **_where(found.labels),
        "health": one.health.value,
        "share": _value(found.share, "ratio"),
        "remaining": _value(found.remaining, "ratio"),
        "spent_in": found.spent_in,
        "pace_known": not found.young,
        "text": words.budget(one),
    }


def _anomalies(found: ReportedAnomalies) -> Body:
    return {
        "series": found.series,
        "unknown": found.unknown or None,
        "found": [
            {
                "signal": one.signal,
                "noun": one.noun,
                **_where(one.place),
                "from": one.start,
                "to": one.end,
                "at": one.at,
                "value": _value(one.value, one.unit),
                "expected": _value(one.expected, one.unit),
                "distance": one.distance,
                "alert": one.alert,
                "fires": one.fires,
                "text": words.anomaly(one),
            }
            for one in found.found
        ],
    }


def _figure(one: ReportedFigure) -> Body:
    found = one.figure
    return {
        "name": found.name,
        "noun": found.noun,
        "unit": found.unit,
        "direction": found.direction,
        "health": one.health.value,
        **_value(found.value, found.unit),
        "target": None if found.target is None else _value(found.target, found.unit),
        "missed": found.missed,
    }


def _age(one: FamilyAge) -> Body:
    return {
        "project": one.project,
        "family": one.family,
        "seconds": one.seconds,
        "usual": one.usual,
        "health": one.health.value,
        "text": words.age(one),
    }


def _sources(sources: Iterable[ReportSource]) -> list[Body]:
    return [{**asdict(one), "fault": one.fault or None} for one in sources]
