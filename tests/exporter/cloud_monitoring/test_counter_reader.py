"""Pages into a ledger: each point once, cumulative series by their rise, limits and resets."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from google.api.distribution_pb2 import Distribution
from google.cloud.monitoring_v3.types import SpanContext

from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.catalog.model import CloudMonitoring, Family, MetricKind, ValueType
from exporter.cloud_monitoring.counter_reader import MAX_AHEAD, CounterReader, SeriesCache
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.exposition.samples import Exemplar
from tests.exporter.cloud_monitoring.ledgers import buckets_of, counts_of
from tests.exporter.cloud_monitoring.messages import OK, SERVICE, distribution, page, series

assert isinstance(REQUESTS.source, CloudMonitoring)
assert isinstance(REQUEST_DURATION.source, CloudMonitoring)
START = 6000
HERE = ("p", "us-central1", "s", "2xx")
ERRORS = {**OK, "response_code_class": "5xx"}
OTHER = {**SERVICE, "revision_name": "r2"}
CUMULATIVE = replace(REQUESTS.source, kind=MetricKind.CUMULATIVE)
RISING, SPREAD = "CUMULATIVE INT64", "CUMULATIVE DISTRIBUTION"


class Shelf:
    """A ledger with its cache, read page by page, poll by poll."""

    def __init__(self, family: Family, source: CloudMonitoring, limit: int = 100) -> None:
        self.source = source
        self.ledger = Ledger.begin(60 * SECOND, START * SECOND)
        self.cache = SeriesCache(family, source, "p", limit)

    def poll(self, *pages: Any) -> PollStatistics:
        """Read the pages of one poll."""
        reader = CounterReader(self.source, self.ledger, self.cache)
        for held in pages:
            reader.read_page(held)
        reader.close()
        return reader.statistics

    def values(self) -> dict[tuple[str, ...], float]:
        """Return what every total holds."""
        return {labels: total.value for labels, total in self.ledger.totals.items()}


def requests(limit: int = 100, **change: Any) -> Shelf:
    """Return a shelf for the request count."""
    return Shelf(REQUESTS, replace(REQUESTS.source, **change), limit)


def test_points_count_once_over_pages_and_polls() -> None:
    """A series may straddle pages, come twice, and come again with the next poll."""
    shelf = requests()
    first = page(series({6180: 4, 6120: 3}), series({6120: 10}, resource=OTHER))
    met = shelf.poll(first, page(series({6120: 3, 6060: 2})))
    assert shelf.values() == {HERE: 19}
    assert (met.series, met.points, met.counted, met.newest) == (3, 5, 4, 6180 * SECOND)
    again = shelf.poll(first, page(series({6240: 1}), series({6240: 1})))
    assert shelf.values() == {HERE: 20}
    assert (again.counted, again.dropped, again.repeated, again.too_late) == (1, {}, 1, 0)


def test_what_is_settled_is_too_late_and_what_is_before_the_start_is_not() -> None:
    """A point that comes behind the watermark is counted as lost; before the start is no loss."""
    shelf = requests()
    shelf.poll(page(series({7200: 1})))
    shelf.ledger.settle(START * SECOND, 7200 * SECOND, 600 * SECOND)
    met = shelf.poll(page(series({7260: 5, 6600: 7, 6540: 7, 6000: 9, 5940: 9})))
    assert shelf.values() == {HERE: 6}
    assert (met.counted, met.too_late) == (1, 2)


def test_points_that_come_late_are_counted_and_the_earliest_is_known() -> None:
    """From the statistics a person learns by how much the late margin has to grow."""
    shelf = requests()
    shelf.poll(page(series({6180: 1})))
    shelf.ledger.recent = 6180 * SECOND
    met = shelf.poll(page(series({6240: 1, 6180: 1, 6120: 1, 6060: 1}, resource=OTHER)))
    assert (met.counted, met.late, met.earliest_late) == (4, 3, 6060 * SECOND)


def test_a_point_of_the_far_future_is_refused() -> None:
    """A point that ends in thousands of years is dropped, and is no newest point."""
    shelf = requests()
    met = shelf.poll(page(series({253402300740: 7, 6060: 2})))
    assert shelf.values() == {HERE: 2}
    assert (met.newest, met.dropped) == (6060 * SECOND, {"invalid": 1})


def test_a_scale_makes_the_base_unit() -> None:
    """Values are multiplied by the source's scale; without one they stay whole numbers."""
    shelf = requests(scale=1e-6, value=ValueType.DOUBLE)
    shelf.poll(page(series({6060: 1_500_000.0, 6120: 500_000.0}, "DELTA DOUBLE")))
    assert shelf.values() == {HERE: 2.0}
    whole = requests()
    whole.poll(page(series({6060: 2**60, 6120: 1})))
    assert whole.values() == {HERE: 2**60 + 1}


