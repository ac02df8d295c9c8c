"""The signals of a report as a dashboard: a chart each, with the line of the period before."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from exporter.catalog.signals import SIGNALS
from exporter.prometheus.api import TimeSpan
from exporter.summary.alerts import AlertState
from exporter.summary.chart import columns
from exporter.summary.wording import shown
from generators.dashboards.signal_style import decimals, unit
from generators.report import time_axis
from generators.report.display import DrawnStep, DrawnThresholds, Field, Style
from generators.report.model import (
    DrawnBoard,
    DrawnLegend,
    DrawnPanel,
    DrawnSeries,
    Event,
    GridPlace,
    PanelKind,
)
from generators.service_report import words
from generators.service_report.model import ReportedSignal, ServiceReport

_SEVERITIES = {"critical": "#D1344B", "high": "#D55E00", "medium": "#C98500", "low": "#3D9BD1"}
_MARKED = "critical"
_NOW, _BEFORE = "#0072B2", "#808080"  # as on the dashboards
_ACROSS, _HIGH = 3, 7  # panels in a line, and units of a panel's height
_SPARK = 60  # points of a small line
_CROSSED = 600.0  # seconds of a gap that a line crosses, as on the dashboards
_GREATEST = 1e300  # what is beyond it has no room in a chart
_SIGNALS = {signal.name: signal for signal in SIGNALS}


def charts(report: ServiceReport) -> DrawnBoard:
    """Return a dashboard with a panel for each signal that has a line."""
    drawn = [one for one in report.signals if any(map(math.isfinite, one.signal.line))]
    return DrawnBoard(
        uid="report",
        title="",
        description="",
        start=report.span.start,
        end=report.span.end,
        panels=tuple(_panel(at, one, report) for at, one in enumerate(drawn)),
        events=tuple(_events(report)),
    )


def _panel(at: int, one: ReportedSignal, report: ServiceReport) -> DrawnPanel:
    wide = 24 // _ACROSS
    return DrawnPanel(
        number=at,
        kind=PanelKind.TIMESERIES,
        title=one.signal.noun,
        description="; ".join(words.details(one)),
        grid=GridPlace(wide * (at % _ACROSS), _HIGH * (at // _ACROSS), wide, _HIGH),
        legend=DrawnLegend(),
        series=(
            _series(one, one.signal.line, report.span, "this time"),
            *_earlier(one, report),
        ),
    )


def _earlier(one: ReportedSignal, report: ServiceReport) -> Iterator[DrawnSeries]:
    if any(map(math.isfinite, one.signal.line_before)):
        values, name = one.signal.line_before, words.before(report)
        yield _series(one, values, report.span, name, earlier=True)


def _series(
    one: ReportedSignal,
    values: Sequence[float],
    span: TimeSpan,
    name: str,
    *,
    earlier: bool = False,
) -> DrawnSeries:
    step = span.seconds / max(1, len(values) - 1)
    return DrawnSeries(
        name=name,
        labels=(),
        field=_field(
            one, Style(width=1 if earlier else 2, dash="dash" if earlier else "", limits="dashed",
                       ticks_apart=True, connect=max(_CROSSED, 2 * step))
        ),
        color=_BEFORE if earlier else _NOW,
        times=tuple(span.start + step * at for at in range(len(values))),
        values=tuple(value if abs(value) < _GREATEST else None for value in values),  # nor NaN
    )  # fmt: skip


def _field(one: ReportedSignal, style: Style) -> Field:
    signal = _SIGNALS[one.signal.name]
    limits = sorted(one.signal.limits, key=lambda limit: limit.value)
    steps = (DrawnStep(limit.value, _SEVERITIES.get(limit.severity, "text")) for limit in limits)
    return Field(
        unit=unit(signal),
        decimals=decimals(signal),
        thresholds=DrawnThresholds((DrawnStep(-math.inf, "transparent"), *steps)),
        style=style,
    )


def spark(one: ReportedSignal, report: ServiceReport) -> DrawnSeries:
    """Return the small line of a signal: the worst of each column."""
    worst = columns(one.signal.line, one.signal.direction, _SPARK)
    drawn = _series(one, worst, report.span, "")
    known = [value for value in drawn.values if value is not None]
    if not known or shown(min(known), one.signal.unit) != shown(max(known), one.signal.unit):
        return drawn
    # Flat where both ends are written alike: noise would look like a change.
    room = abs(known[0]) or 1.0
    field = replace(drawn.field, minimum=min(known) - room, maximum=max(known) + room)
    return replace(drawn, field=field)


def _events(report: ServiceReport) -> Iterator[Event]:
    """Yield the critical alerts of the period, the first one first: all would cover the lines."""
    alerts = (*report.alerts.firing, *report.alerts.recent)
    found = [_event(one, report) for one in alerts if one.severity == _MARKED]
    yield from sorted(found, key=lambda event: event.start)


def _event(one: AlertState, report: ServiceReport) -> Event:
    start = (
        one.began if one.began is not None and time_axis.is_time(one.began) else report.span.start
    )
    end = one.ended if one.ended is not None and time_axis.is_time(one.ended) else report.span.end
    where = f": {one.place}" if one.place else ""
    return Event(f"{one.name}{where}", _SEVERITIES.get(one.severity, "#808080"), start, end)
