"""Finds in the minutes of an alert the times in which it fired; a hole of the record ends none."""

from collections.abc import Iterator, Sequence

from exporter.bridge.overlaps import Overlaps
from exporter.prometheus.api import TimeSpan

STEP = 60.0  # seconds between evaluations of alerts
BREAK = 3 * STEP  # a pause as short as this is none: an evaluation may be missed


def stretches(minutes: Sequence[float], holes: Overlaps[TimeSpan]) -> Iterator[tuple[float, float]]:
    """Yield the first and the last minute of each time in which an alert fired without a break."""
    start = last = None
    for minute in minutes:
        if start is None or last is None:
            start = minute
        elif minute - last > BREAK and not is_hole(TimeSpan(last, minute), holes):
            yield start, last
            start = minute
        last = minute
    if start is not None and last is not None:
        yield start, last


def is_hole(pause: TimeSpan, holes: Overlaps[TimeSpan]) -> bool:
    """Whether a pause is a hole of the record, but for a few minutes around it."""
    inside = sum(
        min(hole.end, pause.end) - max(hole.start, pause.start)
        for hole in holes.of(pause.start, pause.end)
    )
    return pause.seconds - inside <= BREAK
