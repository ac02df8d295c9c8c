"""Polls of a family: what is on the page and in the exporter's own metrics."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.catalog import own
from exporter.catalog.model import CloudMonitoring, Type, ValueType
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.read_window import SECOND
from exporter.collectors import counter_poll
from exporter.exposition.samples import Buckets
from tests.exporter.cloud_monitoring.messages import OK, SERVICE, distribution
from tests.exporter.cloud_monitoring.paper import PaperPoint
from tests.exporter.collectors.minutes import CLASSES, DELAY, START, Minutes, named, shown


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Minutes]:
    """Give a bench that has polled once."""
    found = Minutes(tmp_path / "state.db")
    found.poll.read()
    yield found
    found.store.close()


def test_a_poll_is_one_call_and_says_what_it_did(bench: Minutes) -> None:
    """One poll is one call; points, series, covered time and the newest end are told."""
    assert bench.api.calls == 1
    assert (bench.told(own.POINTS), bench.told(own.API_SERIES)) == (10, 1)
    bench.minutes(2, 10)
    delivery = bench.poll.read()
    assert (bench.api.calls, bench.poll.fetch.billed) == (2, 1)
    assert shown(delivery) == {named("2xx"): 120}
    assert (delivery.data_time, delivery.fault, delivery.notes) == (START, None, ())
    assert delivery.expires == float("inf")
    assert {s.created for s in delivery.parts[0].samples} == {float(START - 720)}
    assert (bench.told(own.POINTS), bench.told(own.DATA_SECONDS)) == (12, 720.0)


def test_an_empty_answer_is_billed_as_one_series(bench: Minutes) -> None:
    """A poll that finds nothing still costs, and has no time of its data."""
    bench.api.points.clear()
    delivery = bench.poll.read()
    assert (delivery.data_time, bench.poll.fetch.billed) == (None, 1)
    assert bench.told(own.API_SERIES) == 2


def test_a_new_series_is_zero_until_it_was_seen(bench: Minutes) -> None:
    """A service that comes later shows 0 for all classes, then, once revealed, its values."""
    bench.minutes(3, 10, 0, 7)
    delivery = bench.poll.read()
    zeros = {s.labels for s in delivery.parts[0].samples if s.value == 0}
    assert shown(delivery) == {named("2xx"): 130}
    assert zeros >= {named(c, "t") for c in CLASSES}
    assert delivery.reveal is not None
    assert shown(bench.poll.reveal()) == {named("2xx"): 130, named("2xx", "t"): 7}
    bench.kill()
    again = bench.poll.read()
    assert shown(again) == {named("2xx"): 130, named("2xx", "t"): 7}
    assert again.reveal is None


def test_the_first_error_is_seen_at_once(bench: Minutes) -> None:
    """Classes exist at zero from a service's first sight, so that its first error is a rise."""
    bench.minutes(3, 10, 4)
    assert shown(bench.poll.read()) == {named("2xx"): 130, named("5xx"): 4}


def test_series_above_the_limit_are_reported(tmp_path: Path) -> None:
    """A family with too many series shows as many as it may, counts the rest, and says so."""
    bench = Minutes(tmp_path / "state.db")
    bench.store.close()
    bench.limit = 1
    bench.start()
    bench.minutes(3, 10, 1, 1)
    delivery = bench.poll.read()
    assert delivery.notes == ("a series was dropped (limit): more than 1 series",)
    assert bench.told(own.SERIES_DROPPED, "cloudrun_requests_total", "limit") == 2
    bench.store.close()


def test_an_unknown_label_is_reported_and_summed(bench: Minutes) -> None:
    """Series that differ in a new label export as one; the label is named."""
    bench.api.labels += [({**OK, "tier": tier}, SERVICE) for tier in ("a", "b")]
    bench.api.points += [PaperPoint(3 + n, START - 60, 5, START) for n in range(2)]
    delivery = bench.poll.read()
    assert shown(delivery) == {named("2xx"): 110}
    assert delivery.notes == ("label metric.tier is new; its series are summed",)
    assert bench.told(own.UNKNOWN_LABELS, "cloudrun_requests_total", "metric.tier") == 1


