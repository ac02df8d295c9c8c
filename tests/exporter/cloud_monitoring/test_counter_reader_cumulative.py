"""CUMULATIVE series: what they rose by counts, over restarts and other buckets."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from google.api.distribution_pb2 import Distribution

from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.catalog.model import MetricKind
from exporter.cloud_monitoring.checkpoint_rows import (
    read_ledger,
    read_marks,
    read_totals,
    write_ledger,
    write_rows,
)
from exporter.cloud_monitoring.counter_reader import CounterReader, SeriesCache
from exporter.cloud_monitoring.ledger import Ledger, Outcome
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.state_schema import LAYOUT
from exporter.exposition.encoding import Stems, lines
from exporter.exposition.samples import Part, Sample
from exporter.state_file.sqlite_file import create
from tests.exporter.cloud_monitoring.ledgers import counts_of
from tests.exporter.cloud_monitoring.messages import SERVICE, distribution, page, series
from tests.exporter.cloud_monitoring.test_counter_reader import (
    CUMULATIVE,
    HERE,
    OTHER,
    RISING,
    SPREAD,
    START,
    Shelf,
)


def test_a_cumulative_series_counts_what_it_rose_by() -> None:
    """The first point of an old series is a base; over pages in any order, each rise is once."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    late = page(series({6180: 130, 6120: 120}, RISING, start=100))
    shelf.poll(late, page(series({6060: 100}, RISING, start=100)))
    assert shelf.values() == {HERE: 30}
    shelf.poll(late)
    shelf.poll(page(series({6240: 137}, RISING, start=100)))
    assert shelf.values() == {HERE: 37}
    assert shelf.ledger.totals[HERE].last == 6240 * SECOND


def test_a_distribution_is_on_the_page_from_its_base_on() -> None:
    """Its buckets are empty after the first point, and the others of its family stay."""
    source = replace(REQUEST_DURATION.source, kind=MetricKind.CUMULATIVE)
    shelf = Shelf(REQUEST_DURATION, source)

    def poll(at: int, counts: tuple[int, ...], service: str) -> list[str]:
        """Read a point; return the counts on the page."""
        resource = {**SERVICE, "service_name": service}
        point = series({at: distribution(counts)}, SPREAD, resource=resource, start=100)
        shelf.poll(page(point))
        totals = shelf.ledger.totals.values()
        part = Part(REQUEST_DURATION, tuple(Sample(t.labels, t.exposed_value()) for t in totals))
        text = lines(part, Stems(REQUEST_DURATION), openmetrics=False).decode()
        return [line.rpartition(" ")[2] for line in text.splitlines() if "_count{" in line]

    assert poll(6060, (9, 9), "busy") == ["0"]
    assert poll(6120, (9, 12), "busy") == ["3"]
    assert poll(6120, (4, 2), "late") == ["3", "0"]


def test_a_cumulative_series_that_started_anew_counts_whole() -> None:
    """After a new start all of the value is a rise, also when old points come with it."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    shelf.poll(page(series({6060: 100}, RISING, start=100)))
    again, before = series({6180: 4}, RISING, start=6120), series({6120: 107}, RISING, start=100)
    shelf.poll(page(again), page(before))
    assert shelf.values() == {HERE: 11}


def test_a_cumulative_series_that_starts_after_the_start_counts_whole() -> None:
    """A series that was not there at the start has no base; one that was has."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    shelf.poll(
        page(
            series({6120: 5}, RISING, start=6000),
            series({6120: 7}, RISING, resource=OTHER, start=5999),
        )
    )
    assert shelf.values() == {HERE: 5}


