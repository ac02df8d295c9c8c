"""ListTimeSeries as Google's own client sees it."""

from collections.abc import Iterator

import pytest
from google.api_core.exceptions import (
    GoogleAPICallError,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)

from exporter.simulator.world import World
from tests.exporter.simulator.asking import (
    COUNT,
    INSTANCES,
    LATENCIES,
    NOON,
    ROWS,
    Asker,
    aggregation,
    asking,
    identity,
)
from tests.exporter.simulator.worlds import true_total


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    """Serve a calm world without delay, at noon."""
    with asking(World(start=NOON, scale=0.01), delay=0.0) as found:
        yield found


def ends(asker: Asker, start: float, end: float) -> set[float]:
    """Return the end times in an interval."""
    return {end for _, end in asker.points(COUNT, start, end)}


def test_the_interval_excludes_its_start_and_includes_its_end(asker: Asker) -> None:
    """Of the points at -120, -60 and 0 s, (-120, 0] holds two."""
    assert {NOON - 60, NOON} == ends(asker, NOON - 120, NOON)


def test_a_nanosecond_moves_a_point_in_or_out(asker: Asker) -> None:
    """A start just before a point includes it, and an end just before one does not."""
    request = f'metric.type = "{COUNT}"'
    before = {"seconds": NOON - 61, "nanos": 999_999_999}
    interval = {"start_time": before, "end_time": {"seconds": NOON - 1, "nanos": 999_999_999}}
    found = asker.client.list_time_series(
        request={"name": "projects/ion-demo", "filter": request, "interval": interval}
    )
    stamps = {int(p.interval.end_time.timestamp()) for s in found for p in s.points}
    assert {NOON - 60} == stamps


def test_points_come_newest_first_with_their_own_intervals(asker: Asker) -> None:
    """A DELTA point begins 1 ms after the one before it ends; a gauge begins where it ends."""
    delta = asker.pages(COUNT, NOON - 300, NOON)[0].time_series[0].points
    gauge = asker.pages(INSTANCES, NOON - 300, NOON)[0].time_series[0].points
    assert [NOON - 60 * n for n in range(5)] == [p.interval.end_time.seconds for p in delta]
    assert {1_000_000} == {p.interval.start_time.nanos for p in delta}
    assert delta[0].interval.start_time.seconds == NOON - 60
    assert gauge[0].interval.start_time == gauge[0].interval.end_time


def test_a_cumulative_series_keeps_its_start(asker: Asker) -> None:
    """All points of a cumulative series begin at one time, before the first of them."""
    points = asker.pages(ROWS, NOON - 300, NOON)[0].time_series[0].points
    assert len({p.interval.start_time.seconds for p in points}) == 1
    assert points[0].value.int64_value > points[-1].value.int64_value


@pytest.mark.parametrize("size", [1, 7, 8, 1000])
def test_pages_count_points_and_together_are_one_page(asker: Asker, size: int) -> None:
    """Pages hold at most page_size points, series straddle them, and nothing is lost or doubled."""
    whole = asker.points(COUNT, NOON - 600, NOON)
    pages = asker.pages(COUNT, NOON - 600, NOON, page_size=size)
    held = [sum(len(s.points) for s in page.time_series) for page in pages]
    assert whole == asker.points(COUNT, NOON - 600, NOON, page_size=size)
    assert len(whole) == sum(held)
    assert {size} >= set(held[:-1])
    if size == 7:
        assert identity(pages[0].time_series[-1]) == identity(pages[1].time_series[0])


def test_headers_count_series_and_carry_no_points(asker: Asker) -> None:
    """With the view HEADERS, page_size is a number of series, none of which has points."""
    pages = asker.pages(COUNT, NOON - 600, NOON, page_size=4, view="HEADERS")
    found = [series for page in pages for series in page.time_series]
    assert len(pages[0].time_series) == 4
    assert {s for s, _ in asker.points(COUNT, NOON - 600, NOON)} == {identity(s) for s in found}
    assert {0} == {len(s.points) for s in found}


def test_a_filter_narrows_series(asker: Asker) -> None:
    """A clause on a resource label leaves that region's series alone."""
    text = f'metric.type = "{COUNT}" AND resource.labels.location = "asia-southeast1"'
    found = [s for p in asker.pages_of(text, NOON - 600, NOON) for s in p.time_series]
    assert {"asia-southeast1"} == {s.resource.labels["location"] for s in found}


