"""Values, durations and changes as a reader of a summary sees them: 36 ms, 99.97 %, 2h 5m."""

import math

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNKNOWN = "no data"
_SIGNIFICANT = 3
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
        return f"${value:,.2f}"
    if unit == "bytes":
        return f"{_digits(value / (1 << 20))} MiB"
    return f"{_digits(value)}{'/s' if unit == 'per_second' else ''}"


def elapsed(seconds: float) -> str:
    """Return a duration in its two greatest units: 45s, 12m, 2h 5m, 3d 4h."""
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
    if now is None or before is None:
        return ""
    if unit == "ratio":
        return _points(100 * (now - before))
    if before == 0:
        return "same" if now == 0 else ""
    relative = (now - before) / abs(before)
    return "same" if abs(relative) < _SAME else f"{_signed(100 * relative)}%"


def _points(difference: float) -> str:
    text = _signed(difference)
    return f"{text} points" if text.strip("+-0.,") else "same"


def _signed(number: float) -> str:
    digits = 0 if abs(number) >= 10 else 1 if abs(number) >= 1 else 2  # noqa: PLR2004 - of a percentage
    return f"{number:+,.{digits}f}"


def _ratio(value: float) -> str:
    """Return a percentage: near 0 and near 100 with the digits that tell values apart there."""
    percent = 100 * value
    small = min(abs(percent), abs(100 - percent))
    if small == 0:
        return f"{percent:.0f}"
    digits = min(4, max(1, 1 - math.floor(math.log10(small))))
    return f"{percent:.{digits}f}".rstrip("0").rstrip(".")


def _seconds(value: float) -> str:
    if abs(value) >= _MINUTE:
        return elapsed(value)
    if abs(value) >= 1:
        return f"{_digits(value)} s"
    return f"{_digits(value * 1000)} ms"


def _digits(value: float) -> str:
    """Return a number with three significant digits, and all digits before the point."""
    if value == 0:
        return "0"
    digits = max(0, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
