"""The same for distributions: every bucket, and the sum of all values, is the truth."""

from typing import Any

from hypothesis import HealthCheck, settings

from tests.exporter.cloud_monitoring.ledgers import counts_of
from tests.exporter.cloud_monitoring.messages import distribution
from tests.exporter.cloud_monitoring.test_exactly_once import ExactlyOnce


class BucketsExactlyOnce(ExactlyOnce):
    """Every event after the cut counts once, in its own bucket."""

    family, value_type = "cloudrun_request_duration_seconds", "DISTRIBUTION"

    def value(self, number: int) -> Any:
        """Return a distribution: the number's digits in base four, zeros at the end left out."""
        counts = [number & 3, number >> 2 & 3, number >> 4 & 3]
        while counts and not counts[-1]:
            counts.pop()
        return distribution(counts, mean=float(number))

    def pieces(self, labels: tuple[str, ...], value: Any) -> dict[Any, int]:
        """Return the count of each bucket, and the sum in milliseconds."""
        found = {(labels, bucket): count for bucket, count in enumerate(value.bucket_counts)}
        return {**found, (labels, "sum"): round(value.mean * value.count)}

    def counted(self) -> dict[Any, int]:
        """Return the same of the ledger, without zeros."""
        ledger = self.bench.poll._ledger
        assert ledger is not None
        found: dict[Any, int] = {}
        for total in ledger.totals.values():
            found.update({(total.labels, i): count for i, count in enumerate(counts_of(total))})
            found[total.labels, "sum"] = round(total.value * 1000)
        return {piece: count for piece, count in found.items() if count}


BucketsExactlyOnce.TestCase.settings = settings(
    database=None,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestBucketsExactlyOnce = BucketsExactlyOnce.TestCase
