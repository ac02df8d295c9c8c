"""What was counted of a series before, in the parts that it has now.

A collector of an application's own may yield other buckets from one reading to the next: one that
leaves out empty ones does. Then the series goes on under another shape, and counts what is new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf, isfinite

from .layout import COUNT, SUM

_ROUNDING = 1e-12  # of the events that a histogram has
Bounds = tuple[float, ...]
Parts = Mapping[str, float]
Bucket = tuple[float, float, str, float]  # above, up to, name, events


@dataclass(frozen=True, slots=True)
class Counted:
    """A series as it was last read: its type, the finite bounds of its shape, and its parts.

    A histogram's parts are its sum and the buckets that are not empty, by their bound's text.
    """

    type: str
    bounds: Bounds
    parts: Parts


def before(last: Counted | None, now: Counted) -> Parts:
    """Return what was counted, by the parts of now; nothing of a series that began anew."""
    if last is None:
        return {}
    if last.bounds != now.bounds:
        return _relocated(last, now)
    if last.type == "histogram":
        return {} if _is_below(_rises(last.parts, now.parts), last.parts) else last.parts
    fell = (now.parts.get(part, value) < value for part, value in last.parts.items() if part != SUM)
    return {} if any(fell) else last.parts


def untorn(known: Parts, parts: Parts) -> Parts:
    """Return the parts of a reading without events that it has twice.

    Where a collector reads its buckets while events arrive, one may be in a bucket already and not
    yet in the next: that one falls, though no count up to a bound did. The rise then waits until
    all buckets above have it.
    """
    rises = _rises(known, parts)
    if all(rise >= 0 for rise in rises.values()):
        return parts
    up_to = [*accumulate(rises.values())]
    surely = [*accumulate(reversed(up_to), min)][::-1]
    events = {
        part: known.get(part, 0.0) + max(0.0, now - below)
        for part, (below, now) in zip(rises, pairwise((0.0, *surely)), strict=True)
    }
    return {part: value for part, value in parts.items() if part not in rises} | events


def _rises(known: Parts, parts: Parts) -> dict[str, float]:
    """Return by how much each bucket rose, lowest first."""
    names = (known.keys() | parts.keys()) - {"", SUM, COUNT}
    return {n: parts.get(n, 0.0) - known.get(n, 0.0) for n in sorted(names, key=float)}


def _is_below(rises: Mapping[str, float], known: Parts) -> bool:
    """Return whether a count up to a bound fell, by more than rounding does."""
    most = sum(value for part, value in known.items() if part != SUM)
    return any(rise < -_ROUNDING * most for rise in accumulate(rises.values()))


def _relocated(last: Counted, now: Counted) -> Parts:
    """Return the counts of a histogram by its new buckets.

    An event lies in a new bucket that its old one overlaps. Up to a bound that both have, this is
    exact. Where new buckets have no room for all of them, the histogram began anew.
    """
    found = {part: value for part, value in last.parts.items() if part == SUM}
    room = [*_buckets(now)]
    for low, high, _, events in _buckets(last):
        left = events
        for number, (above, bound, part, free) in enumerate(room):
            taken = min(left, free) if above < high and low < bound else 0.0
            if taken:
                found[part] = found.get(part, 0.0) + taken
                room[number] = (above, bound, part, free - taken)
                left -= taken
        if left:
            return {}
    return found


def _buckets(counted: Counted) -> Iterator[Bucket]:
    """Yield the buckets that are not empty, lowest first."""
    lows = {high: low for low, high in pairwise((-inf, *counted.bounds, inf))}
    events = {part: value for part, value in counted.parts.items() if part != SUM}
    for part in sorted(events, key=float):
        if isfinite(events[part]):
            yield lows[float(part)], float(part), part, events[part]