def test_an_empty_interval_gives_no_series(asker: Asker) -> None:
    """A series without a point in the interval is left out."""
    assert list(asker.pages(COUNT, NOON - 50, NOON - 10)[0].time_series) == []


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"filter": ""}, InvalidArgument, "filter is required"),
        ({"filter": 'metric.type = "run.googleapis.com/none"'}, NotFound, "Cannot find metric"),
        ({"name": "projects/other"}, PermissionDenied, "denied"),
        ({"name": "ion-demo"}, InvalidArgument, "name"),
        ({"order_by": "x"}, InvalidArgument, "orderBy"),
        ({"interval": {"end_time": {"seconds": NOON}}}, InvalidArgument, "required"),
        (
            {"interval": {"start_time": {"seconds": NOON}, "end_time": {"seconds": NOON}}},
            InvalidArgument,
            "before the end",
        ),
        ({"page_token": "?"}, InvalidArgument, "pageToken"),
        ({"page_token": "WzAsIDAuMCwgIngiXQ=="}, InvalidArgument, "another query"),
        ({"secondary_aggregation": {"cross_series_reducer": 1}}, InvalidArgument, "secondary"),
        ({"aggregation": aggregation(30, "ALIGN_SUM")}, InvalidArgument, "60 seconds"),
        (
            {"aggregation": aggregation(60, "ALIGN_NONE", "REDUCE_SUM")},
            InvalidArgument,
            "per-series aligner",
        ),
        ({"aggregation": aggregation(60, "ALIGN_STDDEV")}, InvalidArgument, "does not support"),
        ({"aggregation": aggregation(60, "ALIGN_PERCENTILE_99")}, InvalidArgument, "value type"),
        (
            {"aggregation": aggregation(60, "ALIGN_SUM", "REDUCE_SUM", "colour")},
            InvalidArgument,
            "unknown field",
        ),
    ],
)
def test_wrong_requests_are_refused(
    asker: Asker, change: dict[str, object], error: type[GoogleAPICallError], text: str
) -> None:
    """Each mistake has the status and a sentence that names it."""
    request = {
        "name": "projects/ion-demo",
        "filter": f'metric.type = "{COUNT}"',
        "interval": {"start_time": {"seconds": NOON - 60}, "end_time": {"seconds": NOON}},
        **change,
    }
    with pytest.raises(error, match=text):
        asker.client.list_time_series(request=request, retry=None)


def test_a_point_is_hidden_until_its_delay_is_over() -> None:
    """A Cloud Run point that ended at noon is readable at noon plus 120 s, not a second before."""
    with asking(World(start=NOON, scale=0.01)) as asker:
        asker.clock.time = NOON + 119
        assert {NOON - 60} == ends(asker, NOON - 120, NOON)
        asker.clock.time = NOON + 120
        assert {NOON - 60, NOON} == ends(asker, NOON - 120, NOON)


def test_pages_of_one_query_show_one_moment() -> None:
    """What becomes readable between two pages is not on the second."""
    with asking(World(start=NOON, scale=0.01), delay=0.0) as asker:
        found = asker.pages_of(f'metric.type = "{COUNT}"', NOON - 120, NOON + 120, page_size=3)
        stamps = set()
        for page in found:
            asker.clock.time += 60
            stamps |= {p.interval.end_time.seconds for s in page.time_series for p in s.points}
        assert {NOON - 60, NOON} == stamps


def test_late_points_come_later_and_all_of_them() -> None:
    """A third of the points is missing at first; after the longest lateness none is."""
    world = World(start=NOON, scale=0.01)
    with asking(world, "late=0.3:480s", delay=0.0) as asker:
        early = asker.points(COUNT, NOON - 60, NOON)
        again = asker.points(COUNT, NOON - 60, NOON)
        asker.clock.time = NOON + 480
        late = asker.points(COUNT, NOON - 60, NOON)
        truth = true_total(asker.simulator.world, COUNT, NOON - 60, NOON)[()]
    assert early == again
    assert len(early) < len(late)
    assert early.items() <= late.items()
    assert truth == sum(late.values())


def test_counts_of_pages_are_the_truth(asker: Asker) -> None:
    """Requests and events of latencies, added up from pages, are what the world holds."""
    whole = true_total(asker.simulator.world, COUNT, NOON - 3600, NOON)[()]
    assert whole == sum(asker.points(COUNT, NOON - 3600, NOON).values())
    assert whole == sum(asker.points(LATENCIES, NOON - 3600, NOON).values())
