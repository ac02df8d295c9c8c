"""What a point says in numbers, found sound before it is claimed, so that none half counts."""

from collections.abc import Callable
from math import isfinite

from exporter.cloud_monitoring.points import Raw, Unfit
from exporter.cloud_monitoring.totals import UNPLACED, Amount, Layout

MOST_EVENTS = 2**53  # of one bucket in one point; sums of these stay far from what 64 bits hold


def number(value: float, scale: float) -> Amount:
    """Take a number. Raises Unfit where it is not finite."""
    if not isfinite(value * scale):
        raise Unfit(f"{value} is no count")
    return Amount(value)


def spread(value: Raw, scale: float, layouts: Callable[[Raw], Layout]) -> Amount:
    """Take a distribution. Raises Unfit where its mean, a count or a bucket is unsound.

    Events without bucket counts are above all bounds, whatever the options say.
    """
    counts = tuple(value.bucket_counts) or (value.count,)
    if not all(0 <= count <= MOST_EVENTS for count in (*counts, value.count)):
        raise Unfit(f"a count is not between 0 and {MOST_EVENTS}")
    weight = value.mean * value.count if value.count else 0.0
    if not isfinite(weight * scale):
        raise Unfit(f"mean {value.mean} of {value.count} values is no mean")
    layout = layouts(value) if value.bucket_counts or not value.count else UNPLACED
    if layout.full and len(counts) > len(layout.slots):
        raise Unfit(f"{len(counts)} counts for {len(layout.slots)} buckets")
    return Amount(weight, counts if layout.full else (value.count,), layout)
