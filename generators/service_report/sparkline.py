"""A line of eight heights for a terminal: the worst value of each column, gaps as gaps."""

import math
from collections.abc import Sequence

from exporter.summary.chart import columns

_HEIGHTS = "▁▂▃▄▅▆▇█"
_GAP = " "


def sparkline(values: Sequence[float], width: int, direction: str = "up") -> str:
    """Return the line, from the lowest value to the highest; empty where there is no value."""
    shown = columns(values, direction, width)
    known = [value for value in shown if math.isfinite(value)]
    if not known:
        return ""
    return "".join(_height(value, min(known), max(known)) for value in shown)


def _height(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return _GAP
    share = (value - low) / (high - low) if high > low else 0.5
    return _HEIGHTS[min(len(_HEIGHTS) - 1, math.floor(share * len(_HEIGHTS)))]
