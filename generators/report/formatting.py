"""How a value is shown: a mapping's words, else a number in its unit; a threshold's colour."""

import math
import re
from dataclasses import dataclass

from generators.report import units
from generators.report.colors import CLASSIC
from generators.report.display import DrawnMapping, DrawnStep, Field, Value


@dataclass(frozen=True, slots=True)
class Shown:
    """A value's text and colour; the colour is empty where nothing gives it one."""

    text: str
    color: str = ""


def shown(value: Value, field: Field) -> Shown:
    """Return what is shown for a value of a field."""
    mapping = mapped(value, field.mappings)
    if mapping is not None:
        own = mapping.color or color_of(value, field)
        return Shown(mapping.text or plain(value, field), own)
    return Shown(plain(value, field), color_of(value, field))


def plain(value: Value, field: Field) -> str:
    """Return a value in its field's unit, without mappings."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return field.no_value or "-"
    if isinstance(value, str):
        return value
    return units.text(value, field.unit, field.decimals)


def mapped(value: Value, mappings: tuple[DrawnMapping, ...]) -> DrawnMapping | None:
    """Return the first mapping that a value fits."""
    return next((mapping for mapping in mappings if _fits(value, mapping)), None)


def _fits(value: Value, mapping: DrawnMapping) -> bool:
    if mapping.special:
        return _is_special(value, mapping.special)
    if value is None:
        return False
    if mapping.value is not None:
        return _same(value, mapping.value)
    if mapping.pattern:
        return bool(re.search(mapping.pattern, str(value)))
    if isinstance(value, str):
        return False
    low = -math.inf if mapping.low is None else mapping.low
    high = math.inf if mapping.high is None else mapping.high
    return low <= value <= high


def _same(value: float | str, expected: str) -> bool:
    if isinstance(value, str):
        return value == expected
    try:
        return value == float(expected)
    except ValueError:
        return False


def _is_special(value: Value, special: str) -> bool:
    nothing = value is None
    unknown = isinstance(value, float) and math.isnan(value)
    return {
        "null": nothing,
        "nan": unknown,
        "null+nan": nothing or unknown,
        "empty": value == "",
        "true": str(value) == "true",
        "false": str(value) == "false",
    }.get(special, False)


def color_of(value: Value, field: Field) -> str:
    """Return the colour that a field gives a value by itself."""
    if field.color_mode in {"fixed", "shades"}:
        return field.color
    if field.color_mode == "thresholds" or field.color_mode.startswith("continuous"):
        return step_of(value, field).color
    return ""


def step_of(value: Value, field: Field) -> DrawnStep:
    """Return the threshold step that a value has reached."""
    steps = field.thresholds.steps or (DrawnStep(-math.inf, "green"),)
    if not isinstance(value, int | float) or math.isnan(value):
        return steps[0]
    where = share(value, field) * 100 if field.thresholds.percent else value
    return [step for step in steps if step.at <= where or step is steps[0]][-1]


def share(value: float, field: Field, low: float | None = None, high: float | None = None) -> float:
    """Return where a value is between limits, from 0 to 1; the field's own come first."""
    bottom = next(n for n in (field.minimum, low, 0.0) if n is not None)
    top = next(n for n in (field.maximum, high, 100.0) if n is not None)
    if not math.isfinite(value) or top <= bottom:
        return 0.0
    return min(1.0, max(0.0, (value - bottom) / (top - bottom)))


def series_color(field: Field, at: int, last: Value) -> str:
    """Return the colour of the series that is `at` in its panel's order."""
    return color_of(last, field) or CLASSIC[at % len(CLASSIC)]