def test_a_fall_without_a_new_start_is_no_rise() -> None:
    """A value that falls adds nothing; later rises are from where it fell to."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    for end, value in ((6060, 100), (6120, 40), (6180, 45)):
        shelf.poll(page(series({end: value}, RISING, start=100)))
    assert shelf.values() == {HERE: 5}


def test_cumulative_distributions_rise_by_bucket() -> None:
    """Each bucket, and the sum, counts what it rose by; a new start counts whole."""
    shelf = Shelf(REQUEST_DURATION, replace(REQUEST_DURATION.source, kind=MetricKind.CUMULATIVE))
    for end, start, value in (
        (6060, 100, distribution([1, 1], mean=10.0)),
        (6120, 100, distribution([1, 2, 3], mean=20.0)),
        (6180, 6150, distribution([0, 1], mean=15.0)),
    ):
        shelf.poll(page(series({end: value}, SPREAD, start=start)))
    total = shelf.ledger.totals[HERE]
    assert (total.bounds, counts_of(total)) == ((0.01, 0.02, 0.05), [0, 2, 3, 0])
    assert round(total.value, 9) == 0.115


def rises(*values: Distribution, restarts: bool = False) -> Shelf:
    """Return a shelf that read these points of a cumulative series, a minute apart."""
    shelf = Shelf(REQUEST_DURATION, replace(REQUEST_DURATION.source, kind=MetricKind.CUMULATIVE))
    for minute, value in enumerate(values, 1):
        shelf.poll(page(series({START + 60 * minute: value}, SPREAD, start=100)))
        if restarts:
            shelf.cache = SeriesCache(REQUEST_DURATION, shelf.source, "p", 100)
            shelf.ledger = stored(shelf.ledger)
    return shelf


def stored(ledger: Ledger) -> Ledger:
    """Return a ledger as another process finds it in the state file."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db, LAYOUT)
    write_rows(db, write_ledger(db, "p/x", "shape", ledger), ledger)
    found = read_ledger(db, "p/x")
    assert found is not None
    read_totals(db, found[0], found[2])
    read_marks(db, found[0], found[2])
    return found[2]


def halved(number: int, slow: int, *, fine: bool) -> Distribution:
    """Return what OpenTelemetry has before and after it halves the resolution for slow values."""
    growth, size = (2 ** (1 / 8), 16) if fine else (2 ** (1 / 4), 32)
    counts = [0] * (size + 2)
    counts[1 + (5 if fine else 2)] = number
    counts[1 + (15 if fine else 27)] += slow
    options = Distribution.BucketOptions.Exponential(
        num_finite_buckets=size, growth_factor=growth, scale=0.25
    )
    return Distribution(
        count=number + slow,
        mean=0.4,
        bucket_counts=counts,
        bucket_options=Distribution.BucketOptions(exponential_buckets=options),
    )


@pytest.mark.parametrize("restarts", [False, True])
def test_halved_resolution_counts_the_rise(restarts: bool, caplog: Any) -> None:
    """New bounds under the old start are no new events, also over a restart; buckets are exact."""
    shelf = rises(
        halved(600, 0, fine=True),
        halved(720, 0, fine=True),
        halved(840, 1, fine=False),
        halved(900, 1, fine=False),
        restarts=restarts,
    )
    total = shelf.ledger.totals[HERE]
    assert sum(counts_of(total)) == 301
    assert round(total.value, 9) == round(301 * 0.4e-3, 9)
    assert max(counts_of(total)) == 300
    assert caplog.messages == []


@pytest.mark.parametrize("restarts", [False, True])
def test_bounds_that_do_not_nest_cost_buckets_only(restarts: bool, caplog: Any) -> None:
    """Count and sum count the rise; events lie in buckets that hold as many; one line is logged."""
    shelf = rises(
        distribution([100, 0, 0], (10.0, 30.0), mean=5.0),
        distribution([60, 50, 0], (7.0, 20.0), mean=6.0),
        distribution([60, 55, 5], (8.0, 25.0), mean=6.5),
        distribution([61, 55, 5], (8.0, 25.0), mean=6.5),
        restarts=restarts,
    )
    total = shelf.ledger.totals[HERE]
    assert sum(counts_of(total)) == 21
    assert round(total.value, 9) == round((121 * 6.5 - 500) / 1000, 9)
    assert len([m for m in caplog.messages if "count and sum are exact" in m]) == 1 + restarts


def test_a_cumulative_point_is_read_once() -> None:
    """What was counted is not decoded again; an odd value is dropped where it is met."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    both = page(series({6120: 130, 6060: 100}, RISING, start=100))
    shelf.poll(both)
    shelf.cache.values = None  # type: ignore[assignment]
    met = shelf.poll(both)
    assert met.outcomes == {Outcome.SEEN: 2}


def test_cumulative_points_wait_until_all_pages_are_in() -> None:
    """Without a close nothing counts, though what was read is met; the next poll counts all."""
    shelf = Shelf(REQUESTS, CUMULATIVE)
    held = page(series({6180: 130, 6060: 100}, RISING, start=100))
    reader = CounterReader(shelf.source, shelf.ledger, shelf.cache)
    reader.read_page(held)
    assert (reader.statistics.points, reader.statistics.newest) == (2, 6180 * SECOND)
    assert (reader.statistics.counted, shelf.values()) == (0, {HERE: 0})
    assert shelf.poll(held).outcomes == {Outcome.BASE: 1, Outcome.COUNTED: 1}
    assert shelf.values() == {HERE: 30}
