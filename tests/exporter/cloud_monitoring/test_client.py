"""Calls to Cloud Monitoring: pages, retries, quota, deadlines, and what each refusal means."""

import weakref
from dataclasses import dataclass
from threading import Thread
from typing import Any

import grpc
import pytest
from google.cloud.monitoring_v3 import ListMetricDescriptorsResponse

from exporter.catalog import own
from exporter.cloud_monitoring import client as client_module
from exporter.cloud_monitoring.points import PageMessage
from exporter.errors import PollError, Reason
from tests.exporter.cloud_monitoring.clients import (
    AWAY,
    PAGE,
    QUERY,
    QUOTA,
    asked,
    failure,
    points,
    simulated,
)
from tests.exporter.cloud_monitoring.scripted import HANG, HandTime, scripted
from tests.exporter.simulator.asking import identity
from tests.servers import wait_until


@dataclass(eq=False)
class TokenPage:
    """A page of which only the token matters."""

    next_page_token: str


def test_series_that_straddle_pages_are_whole() -> None:
    """Pages of any size hold together what one page holds, and each costs one call."""
    with simulated() as (client, simulator):
        whole = list(client.pages(asked()))
        assert (len(whole), simulator.calls) == (1, 1)
    with simulated("split") as (client, simulator):
        pages = list(client.pages(asked()))
        assert len(pages) == simulator.calls > 1
        ends = [identity(page.time_series[-1]) for page in pages[:-1]]
        begins = [identity(page.time_series[0]) for page in pages[1:]]
        assert set(ends) & set(begins), "no series straddles two pages"
        assert points(whole) == points(pages)


def test_headers_have_no_points() -> None:
    """A query for headers alone names the same series without points."""
    with simulated() as (client, _):
        (whole,), (heads,) = client.pages(asked()), client.pages(asked(headers_only=True))
    assert [identity(s) for s in whole.time_series] == [identity(s) for s in heads.time_series]
    assert {0} == {len(series.points) for series in heads.time_series}


def test_a_page_is_released_before_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may take 100 MB: whoever reads page by page holds one of them at a time."""
    made: list[weakref.ref[TokenPage]] = []

    def call(*_: object) -> TokenPage:
        assert [page() for page in made] == [None] * len(made)
        page = TokenPage(("a", "b", "")[len(made)])
        made.append(weakref.ref(page))
        return page

    with scripted(PAGE) as told:
        monkeypatch.setattr(told.client, "_call", call)
        for page in told.client.pages(QUERY):
            del page
    assert len(made) == 3


def test_a_request_says_all_that_is_asked() -> None:
    """Name, filter, interval to the nanosecond, size and token of the page, and the route."""
    with scripted(PageMessage(next_page_token="a"), PAGE) as told:
        assert len(list(told.client.pages(QUERY))) == 2
    first, second = told.script.asked
    stamps = [(s.seconds, s.nanos) for s in (first.interval.start_time, first.interval.end_time)]
    assert stamps == [(1, 500_000_000), (2, 1)]
    assert (first.name, first.filter, first.page_size) == ("projects/p", "f", 100_000)
    assert [first.page_token, second.page_token] == ["", "a"]
    assert {"name=projects/p"} == {m["x-goog-request-params"] for m in told.script.metadata}


@pytest.mark.parametrize("refusal", [AWAY, QUOTA, (grpc.StatusCode.DEADLINE_EXCEEDED, "slow")])
def test_what_can_pass_is_asked_again(hand: HandTime, refusal: tuple[Any, str]) -> None:
    """Two refusals that may pass are followed by the answer, and each is counted."""
    with scripted(refusal, refusal, PAGE) as told:
        assert list(told.client.pages(QUERY)) == [PAGE]
    codes = ("OK", refusal[0].name)
    counted = [told.telemetry.value(own.API_REQUESTS, ("monitoring", code)) for code in codes]
    assert (counted, len(told.script.asked)) == ([1, 2], 3)
    assert told.telemetry.value(own.API_FAILURES, ("monitoring",)) == 2
    assert len(hand.pauses) >= 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("PERMISSION_DENIED", Reason.PERMISSION),
        ("UNAUTHENTICATED", Reason.CREDENTIALS),
        ("NOT_FOUND", Reason.NOT_FOUND),
        ("INVALID_ARGUMENT", Reason.INVALID),
        ("UNIMPLEMENTED", Reason.INVALID),
        ("INTERNAL", Reason.INTERNAL),
    ],
)
def test_what_cannot_pass_is_asked_once(code: str, reason: Reason) -> None:
    """A refusal that another call would meet again costs one call and keeps its words, cut."""
    with scripted((grpc.StatusCode[code], "no" * 200)) as told:
        found = failure(told.client)
    assert (reason, f"{code}: {'no' * 150}", 1) == (
        found.reason,
        str(found),
        len(told.script.asked),
    )


def test_a_response_that_is_too_large_is_no_quota() -> None:
    """A page larger than the channel takes fails as such, once; the project is not held back."""
    with simulated(most=1000) as (client, simulator):
        found = failure(client, asked())
        assert (found.reason, simulator.calls) == (Reason.TOO_LARGE, 1)
        assert client._telemetry.sum(own.API_THROTTLED) == 0


def test_a_server_that_always_refuses_ends_a_read_in_time(hand: HandTime) -> None:
    """Retries end with the deadline of the read, for the reason of the refusals."""
    with scripted(AWAY, timeout=20.0) as told:
        assert failure(told.client).reason is Reason.UNAVAILABLE
    assert len(told.script.asked) > 3
    assert hand.at < 1020.0
    assert max(hand.pauses) <= client_module.MAX_WAIT


def test_pages_and_retries_share_one_deadline(hand: HandTime) -> None:
    """What earlier pages and pauses took is missing from the time that later calls have."""
    more = (PageMessage(next_page_token=str(n)) for n in range(2))
    with scripted(*more, HANG, timeout=30.0) as told:
        pages = told.client.pages(QUERY)
        for _ in range(2):
            next(pages)
            hand.at += 14.75
        with pytest.raises(PollError) as caught:
            next(pages)
    assert caught.value.reason is Reason.DEADLINE
    assert told.script.remaining[1] < 15.5


def test_a_repeated_page_token_ends_the_read() -> None:
    """Tokens that go round would page forever; the pages until then are good."""
    around = [PageMessage(next_page_token=token) for token in "aba"]
    with scripted(*around) as told:
        pages = told.client.pages(QUERY)
        assert around == [next(pages) for _ in range(3)]
        with pytest.raises(PollError, match="repeats a page token") as caught:
            next(pages)
    assert caught.value.reason is Reason.INTERNAL
    assert [request.page_token for request in told.script.asked] == ["", "a", "b"]


def test_pages_without_end_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new tokens end the read after the most pages there can be."""
    monkeypatch.setattr(client_module, "MAX_PAGES", 3)
    with scripted(*(PageMessage(next_page_token=str(n)) for n in range(5))) as told:
        assert (failure(told.client).reason, len(told.script.asked)) == (Reason.TOO_LARGE, 3)


