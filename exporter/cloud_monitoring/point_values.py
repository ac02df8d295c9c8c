"""Reads a point's value and checks all of it first, so that no point counts in part."""

from collections.abc import Callable
from math import isfinite

from exporter.catalog.model import CloudMonitoring, Family, ValueType
from exporter.cloud_monitoring.bucket_layouts import layout, source_bounds
from exporter.cloud_monitoring.bucket_totals import UNPLACED, Layout
from exporter.cloud_monitoring.exemplars import exemplars
from exporter.cloud_monitoring.points import FIELDS, Raw
from exporter.cloud_monitoring.totals import Amount, Unsound

MAX_EVENTS = 2**53  # of one bucket in one point; sums of these stay far below 64 bits


class PointValues:
    """Reads the points of one source; bucket layouts are cached by their bytes."""

    def __init__(self, family: Family, source: CloudMonitoring) -> None:
        self._family, self._scale, self._field = family, source.scale, FIELDS[source.value]
        self._is_distribution = source.value is ValueType.DISTRIBUTION
        self._layouts: dict[bytes, Layout] = {}

    def amount(self, point: Raw) -> Amount:
        """Return a point's value. Raises Unsound where it cannot be counted."""
        value = getattr(point.value, self._field)
        if self._is_distribution:
            return distribution_amount(value, self._scale, self._layout)
        return number(value, self._scale)

    def _layout(self, value: Raw) -> Layout:
        wire = value.bucket_options.SerializeToString()
        found = self._layouts.get(wire)
        if found is None:
            bounds = source_bounds(value.bucket_options)
            found = self._layouts[wire] = layout(bounds, self._scale, self._family)
        return found


def number(value: float, scale: float) -> Amount:
    """Return a number as an amount. Raises Unsound where it is not finite, or below zero."""
    if not isfinite(value * scale) or value < 0:
        raise Unsound(f"{value} is not a count")
    return Amount(value=value, scale=scale)


def distribution_amount(value: Raw, scale: float, layouts: Callable[[Raw], Layout]) -> Amount:
    """Return a distribution as an amount. Raises Unsound where a mean, count or bucket is invalid.

    Events without bucket counts are placed above all bounds, whatever the options are.
    """
    # Each look at a message costs as much as a sum.
    events, mean, placed = value.count, value.mean, tuple(value.bucket_counts)
    counts = placed or (events,)
    if not (min(counts) >= 0 and max(counts) <= MAX_EVENTS and 0 <= events <= MAX_EVENTS):
        raise Unsound(f"a count is not between 0 and {MAX_EVENTS}")
    total = mean * events if events else 0.0
    if not isfinite(total * scale):
        raise Unsound(f"mean {mean} of {events} values is not a mean")
    kept = layouts(value) if placed or not events else UNPLACED
    if kept.source and len(counts) > len(kept.slots):
        raise Unsound(f"{len(counts)} counts for {len(kept.slots)} buckets")
    if total < 0 and not (kept.source and kept.source[0] < 0):
        raise Unsound(f"mean {mean} is below zero, all bounds are above")
    traced = tuple(exemplars(value, scale)) if len(value.exemplars) else ()
    return Amount(
        value=total,
        counts=counts if kept.source else (events,),
        layout=kept,
        scale=scale,
        exemplars=traced,
    )
