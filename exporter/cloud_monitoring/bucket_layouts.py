"""Bucket layouts: Google's bounds in base units, and the at most 40 of them that are exported.

Google's finite buckets are [lower, upper), those of Prometheus (lower, upper]: a value that equals
a bound counts one bucket higher here. Merging whole buckets is exact; nothing is interpolated.
"""

from itertools import pairwise
from math import isfinite

from google.api.distribution_pb2 import Distribution

from exporter.catalog.buckets import in_base_unit, thin
from exporter.catalog.model import Family
from exporter.cloud_monitoring.bucket_totals import Layout
from exporter.cloud_monitoring.joint_bounds import Near, slots
from exporter.cloud_monitoring.totals import Unsound

MAX_SOURCE_BOUNDS = 10_000  # Google allows 200; a corrupt number must not fill the memory


def source_bounds(options: Distribution.BucketOptions) -> tuple[float, ...]:
    """Return the upper bounds of all source buckets but the last, in the source's unit.

    Raises Unsound where they cannot be computed.
    """
    exponential, linear = options.exponential_buckets, options.linear_buckets
    count = exponential.num_finite_buckets or linear.num_finite_buckets
    if not 0 <= count <= MAX_SOURCE_BOUNDS:
        raise Unsound(f"{count} buckets, not between 0 and {MAX_SOURCE_BOUNDS}")
    try:
        return _bounds(options)
    except OverflowError as error:
        raise Unsound("its bucket bounds overflow") from error


def _bounds(options: Distribution.BucketOptions) -> tuple[float, ...]:
    kind = options.WhichOneof("options")
    if kind == "explicit_buckets":
        return tuple(options.explicit_buckets.bounds)
    if kind == "exponential_buckets":
        e = options.exponential_buckets
        return tuple(e.scale * e.growth_factor**i for i in range(e.num_finite_buckets + 1))
    if kind == "linear_buckets":
        n = options.linear_buckets
        return tuple(n.offset + n.width * i for i in range(n.num_finite_buckets + 1))
    return ()


def layout(source: tuple[float, ...], scale: float, family: Family) -> Layout:
    """Choose which of the source's bounds are exported for `family`.

    Raises Unsound where they do not ascend, or are not finite.
    """
    scaled = in_base_unit(source, scale)
    if not all(map(isfinite, scaled)) or not all(a < b for a, b in pairwise(scaled)):
        raise Unsound("its bucket bounds do not ascend, or are not finite")
    bounds = thin(scaled, family.near, family.span)
    return Layout(
        source=scaled,
        bounds=bounds,
        slots=slots(scaled, bounds),
        near=Near(family.near, family.span),
    )