def test_a_closed_channel_is_unavailable() -> None:
    """A call on a closed channel fails as one poll, not as a defect."""
    with scripted(PAGE) as told:
        told.channel.close()
        assert failure(told.client).reason is Reason.UNAVAILABLE
    assert told.script.asked == []


def test_closing_the_channel_ends_calls_under_way() -> None:
    """A call that waits when the channel closes ends as unavailable, and is not made again."""
    found: list[PollError] = []
    with scripted(HANG) as told:
        thread = Thread(target=lambda: found.append(failure(told.client)))
        thread.start()
        wait_until(lambda: bool(told.script.asked), "a call under way")
        told.channel.close()
        thread.join()
    assert ([e.reason for e in found], len(told.script.asked)) == ([Reason.UNAVAILABLE], 1)


def test_descriptors_are_read_to_the_last_page() -> None:
    """The pages of a listing are one sequence; what was not asked for is not there."""
    pages = [ListMetricDescriptorsResponse.pb()(next_page_token=token) for token in ("a", "")]
    for page, name in zip(pages, "xy", strict=True):
        page.metric_descriptors.add(type=name)
    with scripted(*pages) as told:
        assert [d.type for d in told.client.descriptors("p", "f")] == ["x", "y"]
    assert [(r.name, r.filter, r.page_token) for r in told.script.asked] == [
        ("projects/p", "f", ""),
        ("projects/p", "f", "a"),
    ]


def test_a_listing_that_goes_round_or_has_no_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptors are paged as series are: a repeated token, and too many pages, are errors."""
    page = ListMetricDescriptorsResponse.pb()
    with scripted(page(next_page_token="a")) as told, pytest.raises(PollError, match="repeats"):
        list(told.client.descriptors("p", "f"))
    monkeypatch.setattr(client_module, "MAX_PAGES", 3)
    pages = (page(next_page_token=str(n)) for n in range(5))
    with scripted(*pages) as told, pytest.raises(PollError, match="more than 3 pages"):
        list(told.client.descriptors("p", "f"))
