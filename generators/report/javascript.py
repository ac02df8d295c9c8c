"""Values as JavaScript reads and writes them, on which Grafana's displays rely."""

import math
import re
from decimal import Decimal

_NUMBER = r"[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_LEAST, _MOST = Decimal("1e-6"), Decimal("1e21")  # what is written without an exponent
_BASES = {"0x": 16, "0o": 8, "0b": 2}


def number(value: float | str | None) -> float:
    """Return a value as Grafana's anyToNumber reads it; NaN where it is none."""
    if not isinstance(value, str):
        return math.nan if value is None else float(value)
    text = value.strip()
    base = _BASES.get(text[:2].lower())
    if base is not None:
        return float(int(text, base)) if re.fullmatch(r"(?i)0[xob][\da-f]+", text) else math.nan
    if not text:
        return 0.0 if value else math.nan
    return float(text) if re.fullmatch(_NUMBER, text) else math.nan


def leading_number(value: float | str) -> float:
    """Return a value as parseFloat reads it: a number at the start of a text will do."""
    if not isinstance(value, str):
        return float(value)
    start = re.match(rf"\s*({_NUMBER})", value)
    return float(start[1]) if start else math.nan


def written(value: float | str) -> str:
    """Return a value as String() writes it: 1 and not 1.0, 1e-7 and not 1e-07."""
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    number = Decimal(repr(float(value))).normalize()
    if number == 0 or _LEAST <= abs(number) < _MOST:
        return f"{number:f}".removesuffix("-")
    mantissa, _, power = f"{number:e}".partition("e")
    return f"{mantissa}e{power}"


def found(pattern: str, text: str) -> re.Match[str] | None:
    """Return where a pattern, `/inside/i` or the whole text, is found; one that is none never."""
    slashed = re.fullmatch(r"/(.*?)/(g?i?m?y?s?)", pattern, re.DOTALL)
    body, flags = (slashed[1], slashed[2]) if slashed else (f"^{pattern}$", "")
    try:
        return re.search(body, text, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return None


def replaced(match: re.Match[str], put: str) -> str:
    """Return the text of a match with `put` in its place, its `$1` filled in."""
    filled = re.sub(r"\$(\d)", lambda group: _group(match, int(group[1])), put)
    return match.string[: match.start()] + filled + match.string[match.end() :]


def _group(match: re.Match[str], at: int) -> str:
    return (match[at] or "") if at <= (match.re.groups) else f"${at}"
