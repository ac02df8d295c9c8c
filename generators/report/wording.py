"""What a chart says in words, for readers who cannot see it."""

from collections.abc import Sequence

from exporter.prometheus.api import TimeSpan
from generators.report import calculations, time_axis
from generators.report.formatting import shown
from generators.report.model import DrawnPanel, DrawnSeries

_MOST = 8  # series that are worded
_MOMENT = "%Y-%m-%d %H:%M"


def of_lines(panel: DrawnPanel, span: TimeSpan) -> str:
    """Return the last, the lowest and the highest value of each series, and the limits."""
    words = [_series(one) for one in panel.series[:_MOST]]
    return " ".join([_head(panel, "values", span), *words, *_more(panel.series), *_limits(panel)])


def _series(one: DrawnSeries) -> str:
    found = [calculations.reduced(name, one.values) for name in ("lastNotNull", "min", "max")]
    last, low, high = (shown(value, one.field).text for value in found)
    return f"{one.name}: last {last}, lowest {low}, highest {high}."


def _limits(panel: DrawnPanel) -> list[str]:
    field = next((s.field for s in panel.series if s.field.style.limits != "off"), None)
    if field is None:
        return []
    steps = [step for step in field.thresholds.steps[1:] if step.color != "transparent"]
    texts = ", ".join(shown(step.at, field).text for step in steps)
    return [f"Thresholds: {texts}."] if texts else []


def of_heat(panel: DrawnPanel, names: Sequence[str], span: TimeSpan) -> str:
    """Return the buckets, from the lowest to the highest."""
    return f"{_head(panel, 'counts by bucket', span)} Buckets: {', '.join(names)}."


def of_states(panel: DrawnPanel, span: TimeSpan) -> str:
    """Return the last state of each lane."""
    words = [f"{lane.name}: last {lane.episodes[-1].text}." for lane in panel.lanes[:_MOST]]
    return " ".join([_head(panel, "states", span), *words, *_more(panel.lanes)])


def _head(panel: DrawnPanel, what: str, span: TimeSpan) -> str:
    start, end = (time_axis.written(at, _MOMENT) for at in (span.start, span.end))
    return f"{panel.title or 'Chart'}: {what} from {start} to {end} UTC."


def _more(found: Sequence[object]) -> list[str]:
    return [f"And {len(found) - _MOST} more."] if len(found) > _MOST else []
