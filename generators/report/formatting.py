"""How a value is shown: a mapping's words, else a number in its unit; a threshold's colour."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from generators.report import gradients, javascript, units
from generators.report.colors import CLASSIC
from generators.report.display import DrawnMapping, DrawnStep, Field, Value

_DATES = ("dateTimeAs", "dateTimeFromNow", "time:")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value's text and colour; the colour is empty where nothing gives it one."""

    text: str
    color: str = ""


def shown(value: Value, field: Field) -> Shown:
    """Return what is shown for a value of a field: grafana-data's getDisplayProcessor."""
    dated = field.unit.startswith(_DATES)
    read = _moment(value) if dated and isinstance(value, str) else value
    words = field.unit == "string" or (not field.unit and isinstance(read, str))
    number = math.nan if words else javascript.number(read)
    mapping = mapped(read, field.mappings)
    text = None if mapping is None else mapping.text
    if text is None:
        text = _worded(read, field) if math.isnan(number) else _united(number, field)
    color = mapping.color if mapping is not None else ""
    return Shown(text, color or color_of(number, field))


def _united(number: float, field: Field) -> str:
    return units.text(number, field.unit, field.decimals)


def _worded(value: Value, field: Field) -> str:
    """Return the text of what is no number: the word for no value where there is none."""
    text = "" if value is None else javascript.written(value)
    return text or field.no_value


def _moment(text: str) -> float:
    """Return the milliseconds of a text that a unit of dates takes for a date, else NaN."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000


def mapped(value: Value, mappings: tuple[DrawnMapping, ...]) -> DrawnMapping | None:
    """Return what the first mapping that a value fits makes of it."""
    for mapping in mappings:
        if mapping.pattern:
            match = javascript.found(mapping.pattern, value) if isinstance(value, str) else None
            if match is not None:
                put = mapping.text
                return (
                    mapping
                    if put is None
                    else replace(mapping, text=javascript.replaced(match, put))
                )
        elif _fits(value, mapping):
            return mapping
    return None


def _fits(value: Value, mapping: DrawnMapping) -> bool:
    if mapping.special:
        return _is_special(value, mapping.special)
    if value is None:
        return False
    if mapping.value is not None:
        return javascript.written(value) == mapping.value
    number = javascript.leading_number(value)
    low = -math.inf if mapping.low is None else mapping.low
    high = math.inf if mapping.high is None else mapping.high
    return low <= number <= high


def _is_special(value: Value, special: str) -> bool:
    nothing = value is None
    unknown = isinstance(value, float) and math.isnan(value)
    return {
        "null": nothing,
        "nan": unknown,
        "null+nan": nothing or unknown,
        "empty": value == "",
        "true": value == "true",
        "false": value == "false",
    }.get(special, False)


def color_of(value: Value, field: Field) -> str:
    """Return the colour that a field gives a value by itself."""
    if field.color_mode in {"fixed", "shades"}:
        return field.color
    if gradients.is_gradient(field.color_mode):
        return gradients.between(field.color_mode, value, field.spread)
    if field.color_mode == "thresholds" or field.color_mode.startswith("continuous"):
        return step_of(value, field).color
    return ""


def step_of(value: Value, field: Field) -> DrawnStep:
    """Return the threshold step that a value has reached."""
    steps = field.thresholds.steps or (DrawnStep(-math.inf, "green"),)
    if not isinstance(value, int | float) or math.isnan(value):
        return steps[0]
    where = share(value, field, *field.spread) * 100 if field.thresholds.percent else value
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