def test_series_above_the_limit_are_left_out() -> None:
    """What is on the page keeps counting; a new series is dropped, counted and said once."""
    shelf = requests(limit=1)
    errors = series({6060: 1}, metric=ERRORS)
    met = shelf.poll(page(series({6060: 1}), errors, series({6120: 1}, metric=ERRORS)))
    assert (met.dropped, met.repeated) == ({"limit": 2}, 1)
    assert met.notes[0] == "a series was dropped (limit): more than 1 series"
    again = shelf.poll(page(series({6120: 5}), errors, series({6060: 7}, resource=OTHER)))
    assert (shelf.values(), again.dropped) == ({HERE: 13}, {"limit": 1})


def test_a_series_that_changes_its_kind_is_refused() -> None:
    """A known series of another kind adds nothing, and the others go on."""
    shelf = requests()
    shelf.poll(page(series({6060: 1})))
    met = shelf.poll(page(series({6120: 5}, "GAUGE INT64"), series({6060: 2}, resource=OTHER)))
    assert (shelf.values(), met.dropped) == ({HERE: 3}, {"invalid": 1})


def test_distributions_add_up_in_the_base_unit() -> None:
    """Buckets, and the sum of all values; without values, without buckets, truncated."""
    shelf = Shelf(REQUEST_DURATION, REQUEST_DURATION.source)
    points = {
        6060: distribution([1, 2, 3, 4], mean=20.0),
        6120: distribution([5], mean=4.0),
        6180: distribution([], mean=9.0),
        6240: Distribution(count=7, mean=100.0),
    }
    met = shelf.poll(page(series(points, "DELTA DISTRIBUTION")))
    total = shelf.ledger.totals[HERE]
    assert (total.bounds, counts_of(total)) == ((0.01, 0.02, 0.05), [6, 2, 3, 11])
    assert round(total.value, 9) == 0.92
    assert met.counted == 4


def test_a_layout_that_does_not_fit_goes_on_counting() -> None:
    """Count and sum of the series go on, in the bounds of both layouts."""
    shelf = Shelf(REQUEST_DURATION, REQUEST_DURATION.source)
    shelf.poll(page(series({6060: distribution([1, 1])}, "DELTA DISTRIBUTION")))
    strange = distribution([2, 2], (11.0, 12.0))
    met = shelf.poll(page(series({6120: strange}, "DELTA DISTRIBUTION")))
    total = shelf.ledger.totals[HERE]
    assert (met.counted, met.notes, total.bounds) == (1, [], (0.01, 0.011, 0.012, 0.02, 0.05))
    assert (counts_of(total), round(total.value, 9)) == ([1, 2, 2, 1, 0, 0], 0.09)


def test_exemplars_come_with_their_points() -> None:
    """A traced request is kept with the bucket that it lies in, once its point counts."""
    value = distribution([1])
    span = SpanContext.pb()(span_name="projects/p/traces/t/spans/s")
    value.exemplars.add(value=5.0).attachments.add().Pack(span)
    shelf = Shelf(REQUEST_DURATION, REQUEST_DURATION.source)
    shelf.poll(page(series({6000: value}, "DELTA DISTRIBUTION")))
    assert shelf.ledger.totals[HERE].buckets is None
    shelf.poll(page(series({6060: value}, "DELTA DISTRIBUTION")))
    assert buckets_of(shelf.ledger.totals[HERE]).exemplars == {0: Exemplar("t", "s", 0.005, 0.0)}


@pytest.mark.parametrize(("kind", "value"), [("DELTA", -50), ("CUMULATIVE", -1)])
def test_a_count_below_zero_is_refused(kind: str, value: int) -> None:
    """It is dropped with a note, as what is no number is; the total does not fall."""
    shelf = requests(kind=MetricKind(kind))
    for end, number in ((6060, 7), (6120, value), (6180, 9)):
        met = shelf.poll(page(series({end: number}, f"{kind} INT64", start=6000)))
        if number < 0:
            assert met.notes == [f"a point was dropped (invalid): {HERE}: {value} is not a count"]
    assert shelf.values() == {HERE: 16 if kind == "DELTA" else 9}


def test_a_negative_sum_needs_negative_bounds() -> None:
    """A sum of durations does not fall; one of temperatures may."""
    shelf = Shelf(REQUEST_DURATION, REQUEST_DURATION.source)
    cold = distribution([3], mean=-5.0)
    met = shelf.poll(page(series({6060: cold}, "DELTA DISTRIBUTION")))
    assert (met.counted, met.dropped) == (0, {"invalid": 1})
    cold = distribution([3], (-10.0, 0.0, 10.0), mean=-15.0)
    met = shelf.poll(page(series({6120: cold}, "DELTA DISTRIBUTION")))
    assert (met.counted, shelf.ledger.totals[HERE].value) == (1, -0.045)


