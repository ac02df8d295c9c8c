"""Axes: the range of a chart's values, and where its lines and their texts are.

Facts: Grafana's UPlotAxisBuilder. Without decimals it writes whole numbers only; bytes have steps
of powers of two; a field's decimals stand, and where it has none zeros at the end are left out.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generators.report import units
from generators.report.display import Field
from generators.report.model import Series

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_PIXELS_A_TICK = 42
_MOST_DECIMALS = 6
_ENDLESS = 2  # decimals of what no number of them says, such as 500 s in minutes


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of values."""

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    logarithmic: bool = False
    title: str = ""
    hidden: bool = False

    @property
    def widest(self) -> int:
        """Return the characters of its longest text."""
        return max(map(len, self.texts), default=0)


def axis(series: Sequence[Series], pixels: float) -> Axis:
    """Return the axis of series that share a unit, on so many pixels."""
    fields = [one.field for one in series]
    style, field = fields[0].style, fields[0]
    low, high = _range(fields, list(_extent(series)))
    if style.logarithmic and low > 0:
        ticks = _powers(low, high)
    else:
        low, high, ticks = _ticks(low, high, max(2, round(pixels / _PIXELS_A_TICK)), fields)
    return Axis(
        low,
        high,
        ticks,
        texts(ticks, field),
        style.logarithmic and low > 0,
        style.axis_label,
        style.axis == "hidden",
    )


def _extent(series: Sequence[Series]) -> Iterable[float]:
    """Yield what has to be within the range; stacked series count by their sums."""
    sums: dict[float, list[float]] = {}
    for one in series:
        for time, value in zip(one.times, one.values, strict=True):
            if value is None or not math.isfinite(value):
                continue
            if one.field.style.stack:
                sides = sums.setdefault(time, [0.0, 0.0])
                sides[value < 0] += value
            else:
                yield -value if one.field.style.negative else value
        if one.field.style.draw == "bars" or one.field.style.stack:
            yield 0.0
    for above, below in sums.values():
        yield above
        yield below


def _range(fields: Sequence[Field], values: list[float]) -> tuple[float, float]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    soft_low = [f.style.soft_min for f in fields if f.style.soft_min is not None]
    soft_high = [f.style.soft_max for f in fields if f.style.soft_max is not None]
    low, high = min([low, *soft_low]), max([high, *soft_high])
    hard_low = [f.minimum for f in fields if f.minimum is not None]
    hard_high = [f.maximum for f in fields if f.maximum is not None]
    low, high = (min(hard_low) if hard_low else low), (max(hard_high) if hard_high else high)
    if high <= low:
        spread = abs(low) * 0.1 or 1.0
        low, high = (low if hard_low else low - (spread if low else 0.0)), low + spread
    return low, high


def _ticks(
    low: float, high: float, wanted: int, fields: Sequence[Field]
) -> tuple[float, float, tuple[float, ...]]:
    """Return the range, let out to whole steps where nothing fixes it, and its steps."""
    step = _step((high - low) / wanted, fields[0])
    if not any(f.minimum is not None for f in fields):
        low = math.floor(low / step + 1e-9) * step
    if not any(f.maximum is not None for f in fields):
        high = math.ceil(high / step - 1e-9) * step
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    ticks = tuple(float(f"{(first + at) * step:.12g}") for at in range(count + 1))
    if fields[0].decimals == 0:
        ticks = tuple(tick for tick in ticks if tick.is_integer())
    return low, high, ticks


def _step(rough: float, field: Field) -> float:
    """Return a round step of at least so much; bytes are round in powers of two."""
    if field.unit in units.BINARY and rough > 1:
        return float(2 ** math.ceil(math.log2(rough)))
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n for n in _ROUND if n * power >= rough * (1 - 1e-9)) * power


def _powers(low: float, high: float) -> tuple[float, ...]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return tuple(10.0**power for power in powers)


def texts(ticks: Sequence[float], field: Field) -> tuple[str, ...]:
    """Return the ticks' texts: with the field's decimals, else with as few as tell them apart."""
    if field.decimals is not None:
        return _written(ticks, field, field.decimals)
    for decimals in range(_MOST_DECIMALS):
        found = _written(ticks, field, decimals)
        if all(map(_says_all, found, _written(ticks, field, decimals + 2))):
            return found
    return _written(ticks, field, _ENDLESS)


def _written(ticks: Sequence[float], field: Field, decimals: int) -> tuple[str, ...]:
    return tuple(units.text(tick, field.unit, decimals) for tick in ticks)


def _says_all(text: str, longer: str) -> bool:
    """Say whether two more decimals would say no more."""
    number = longer.lstrip("-$€").split(" ")[0].rstrip("%KMBT")
    own = text.lstrip("-$€").split(" ")[0].rstrip("%KMBT")
    try:
        return math.isclose(float(number), float(own), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return True
