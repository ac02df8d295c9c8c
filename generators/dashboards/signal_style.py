"""How a signal is shown on every board: unit, decimals, colour and bounds of the axis."""

from exporter.catalog.expression import Kind, Signal
from exporter.catalog.model import Unit

EVENTS = "count:/s"  # Grafana's own abbreviations are hard to read: c/s, rd/s, wr/s
GROUPED = "locale"  # a count with all its digits
_UNITS = {"cache_evictions": EVENTS, "cache_misses": EVENTS}
_COLOURS = {
    Kind.AVAILABILITY: "ok",
    Kind.ERROR_RATE: "errors",
    Kind.RESPONSE_TIME: "latency",
    Kind.THROUGHPUT: "traffic",
    Kind.CACHE_HIT_RATE: "cache",
    Kind.DB_LAG: "latency",
    Kind.CPU: "resource",
    Kind.MEMORY: "resource",
}
_DECIMALS = {Unit.RATIO: 1, Unit.SECONDS: 1, Unit.PER_SECOND: 1}
_LARGE = ("active_users", "requests_total")  # counts in thousands
_FINE = {Kind.AVAILABILITY: 3, Kind.ERROR_RATE: 2}


def decimals(found: Signal) -> int:
    """Return how many decimals a signal is shown with."""
    if found.kind in _FINE:
        return _FINE[found.kind]
    return 1 if found.name in _LARGE else _DECIMALS.get(found.unit, 0)


def unit(found: Signal) -> str:
    """Return Grafana's identifier of a signal's unit."""
    return _UNITS.get(found.name, found.unit.grafana)


def colour(found: Signal) -> str:
    """Return the colour token of a signal's kind."""
    return _COLOURS[found.kind] if found.kind else "traffic"


def bounds(found: Signal) -> tuple[float | None, float | None]:
    """Return the axis' bounds: a share ends at 1, and only an error rate may be cut off above."""
    if found.kind is Kind.AVAILABILITY:
        return None, 1.0
    whole = found.unit is Unit.RATIO and found.kind is not Kind.ERROR_RATE
    return 0.0, 1.0 if whole else None
