"""Values, durations and changes as a reader of a summary sees them: 36 ms, 99.97 %, 2h 5m.

Every number has a text of bounded length: values come from servers, which may answer anything.
"""

import math
from decimal import Decimal

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNKNOWN = "no data"
NOT_KNOWN = "not known"
_SIGNIFICANT = 3
_LONG = 1e15  # numbers from here on are written with an exponent
_SAME = 0.005  # a relative change below this is none


def shown(value: float | None, unit: str | None) -> str:
    """Return a value in a base unit as people write it; `no data` for None and NaN."""
    if value is None or not math.isfinite(value):
        return _UNKNOWN
    if unit == "ratio":
        return f"{_ratio(value)}%"
    if unit == "seconds":
        return _seconds(value)
    if unit == "dollars":
        return f"${rounded(value, 2)}"
    if unit == "bytes":
        return f"{_digits(value / (1 << 20))} MiB"
    return f"{_digits(value)}{'/s' if unit == 'per_second' else ''}"


def rounded(value: float, digits: int) -> str:
    """Return a number with so many digits after the point; zero has no sign."""
    if not math.isfinite(value):
        return NOT_KNOWN
    if abs(value) >= _LONG:
        return f"{value:.3g}"
    return f"{value:z,.{digits}f}"


def elapsed(seconds: float) -> str:
    """Return a duration in its two greatest units: 45s, 12m, 2h 5m, 3d 4h; 0s for one below 0."""
    if not math.isfinite(seconds):
        return NOT_KNOWN
    if seconds >= _LONG:
        return f"{seconds / _DAY:.3g}d"
    rest, found = max(0, round(seconds)), []
    if rest >= _HOUR:
        rest = round(rest / _MINUTE) * _MINUTE
    for name, size in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            found.append(f"{count}{name}")
    return " ".join(found[:2]) or "0s"


def change(now: float | None, before: float | None, unit: str | None) -> str:
    """Return how much a value changed: +12%, or in points where it is a share; empty if unknown."""
    if now is None or before is None or not (math.isfinite(now) and math.isfinite(before)):
        return ""
    if unit == "ratio":
        return _points(100 * (now - before))
    if before == 0:
        return "same" if now == 0 else ""
    percent = 100 * ((now - before) / abs(before))
    if not math.isfinite(percent):
        return ""
    return "same" if abs(percent) < 100 * _SAME else f"{_signed(percent)}%"


def _points(difference: float) -> str:
    if not math.isfinite(difference):
        return ""
    text = _signed(difference)
    return f"{text} points" if text.strip("+-0.,") else "same"


def _signed(number: float) -> str:
    digits = 0 if abs(number) >= 10 else 1 if abs(number) >= 1 else 2  # noqa: PLR2004 - of a percentage
    return f"{number:+.3g}" if abs(number) >= _LONG else f"{number:+,.{digits}f}"


def _ratio(value: float) -> str:
    """Return a percentage: near 0 and near 100 with the digits that tell values apart there."""
    if abs(value) >= _LONG:
        return f"{Decimal(value) * 100:.2e}"  # as a float it may be infinite
    percent = 100 * value
    small = min(abs(percent), abs(100 - percent))
    if small == 0:
        return f"{percent:.0f}"
    digits = min(4, max(1, 1 - math.floor(math.log10(small))))
    return f"{percent:z.{digits}f}".rstrip("0").rstrip(".")


def _seconds(value: float) -> str:
    if abs(value) >= _MINUTE:
        return f"{'-' if value < 0 else ''}{elapsed(abs(value))}"
    if abs(value) >= 1:
        return f"{_digits(value)} s"
    return f"{_digits(value * 1000)} ms"


def _digits(value: float) -> str:
    """Return a number with three significant digits, and all digits before the point."""
    if value == 0:
        return "0"
    if abs(value) >= _LONG:
        return f"{value:.3g}"
    digits = max(0, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:z,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
