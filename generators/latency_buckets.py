"""How requests within a time are counted: by the buckets of Cloud Run's latencies beside it.

Where no bucket ends there, requests between the two bounds are taken as evenly spread, as
histogram_quantile takes them. The bounds are those that the exporter is expected to expose.
"""

from dataclasses import dataclass

from exporter.catalog.buckets import beside, expected
from exporter.catalog.cloud_run import REQUEST_DURATION

_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class WeightedBound:
    """A bucket's bound in seconds, and the weight of the requests up to it; weights add up to 1."""

    le: float
    weight: float

    @property
    def text(self) -> str:
        """The value of the label `le`, as the exporter writes it."""
        return repr(self.le)


def bounds_of(within: float) -> tuple[WeightedBound, ...]:
    """Return the bounds from which requests within a time are counted: one, or two beside it."""
    found = sorted(beside(expected(REQUEST_DURATION), within))
    if len(found) == 1:
        return (WeightedBound(found[0], 1.0),)
    low, high = found
    upper = round((within - low) / (high - low), 9)
    return WeightedBound(low, round(1 - upper, 9)), WeightedBound(high, upper)


def shown_bound(le: float) -> str:
    """Return a bound as people read it: 218ms."""
    return f"{le:.3g}s" if le >= _SECOND else f"{le * 1000:.3g}ms"
