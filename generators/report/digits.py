"""How many digits a number has: grafana-data's toFixed."""

import math

from generators.report import javascript

_EXTRA_DECIMAL_FROM = 2.25


def fixed(value: float, decimals: int | None = None) -> str:
    """Return a number with so many decimals, or with as many as are needed."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    places = _needed(value) if decimals is None else max(0, decimals)
    if value == 0:
        return f"{0:.{places}f}"
    factor = 10.0**places
    # Halves go up, as JavaScript rounds, and what a double cannot hold is left as it is.
    text = javascript.written(math.floor(value * factor + 0.5) / factor)
    if "e" in text:
        return text
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(places, '0')}" if max(places, len(rest)) else whole


def _needed(value: float) -> int:
    if value % 1 == 0:
        return 0
    places = 1 - math.floor(math.log(abs(value)) / math.log(10))
    norm = abs(value) / 10.0**-places
    return max(0, places + (norm > _EXTRA_DECIMAL_FROM))