def test_a_service_that_is_gone_leaves_the_page(
    bench: Minutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day after its last point its series end, on disk as well; it may come back at zero."""
    monkeypatch.setattr(counter_poll, "RETIRE_EVERY", 1)
    bench.minutes(5, 10, 0, 7)
    bench.poll.read()
    for _ in range(26):
        bench.minutes(60, 10)
        bench.poll.read()
    delivery = bench.poll.read()
    assert {s.labels[2] for s in delivery.parts[0].samples} == {"s"}
    rows = bench.store._connection.execute("SELECT count(*) FROM total").fetchone()
    assert rows == (5,)
    bench.minutes(3, 10, 0, 7)
    assert named("2xx", "t") not in shown(bench.poll.read())
    assert shown(bench.poll.reveal())[named("2xx", "t")] == 7


def test_a_label_read_from_elsewhere_counts_nothing_twice(bench: Minutes) -> None:
    """What was counted stays where it was, every later point counts under the new value."""
    bench.minutes(5, 10)
    before = shown(bench.poll.read())[named("2xx")]
    source = bench.family.source
    assert isinstance(source, CloudMonitoring)
    origins = {**dict(source.labels), "region": "metric.response_code"}
    bench.family = replace(bench.family, source=replace(source, labels=tuple(origins.items())))
    for _ in range(2):
        bench.kill()
        bench.minutes(3, 10)
        bench.poll.read()
        bench.poll.reveal()
    found = shown(bench.poll.read())
    assert found == {named("2xx"): before, ("p", "200", "s", "2xx"): 60}


@pytest.mark.parametrize("first", [ValueType.INT64, ValueType.DISTRIBUTION])
def test_a_metric_made_anew_as_another_type_counts_anew(tmp_path: Path, first: ValueType) -> None:
    """A number is never exposed as a histogram, nor added to its sum; nor the other way round."""
    found = Minutes(tmp_path / "state.db")
    kinds = {ValueType.INT64: Type.COUNTER, ValueType.DISTRIBUTION: Type.HISTOGRAM}
    exposed = []
    for value in sorted(kinds, key=lambda value: value is not first):
        source = found.family.source
        assert isinstance(source, CloudMonitoring)
        source = replace(source, value=value)
        found.family = replace(found.family, type=kinds[value], source=source)
        found.api.value, found.api.points = value.value, []
        found.kill()
        point = distribution((3, 4), (1.0,)) if value is ValueType.DISTRIBUTION else 10
        for _ in range(3):
            found.minutes(3, point)
            found.poll.read()
        delivery = found.poll.reveal()
        assert delivery is not None
        exposed.append({s.labels: s.value for s in delivery.parts[0].samples}[named("2xx")])
    found.store.close()
    numbers, buckets = (70, 30), [Buckets((1.0,), (3 * n, 4 * n), 105.0 * n) for n in (7, 3)]
    is_number = first is ValueType.INT64
    assert exposed == ([numbers[0], buckets[1]] if is_number else [buckets[0], numbers[1]])


def test_a_stretched_interval_is_reported(bench: Minutes) -> None:
    """Interval and factor are metrics, and the factor is of what was asked for."""
    for factor in (2.0, 3.0):
        bench.poll.fetch.stretch(factor)
    assert (bench.told(own.POLL_INTERVAL), bench.told(own.POLL_STRETCH)) == (180.0, 3.0)
    assert bench.poll.fetch.timetable.interval == 180.0


def test_a_descriptor_plans_the_polls(bench: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Period and delay that the API tells replace the documented ones, and what was learnt."""
    described = Described(300, 240)
    monkeypatch.setattr(bench.poll._shared.descriptors, "describe", lambda *_: described)
    bench.minutes(5, 10)
    bench.poll.read()
    assert bench.poll.fetch.timetable.period == 300
    assert bench.poll.fetch.timetable.delay.high == 120, "the newest point is 120 s old"
    assert bench.poll.due() > bench.clock.now() + 120


def test_a_poll_runs_in_a_thread(bench: Minutes) -> None:
    """Running a poll, and revealing, is what reading and revealing is."""
    bench.minutes(3, 10, 0, 7)
    delivery = asyncio.run(bench.poll.run())
    assert delivery.reveal is not None
    revealed = asyncio.run(delivery.reveal())
    assert shown(revealed) == {named("2xx"): 130, named("2xx", "t"): 7}


def test_silence_is_covered_after_a_few_periods(bench: Minutes) -> None:
    """Without points the time counts as covered up to three periods before what can be read."""
    bench.minutes(30)
    bench.poll.read()
    assert bench.poll._ledger is not None
    assert bench.poll._ledger.covered == (START + 1800 - DELAY - 180) * SECOND
    assert bench.told(own.DATA_SECONDS) == 720 + 1800 - DELAY - 180
    bench.minutes(1, 10)
    assert shown(bench.poll.read()) == {named("2xx"): 120}, "not readable yet"
    bench.minutes(2)
    assert shown(bench.poll.read()) == {named("2xx"): 130}
