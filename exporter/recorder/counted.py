"""What was counted of a series before, in the parts that it has now.

A collector of an application's own may yield other buckets from one reading to the next: one that
leaves out empty ones does. Then the series goes on under another shape, and counts what is new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite

from .layout import SUM

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
    return {} if any(_fell(part, value, now) for part, value in last.parts.items()) else last.parts


def _fell(part: str, value: float, now: Counted) -> bool:
    """Return whether a count fell; a bucket that is not there is empty, and a sum may fall."""
    missing = 0.0 if now.type == "histogram" else value
    return part != SUM and now.parts.get(part, missing) < value


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
