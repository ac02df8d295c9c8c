"""What a point says in numbers, found sound before it is counted, so that none half counts."""

from collections.abc import Callable
from math import isfinite

from exporter.catalog.model import CloudMonitoring, Family, ValueType
from exporter.cloud_monitoring.bucket_layouts import layout, source_bounds
from exporter.cloud_monitoring.exemplars import exemplars
from exporter.cloud_monitoring.points import FIELDS, Raw, Unsound
from exporter.cloud_monitoring.totals import UNPLACED, Amount, Layout

MOST_EVENTS = 2**53  # of one bucket in one point; sums of these stay far from what 64 bits hold


class PointValues:
    """Reads the points of one source; bucket layouts are remembered by their bytes."""

    def __init__(self, family: Family, source: CloudMonitoring) -> None:
        self._family, self._scale, self._field = family, source.scale, FIELDS[source.value]
        self._spreads = source.value is ValueType.DISTRIBUTION
        self._layouts: dict[bytes, Layout] = {}

    def amount(self, point: Raw) -> Amount:
        """Return what a point says. Raises Unsound where that cannot be counted."""
        value = getattr(point.value, self._field)
        if self._spreads:
            return spread(value, self._scale, self._layout)
        return number(value, self._scale)

    def _layout(self, value: Raw) -> Layout:
        wire = value.bucket_options.SerializeToString()
        found = self._layouts.get(wire)
        if found is None:
            bounds = source_bounds(value.bucket_options)
            found = self._layouts[wire] = layout(bounds, self._scale, self._family)
        return found


def number(value: float, scale: float) -> Amount:
    """Take a number. Raises Unsound where it is not finite."""
    if not isfinite(value * scale):
        raise Unsound(f"{value} is no count")
    return Amount(value=value, scale=scale)


def spread(value: Raw, scale: float, layouts: Callable[[Raw], Layout]) -> Amount:
    """Take a distribution. Raises Unsound where its mean, a count or a bucket is.

    Events without bucket counts are above all bounds, whatever the options say.
    """
    counts = tuple(value.bucket_counts) or (value.count,)
    if not all(0 <= count <= MOST_EVENTS for count in (*counts, value.count)):
        raise Unsound(f"a count is not between 0 and {MOST_EVENTS}")
    weight = value.mean * value.count if value.count else 0.0
    if not isfinite(weight * scale):
        raise Unsound(f"mean {value.mean} of {value.count} values is no mean")
    kept = layouts(value) if value.bucket_counts or not value.count else UNPLACED
    if kept.full and len(counts) > len(kept.slots):
        raise Unsound(f"{len(counts)} counts for {len(kept.slots)} buckets")
    traced = tuple(exemplars(value, scale)) if value.exemplars else ()
    return Amount(
        value=weight,
        counts=counts if kept.full else (value.count,),
        layout=kept,
        scale=scale,
        exemplars=traced,
    )
