"""Which bucket bounds a histogram has: at most 40 of its source's, and which the simulator has.

Google's documents name no layout, and none was observed: `expected` returns the simulator's bounds.
Where Google uses other bounds, the exposition of a real exporter shows them.
"""

from bisect import bisect_left, bisect_right

from exporter.catalog.model import CloudMonitoring, Family, Type, Unit

MOST_BOUNDS = 40
_CONCURRENCY = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 200.0, 500.0, 1000.0)
_RATIOS = tuple(0.01 * i for i in range(111))
_SIZES = tuple(2.0**i for i in range(20, 36))
_TIMES = tuple(1.4**i for i in range(65))
_ROUND = "cloudrun_max_request_concurrency"


def expected(family: Family) -> tuple[float, ...]:
    """Return the finite bounds of a histogram that is read from Cloud Monitoring; else none."""
    source = family.source
    if family.type is not Type.HISTOGRAM or not isinstance(source, CloudMonitoring):
        return ()
    return thin(in_base_unit(_simulated(family), source.scale), family.near, family.span)


def _simulated(family: Family) -> tuple[float, ...]:
    """Return the simulator's bounds, in the source's unit."""
    if family.name == _ROUND:
        return _CONCURRENCY
    if family.unit is Unit.RATIO:
        return _RATIOS
    return _SIZES if family.unit is Unit.BYTES else _TIMES


def in_base_unit(bounds: tuple[float, ...], scale: float) -> tuple[float, ...]:
    """Return bounds in the base unit, without the noise of binary fractions."""
    return tuple(float(f"{bound * scale:.12g}") for bound in bounds)


def thin(
    bounds: tuple[float, ...],
    near: tuple[float, ...],
    span: tuple[float, float],
    limit: int = MOST_BOUNDS,
) -> tuple[float, ...]:
    """Return at most `limit` of `bounds`: those beside `near` first, then evenly within `span`."""
    if len(bounds) <= limit:
        return bounds
    kept = {bound for value in near for bound in beside(bounds, value)}
    inside = [b for b in bounds if span[0] <= b <= span[1] and b not in kept]
    outside = [b for b in bounds if not span[0] <= b <= span[1] and b not in kept]
    room = limit - len(kept)
    if len(inside) >= room:
        return tuple(sorted(kept.union(_evenly(inside, room))))
    kept.update(inside)
    return tuple(sorted(kept.union(_evenly(outside, limit - len(kept)))))


def beside(bounds: tuple[float, ...], value: float) -> tuple[float, ...]:
    """Return the bound at or below `value` and the one at or above it."""
    below, above = bisect_right(bounds, value) - 1, bisect_left(bounds, value)
    return tuple(bounds[i] for i in {below, above} if 0 <= i < len(bounds))


def _evenly(values: list[float], count: int) -> list[float]:
    """Return `count` of `values`, first and last among them, spread by rank."""
    if count <= 0 or not values:
        return []
    if count >= len(values):
        return values
    if count == 1:
        return [values[-1]]
    step = (len(values) - 1) / (count - 1)
    return [values[round(i * step)] for i in range(count)]
