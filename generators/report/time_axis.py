"""The axis of time: round moments of UTC, and how they are written."""

import math
from datetime import UTC, datetime

from exporter.prometheus.api import TimeSpan
from exporter.summary.wording import NOT_KNOWN
from generators.report.plot import AxisMark

_DAY, _TEN_DAYS = 86400, 864000
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800,
          604800, 1209600, 2592000, 7776000, 31536000)  # fmt: skip
_MOST = 9  # marks
_LAST = 253_402_300_800.0  # the end of the year 9999


def marks(span: TimeSpan) -> tuple[AxisMark, ...]:
    """Return the marks of a span; every fourth one is there however narrow a chart is."""
    step = next((step for step in _STEPS if span.seconds / step <= _MOST), _STEPS[-1])
    first, last = math.ceil(span.start / step), math.floor(span.end / step)
    pattern = clock(span)
    return tuple(
        AxisMark(
            100 * (at * step - span.start) / span.seconds,
            written(at * step, pattern),
            level=2 if at % 2 else 1 if at % 4 else 0,
        )
        for at in range(first, last + 1)
    )


def clock(span: TimeSpan) -> str:
    """Return the pattern of times within a span."""
    if span.seconds <= _DAY:
        return "%H:%M"
    return "%m/%d %H:%M" if span.seconds <= _TEN_DAYS else "%m/%d"


def written(time: float, pattern: str) -> str:
    """Return a time in UTC; `not known` for one that no calendar has."""
    return datetime.fromtimestamp(time, UTC).strftime(pattern) if is_time(time) else NOT_KNOWN


def is_time(number: float) -> bool:
    """Say whether a number is a time that people may have written, from 1970 to 9999."""
    return 0 <= number < _LAST
