"""Axes: the range of a chart's values, and where its lines and their texts are.

Facts: Grafana's UPlotScaleBuilder and UPlotAxisBuilder, and uPlot's rangeNum. Without decimals it
writes whole numbers only; bytes have steps of powers of two; a field's decimals stand, and where it
has none zeros at the end are left out.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generators.report import units
from generators.report.display import Field
from generators.report.model import DrawnSeries

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_PIXELS_A_TICK = 42
_MOST_DECIMALS = 6
_PAD = 0.1  # of the data's range, beyond each end that nothing fixes
_NOISE = 1e-9  # of a value: what a sum of floats is off by is no spread
_OF_NOTHING = 100.0  # the height of an axis on which all is 0
_LEAST, _GREATEST = 1e-300, 1e300  # of what an axis shows
_ENDLESS = 2  # decimals of what no number of them says, such as 500 s in minutes


@dataclass(frozen=True, slots=True, kw_only=True)
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


def axis(series: Sequence[DrawnSeries], pixels: float) -> Axis:
    """Return the axis of series that share a unit, on so many pixels."""
    fields = [one.field for one in series]
    style, field = fields[0].style, fields[0]
    values = list(map(_scalable, _extent(series)))
    if style.logarithmic:
        low, high = _magnitudes(fields, values)
        ticks = _powers(low, high)
    else:
        low, high = _range(fields, values)
        ticks = _ticks(low, high, max(2, round(pixels / _PIXELS_A_TICK)), field)
    return Axis(
        low=low,
        high=high,
        ticks=ticks,
        texts=texts(ticks, field),
        logarithmic=style.logarithmic,
        title=style.axis_label,
        hidden=style.axis == "hidden",
    )


def _scalable(value: float) -> float:
    """Return a value, or the nearest that an axis can be worked out for without overflow."""
    return 0.0 if abs(value) < _LEAST else min(max(value, -_GREATEST), _GREATEST)


def _extent(series: Sequence[DrawnSeries]) -> Iterable[float]:
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
    """Return the ends of an axis: fixed, or soft ones that hold the data, or a tenth beyond it."""
    bottom, top = (_bound(fields, end) for end in ("minimum", "maximum"))
    soft_bottom, soft_top = (_bound(fields, end) for end in ("soft_min", "soft_max"))
    lowest, highest = (min(values), max(values)) if values else (0.0, 1.0)
    lowest = bottom if bottom is not None and soft_bottom is None else lowest
    highest = top if top is not None and soft_top is None else highest
    low, high = _padded(lowest, max(lowest, highest))
    low = _softened(low, lowest, soft_bottom, max, fixed=bottom)
    high = _softened(high, highest, soft_top, min, fixed=top)
    if fields[0].decimals == 0:
        low, high = float(math.floor(low)), float(math.ceil(high))
    return (low, high) if low < high else (low, low + _OF_NOTHING)


def _magnitudes(fields: Sequence[Field], values: list[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis: the powers of ten around its bounds, or its values."""
    shown = [value for value in values if value > 0] or [1.0]
    ends = (_bound(fields, end) for end in ("minimum", "maximum"))
    bottom, top = (end if end is not None and end > 0 else None for end in ends)
    low = 10.0 ** math.floor(math.log10(bottom or min(shown)) + 1e-12)
    high = 10.0 ** math.ceil(math.log10(top or max(shown)) - 1e-12)
    return (low, high) if low < high else (low, low * 10)


def _bound(fields: Sequence[Field], end: str) -> float | None:
    """Return the bound that fields say, the widest of several."""
    soft = end.startswith("soft")
    bounds = [getattr(field.style if soft else field, end) for field in fields]
    found = [float(value) for value in bounds if value is not None]
    widest = max if end.endswith(("max", "maximum")) else min
    return widest(found) if found else None


def _padded(lowest: float, highest: float) -> tuple[float, float]:
    """Return a range that is wider than the data at both ends, rounded."""
    spread = highest - lowest
    if spread < _NOISE * max(abs(lowest), abs(highest)):
        spread = 0.0
    whole = spread or max(abs(lowest), abs(highest)) or _OF_NOTHING * 10
    unit = 10.0 ** math.floor(math.log10(whole)) / 10
    pads = (whole * (_PAD if spread or value == 0 else 1.0) for value in (lowest, highest))
    below, above = pads
    return (
        float(f"{math.floor((lowest - below) / unit + 1e-9) * unit:.12g}"),
        float(f"{math.ceil((highest + above) / unit - 1e-9) * unit:.12g}"),
    )


def _softened(
    end: float,
    data: float,
    soft: float | None,
    inner: Callable[[float, float], float],
    *,
    fixed: float | None,
) -> float:
    """Return an end of the range; `inner` picks the one of two ends that is nearer to the data."""
    if fixed is not None and soft is None:
        return fixed
    requested = 0.0 if soft is None else soft
    holds = inner(data, requested) == data
    if holds and (soft is not None or inner(end, requested) == requested):
        end = requested
    return end if fixed is None else inner(end, fixed)


def _ticks(low: float, high: float, requested: int, field: Field) -> tuple[float, ...]:
    """Return round values within the range."""
    step = _step((high - low) / requested, field)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    ticks = tuple(float(f"{(first + at) * step:.12g}") for at in range(count + 1))
    if field.decimals == 0:
        ticks = tuple(tick for tick in ticks if tick.is_integer())
    return ticks


def _step(rough: float, field: Field) -> float:
    """Return a round step of at lowest so much; bytes are round in powers of two."""
    if field.unit in units.BINARY and rough > 1:
        return float(2 ** math.ceil(math.log2(rough)))
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n for n in _ROUND if n * power >= rough * (1 - 1e-9)) * power


def _powers(low: float, high: float) -> tuple[float, ...]:
    return tuple(
        10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)
    )


def texts(ticks: Sequence[float], field: Field) -> tuple[str, ...]:
    """Return the ticks' texts: with the field's decimals, else with as few as tell them apart."""
    if field.decimals is not None:
        found = _written(ticks, field, field.decimals)
        if not field.style.ticks_apart or len({*found}) == len(found):
            return found
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