def test_a_cache_that_forgot_finds_series_in_the_ledger() -> None:
    """After series were taken out those that stay are known by their labels, not doubled."""
    shelf = requests()
    shelf.poll(page(series({6060: 1})))
    shelf.cache.forget()
    shelf.poll(page(series({6120: 2, 6060: 1})))
    assert (shelf.values(), len(shelf.ledger.marks)) == ({HERE: 3}, 1)


def exponential(**options: float) -> Distribution:
    """Return a distribution of one event over exponential buckets."""
    named = {"num_finite_buckets": 4, "growth_factor": 2.0, "scale": 1.0, **options}
    return Distribution(
        count=1,
        mean=1.0,
        bucket_counts=[1],
        bucket_options=Distribution.BucketOptions(exponential_buckets=named),
    )


@pytest.mark.parametrize(
    "odd",
    [
        distribution([1], mean=nan),
        distribution([1], mean=inf),
        distribution([100], mean=1e308),
        distribution([1, -1, 1]),
        distribution([1], edges=(3.0, 2.0)),
        distribution([1], edges=(1.0, nan)),
        distribution([1, 1, 1, 1, 1]),
        exponential(growth_factor=1e300),
        exponential(num_finite_buckets=-1),
        exponential(num_finite_buckets=2**31 - 1),
        exponential(scale=nan),
        Distribution(count=-1),
        Distribution(count=2**62, mean=1.0, bucket_counts=[2**62]),
    ],
)
@pytest.mark.parametrize("kind", [MetricKind.DELTA, MetricKind.CUMULATIVE])
def test_an_odd_distribution_costs_only_itself(kind: MetricKind, odd: Distribution) -> None:
    """It is dropped with a note and not claimed; the points around it and the page count."""
    shelf = Shelf(REQUEST_DURATION, replace(REQUEST_DURATION.source, kind=kind))
    sound, name = distribution([1], mean=10.0), f"{kind} DISTRIBUTION"
    held = page(
        series({6120: odd, 6060: sound}, name, start=6000),
        series({6060: sound}, name, resource=OTHER, start=6000),
    )
    met = shelf.poll(held)
    assert (met.counted, met.dropped) == (2, {"invalid": 1})
    assert met.notes[0].startswith("a point was dropped (invalid): ('p',")
    total = shelf.ledger.totals[HERE]
    assert (counts_of(total), round(total.value, 9)) == ([2, 0, 0, 0], 0.02)
    assert shelf.poll(held).counted == 0
    later = {6120: distribution([2], mean=10.0)}
    assert shelf.poll(page(series(later, name, start=6000))).counted == 1


def test_events_without_bucket_counts_are_above_all_bounds() -> None:
    """Options alone place nothing: the events are in the last bucket, not in the first."""
    shelf = Shelf(REQUEST_DURATION, REQUEST_DURATION.source)
    unplaced = distribution([])
    unplaced.count = 3
    shelf.poll(page(series({6120: unplaced, 6060: distribution([1])}, "DELTA DISTRIBUTION")))
    assert counts_of(shelf.ledger.totals[HERE]) == [1, 0, 0, 3]


def test_unknown_labels_are_met_with_their_series() -> None:
    """A label that the catalog does not name is noted when a series is met, and not again."""
    shelf, odd = requests(), {**OK, "tier": "a"}
    assert shelf.poll(page(series({6060: 1}, metric=odd))).unknown == {"metric.tier"}
    assert shelf.poll(page(series({6120: 1}, metric=odd))).unknown == set()
    shelf.cache.forget()
    assert shelf.poll(page(series({6180: 1}, metric=odd))).unknown == {"metric.tier"}


def test_the_farthest_point_that_is_taken() -> None:
    """A point counts up to twenty years after the watermark, to the nanosecond."""
    shelf, farthest = requests(), START + MAX_AHEAD // SECOND
    met = shelf.poll(page(series({farthest: 1, farthest + 60: 1})))
    assert (met.newest, met.counted) == (farthest * SECOND, 1)
    assert met.dropped == {"invalid": 1}


def test_a_refused_series_makes_no_mark() -> None:
    """It has no place in the ledger, and does not count against the limit."""
    shelf = requests(limit=1)
    met = shelf.poll(page(series({6060: 1}, "GAUGE INT64", ERRORS), series({6060: 2})))
    assert (met.dropped, met.series) == ({"invalid": 1}, 2)
    assert (shelf.values(), len(shelf.ledger.marks)) == ({HERE: 2}, 1)


def test_an_identity_is_kept_once() -> None:
    """A series that has a mark needs no identity beside it: there may be a hundred thousand."""
    shelf = requests()
    shelf.poll(page(series({6120: 1}), series({6120: 1}, resource=OTHER)))
    assert len(shelf.cache.marks) == 2
    assert shelf.cache.identities._known == {}
