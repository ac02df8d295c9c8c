"""A ledger with everything in it that a state file has to keep."""

from collections.abc import Callable, Sequence

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.bucket_totals import BucketTotal, Layout
from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import Ledger, Mark, Outcome
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount, Total

NAME, SHAPE = "p/requests", '["shape"]'
PERIOD = 60 * SECOND
START = 30_000_000 * PERIOD


def add_number(total: Total, number: float, end: int) -> None:
    """Add a number to a total."""
    total.add_amount(Amount(value=number), end)


def add_buckets(
    total: Total, layout: Layout, counts: Sequence[int], weight: float, end: int
) -> None:
    """Add a distribution to a total."""
    total.add_amount(Amount(value=weight, counts=tuple(counts), layout=layout), end)


def buckets_of(total: Total) -> BucketTotal:
    """Return the buckets of a histogram's total."""
    assert total.buckets is not None
    return total.buckets


def counts_of(total: Total) -> list[int]:
    """Return the counts of a total's buckets; none where it is a number."""
    return list(total.buckets.counts) if total.buckets else []


def claim(ledger: Ledger, mark: Mark, end: int) -> bool:
    """Let a ledger count a point that adds nothing; say whether it did."""
    return ledger.add_delta(mark, end, lambda: Amount(value=0)) is Outcome.COUNTED


def filled() -> Ledger:
    """Return numbers, buckets, marks on and between periods, and cumulative ones."""
    ledger = Ledger.begin(PERIOD, START)
    for minute in (1, 2, 90):
        claim(ledger, ledger.mark("grid", ("a", "2xx")), START + minute * PERIOD)
    for second in (7, 5407):
        claim(ledger, ledger.mark("off_grid", ("a", "2xx")), START + second * SECOND)
    add_number(ledger.total(("a", "2xx")), 2**53 + 1, START + PERIOD)
    ledger.settle(START, START + 100 * PERIOD, 10 * PERIOD)
    buckets = ledger.total(("b", "5xx"))
    add_buckets(buckets, layout((0.1, 0.2), 1.0, REQUESTS), (1, 2, 3), 0.7, START + PERIOD)
    rising = ledger.mark("rising", ("a", '"quoted" \N{SNOWMAN}'))
    rising.start, rising.end, rising.held = START, START + PERIOD, Held((0.25, 3, 4), (0.5,))
    ledger.settle(START + 200 * PERIOD, START + 210 * PERIOD, 10 * PERIOD)
    return ledger


def new_ledger(start: int = 1000 * PERIOD) -> Ledger:
    """Return a ledger of whole minutes that counts from a start on."""
    return Ledger.begin(PERIOD, start)


def at(minute: float) -> int:
    """Return the nanosecond of a minute after the start."""
    return round((1000 + minute) * PERIOD)


def points(*numbers: float) -> Callable[[], Amount]:
    """Return what reads the next of `numbers` at every call, and fails after the last."""
    left = iter(numbers)
    return lambda: Amount(value=next(left))
