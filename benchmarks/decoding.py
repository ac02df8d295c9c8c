"""From response bytes to counted series, on one core, against the client library's objects."""

import time
from collections.abc import Callable, Iterator

from google.cloud.monitoring_v3 import ListTimeSeriesRequest, ListTimeSeriesResponse

from benchmarks.row import Row
from exporter.catalog import cloud_run
from exporter.catalog.model import CloudMonitoring, Family, ValueType
from exporter.cloud_monitoring.counter_reader import CounterReader, SeriesCache
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.points import PageMessage
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Total
from exporter.simulator.bulk import BulkWorld

SERIES, POLLS = 20_000, 7
START = 1_800_000_000 // 60 * 60
REACH = 40_000


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    for value, family in (
        (ValueType.INT64, cloud_run.REQUESTS),
        (ValueType.DISTRIBUTION, cloud_run.REQUEST_DURATION),
    ):
        counting = Counting(value, family)
        responses = [counting.response(minute) for minute in range(POLLS)]
        ours = _rate(responses, counting.count)
        counting.check()
        theirs = _rate(responses, _by_objects)
        what = f"decode and count, {value} series a second on one core"
        against = f"{theirs:,.0f} with the library's objects: {ours / theirs:.1f} times"
        yield Row(
            what=what,
            figure=f"{ours:,.0f}",
            baseline=against,
            reach=f"{REACH:,}",
            met=ours >= REACH,
        )


class Counting:
    """A project of equal series, and what the exporter counts them with."""

    def __init__(self, value: ValueType, family: Family) -> None:
        """Begin to count at the start."""
        assert isinstance(family.source, CloudMonitoring)
        self._world = BulkWorld(SERIES, value)
        self._source = family.source
        self._ledger = Ledger.begin(60 * SECOND, START * SECOND)
        self._cache = SeriesCache(family, family.source, self._world.project, SERIES)

    def response(self, minute: int) -> bytes:
        """Return a response that holds one minute of every series."""
        request = ListTimeSeriesRequest.pb()(name="projects/p", filter=metric_filter(self._source))
        request.interval.start_time.seconds = START + minute * 60
        request.interval.end_time.seconds = START + minute * 60 + 60
        return self._world.time_series(request, START + 3600, 1).body

    def count(self, raw: bytes) -> None:
        """Decode and count a response as a poll does."""
        reader = CounterReader(self._source, self._ledger, self._cache)
        reader.read_page(PageMessage.FromString(raw))
        reader.close()

    def check(self) -> None:
        """See that nothing was miscounted."""
        found = sum(t.value if t.buckets is None else sum(t.buckets.counts) for t in self._totals())
        assert found == self._world.total(START, START + 60 * POLLS), "the benchmark miscounts"

    def _totals(self) -> list[Total]:
        return list(self._ledger.totals.values())


def _rate(responses: list[bytes], take: Callable[[bytes], None]) -> float:
    """Return series a second, of the quickest response: the first one meets every series anew."""
    taken = []
    for response in responses:
        begun = time.process_time()
        take(response)
        taken.append(time.process_time() - begun)
    return SERIES / min(taken[1:])


def _by_objects(raw: bytes) -> None:
    """Walk the same response by the library's own objects, adding values up by identity."""
    totals: dict[tuple[object, ...], float] = {}
    for series in ListTimeSeriesResponse.deserialize(raw).time_series:
        key = (*sorted(series.metric.labels.items()), *sorted(series.resource.labels.items()))
        for point in series.points:
            value = point.value
            number = value.int64_value or value.distribution_value.count
            marked = (*key, point.interval.end_time)
            totals[marked] = totals.get(marked, 0) + number
