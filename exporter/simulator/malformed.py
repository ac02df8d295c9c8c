"""Responses that break the rules: a client must survive them."""

from exporter.catalog.model import ValueType
from exporter.simulator.faults import Faults
from exporter.simulator.wire import VALUES, Raw

PARTIAL_TEXT = "The query could not read all of its data in time."
DEADLINE_EXCEEDED = 4


def spoil(response: Raw, faults: Faults, call: int) -> None:
    """Apply `faults` to a response."""
    if faults.drawn(faults.partial, "partial", call):
        _make_partial(response)
    for number, series in enumerate(response.time_series):
        if series.points and faults.drawn(faults.repeated, "repeated", call, number):
            series.points.add().CopyFrom(series.points[0])
    if response.time_series:
        for kind in faults.malformed:
            _SPOILERS[kind](response)


def _make_partial(response: Raw) -> None:
    """Remove the last third of the series and report a partial response."""
    keep = len(response.time_series) * 2 // 3
    del response.time_series[keep:]
    response.execution_errors.add(code=DEADLINE_EXCEEDED, message=PARTIAL_TEXT)


def _copied(response: Raw, mark: str) -> Raw:
    """Add a copy of the first series, with another value of a resource label."""
    found = response.time_series.add()
    found.CopyFrom(response.time_series[0])
    labels = found.resource.labels
    for key in ("location", "region", "backend_name"):
        if key in labels:
            labels[key] = mark
    return found


def _string(response: Raw) -> None:
    """Add a series of strings under a metric that has numbers."""
    found = _copied(response, "string")
    found.value_type = VALUES[ValueType.STRING]
    for point in found.points:
        point.value.Clear()
        point.value.string_value = "RUNNABLE"


def _no_options(response: Raw) -> None:
    """Remove bucket options and counts from every distribution of the first series."""
    for point in response.time_series[0].points:
        if point.value.HasField("distribution_value"):
            point.value.distribution_value.ClearField("bucket_options")
            point.value.distribution_value.ClearField("bucket_counts")


def _no_points(response: Raw) -> None:
    """Add a series without points, which the interval should have left out."""
    del _copied(response, "no-points").points[:]


def _extra_label(response: Raw) -> None:
    """Give every series a metric label that no descriptor knows."""
    for series in response.time_series:
        series.metric.labels["surprise"] = "yes"


def _duplicate(response: Raw) -> None:
    """Send the first series a second time."""
    response.time_series.add().CopyFrom(response.time_series[0])


_SPOILERS = {
    "string": _string,
    "no_options": _no_options,
    "no_points": _no_points,
    "extra_label": _extra_label,
    "duplicate": _duplicate,
}
