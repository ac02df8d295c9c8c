"""A ledger with everything in it that a state file has to keep."""

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.ledger import SECOND, Ledger
from exporter.cloud_monitoring.totals import add_buckets, add_number

NAME, SHAPE = "p/requests", '["shape"]'
PERIOD = 60 * SECOND
CUT = 30_000_000 * PERIOD


def filled() -> Ledger:
    """Return numbers, buckets, marks on and between periods, and cumulative ones."""
    ledger = Ledger.begin(PERIOD, CUT)
    for minute in (1, 2, 90):
        ledger.claim(ledger.mark("grid", ("a", "2xx")), CUT + minute * PERIOD)
    for second in (7, 5407):
        ledger.claim(ledger.mark("stray", ("a", "2xx")), CUT + second * SECOND)
    add_number(ledger.total(("a", "2xx")), 2**53 + 1, CUT + PERIOD)
    ledger.settle(CUT, CUT + 100 * PERIOD, 10 * PERIOD)
    buckets = ledger.total(("b", "5xx"))
    add_buckets(buckets, layout((0.1, 0.2), 1.0, REQUESTS), (1, 2, 3), 0.7, CUT + PERIOD)
    rising = ledger.mark("rising", ("a", '"quoted" \N{SNOWMAN}'))
    rising.start, rising.end, rising.held = CUT, CUT + PERIOD, (0.25, 3, 4)
    ledger.settle(CUT + 200 * PERIOD, CUT + 210 * PERIOD, 10 * PERIOD)
    return ledger
