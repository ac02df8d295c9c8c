"""Colours between colours: what Grafana's colour modes `continuous-…` give a value.

Facts: grafana-data's fieldColor, scale and fieldOverrides, and d3's interpolateRgbBasis. A page of
either theme shows the colours of the dark one.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache

from generators.report.colors import Theme, palette
from generators.report.display import Value

Spread = tuple[float, float]
GRADIENTS = {
    "continuous-GrYlRd": ("green", "yellow", "red"),
    "continuous-RdYlGr": ("red", "yellow", "green"),
    "continuous-BlYlRd": ("dark-blue", "super-light-yellow", "dark-red"),
    "continuous-YlRd": ("super-light-yellow", "dark-red"),
    "continuous-BlPu": ("blue", "purple"),
    "continuous-YlBl": ("super-light-yellow", "dark-blue"),
    "continuous-blues": ("panel-bg", "dark-blue"),
    "continuous-reds": ("panel-bg", "dark-red"),
    "continuous-greens": ("panel-bg", "dark-green"),
    "continuous-purples": ("panel-bg", "dark-purple"),
}


def between(mode: str, value: Value, spread: Spread) -> str:
    """Return a value's colour on the gradient of a mode; what is no number has the lowest's."""
    number = value if isinstance(value, int | float) else math.nan
    where = _place(number, spread)
    parts = (math.floor(_smooth(stops, where) + 0.5) for stops in _channels(mode))
    return "#" + "".join(f"{min(255, max(0, part)):02X}" for part in parts)


def is_gradient(mode: str) -> bool:
    """Say whether a mode's colours lie between others."""
    return mode in GRADIENTS


def spread(columns: Iterable[Sequence[float]]) -> Spread:
    """Return the lowest and the highest of a panel's values.

    A column without any counts as zero, unless another follows it.
    """
    low: float | None = None
    high: float | None = None
    for values in columns:
        least, most = min(values, default=None), max(values, default=None)
        low = least if low is None or (least or 0.0) < low else low
        high = most if high is None or (most or 0.0) > high else high
    return low or 0.0, high or 0.0


def _place(value: float, spread: Spread) -> float:
    """Return where a value lies between two, from 0 to 1."""
    low, high = spread
    if high == low:
        return 1.0 if value > low else 0.0
    where = (value - low) / (high - low)
    return 0.0 if math.isnan(where) else min(1.0, max(0.0, where))


@cache
def _channels(mode: str) -> tuple[tuple[int, ...], ...]:
    """Return the red, the green and the blue of a gradient's colours."""
    named = palette(Theme.DARK)
    return tuple(
        tuple(int(named[color][at : at + 2], 16) for color in GRADIENTS[mode]) for at in (1, 3, 5)
    )


def _smooth(stops: Sequence[int], where: float) -> float:
    """Return the value of a uniform cubic B-spline through the first and the last stop."""
    pieces = len(stops) - 1
    at = min(pieces - 1, math.floor(where * pieces))
    ends = (2 * stops[0] - stops[1], *stops, 2 * stops[-1] - stops[-2])
    t = where * pieces - at
    weights = (
        1 - 3 * t + 3 * t**2 - t**3,
        4 - 6 * t**2 + 3 * t**3,
        1 + 3 * t + 3 * t**2 - 3 * t**3,
        t**3,
    )
    near = ends[at : at + 4]
    return sum(weight * stop for weight, stop in zip(weights, near, strict=True)) / 6
