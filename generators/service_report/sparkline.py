"""A line of eight heights for a terminal: the worst value of each column, a dot for a gap."""

import math
from collections.abc import Callable, Sequence

from exporter.summary.chart import columns

_HEIGHTS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def sparkline(
    values: Sequence[float], width: int, direction: str, written: Callable[[float], str]
) -> str:
    """Return the line, from the lowest value to the highest; empty where there is no value.

    It is flat where both are `written` alike: noise would look like a change.
    """
    drawn = columns(values, direction, width)
    known = [value for value in drawn if math.isfinite(value)]
    if not known:
        return ""
    low, high = min(known), max(known)
    if written(low) == written(high):
        low = high
    return "".join(_height(value, low, high) for value in drawn)


def _height(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return _GAP
    share = max(0.0, (value - low) / (high - low)) if high > low else 0.5
    return _HEIGHTS[min(len(_HEIGHTS) - 1, math.floor(share * len(_HEIGHTS)))]
