"""Thresholds as numbers that people write, rounded to the side that keeps the promise."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from generators.limits import shown
from generators.tuning.thresholds import RefusedThreshold

SHORT, LONG = 2, 3  # significant digits
# A number of two digits is taken where it is at most this far from the exact one.
FAR = 0.02
LARGEST = 1e15  # beyond it, floating point has no digits after the point


def readable(value: float, direction: Direction) -> float:
    """Return a value with two or three significant digits: up if high is bad, down if low is.

    An alert fires where a value is beyond its threshold, so that rounding never adds a firing.
    """
    if value == 0 or not math.isfinite(value):
        return value
    exact = Decimal(repr(value))
    short = _rounded(exact, SHORT, direction)
    near = abs(short - exact) <= abs(exact) * Decimal(FAR)
    return float(short if near else _rounded(exact, LONG, direction))


def within(value: float, direction: Direction) -> float:
    """Return a value rounded to the other side: a threshold short of it is short of the value."""
    opposite = Direction.DOWN if direction is Direction.UP else Direction.UP
    return readable(value, opposite)


def _rounded(value: Decimal, digits: int, direction: Direction) -> Decimal:
    step = Decimal(1).scaleb(value.adjusted() + 1 - digits)
    return value.quantize(step, ROUND_CEILING if direction is Direction.UP else ROUND_FLOOR)


def proposal(level: float, direction: Direction, unit: Unit) -> float | RefusedThreshold:
    """Return the threshold to propose for a level, which gets worse upwards.

    A ratio near 1 is rounded by its distance from 1: 0.9996 stays, and does not become 1. A
    threshold at the end of what a ratio can be would never fire, and is refused. So is one that is
    infinite, or near it.
    """
    value = level if direction is Direction.UP else -level
    if abs(value) > LARGEST:
        return RefusedThreshold(f"clean days reach {shown(value, unit)}, which is no measurement")
    if unit is not Unit.RATIO:
        return readable(value, direction)
    if value > 1 / 2:
        number = float(1 - Decimal(repr(within(float(1 - Decimal(repr(value))), direction))))
    else:
        number = readable(value, direction)
    end = 1 if direction is Direction.UP else 0
    if (number >= end) if end else (number <= end):
        return RefusedThreshold(
            f"it would take a threshold of {end:.0%}, and no value is beyond that"
        )
    return number
