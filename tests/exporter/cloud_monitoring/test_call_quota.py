"""Calls of a project keep to a rate, and wait together once its quota is spent."""

import pytest

from exporter.catalog import own
from exporter.cloud_monitoring.client import Guard
from exporter.cloud_monitoring.points import PageMessage
from exporter.errors import PollError, Reason
from exporter.telemetry import Telemetry
from tests.exporter.cloud_monitoring.clients import PAGE, QUERY, QUOTA
from tests.exporter.cloud_monitoring.scripted import HandTime, scripted


def test_calls_have_a_rate_and_a_burst(hand: HandTime) -> None:
    """Of 60 a minute ten may come at once; the rest comes a second apart, a project by itself."""
    telemetry = Telemetry(0.0)
    guard = Guard(60, telemetry)
    for _ in range(14):
        guard.wait("p", 2000.0)
    assert hand.pauses == [1.0, 1.0, 1.0]
    guard.wait("q", 2000.0)
    assert len(hand.pauses) == 3
    assert telemetry.value(own.API_THROTTLED, ("p", "guard")) == 3


def test_a_call_that_gets_no_turn_takes_none(hand: HandTime) -> None:
    """Calls refused for their deadline do not push back those that can wait."""
    guard = Guard(60, Telemetry(0.0))
    for _ in range(11):
        guard.wait("p", 2000.0)
    for _ in range(50):
        with pytest.raises(PollError, match="rate limit"):
            guard.wait("p", hand.at + 0.5)
    guard.wait("p", 2000.0)
    assert hand.pauses == [1.0]


def test_a_spent_quota_holds_all_calls_of_its_project(hand: HandTime) -> None:
    """While it is spent no call of the project goes out; other projects' calls do."""
    guard = Guard(3000, Telemetry(0.0))
    guard.spent("p")
    with pytest.raises(PollError) as caught:
        guard.wait("p", hand.at + 0.9)
    guard.wait("q", hand.at + 0.9)
    assert (caught.value.reason, hand.pauses) == (Reason.QUOTA, [])
    guard.answered("p")
    guard.wait("p", hand.at + 0.9)
    assert hand.pauses == []


def test_an_answer_ends_the_waiting(hand: HandTime) -> None:
    """Once a call was answered, a quota that is spent again is waited for as at first."""
    turns = (answer for n in range(4) for answer in (QUOTA, PageMessage(next_page_token=str(n))))
    with scripted(*turns, PAGE) as told:
        assert len(list(told.client.pages(QUERY))) == 5
    assert max(hand.pauses) <= 2.0
    assert told.telemetry.value(own.API_THROTTLED, ("p", "quota")) == 4


def test_a_spent_quota_is_waited_for_longer_each_time(hand: HandTime) -> None:
    """The wait doubles from about two seconds to a minute; refusals meanwhile do not add to it."""
    guard = Guard(3000, Telemetry(0.0))
    for longest in (2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
        for _ in range(3):
            guard.spent("p")
        guard.wait("p", hand.at + 100.0)
        assert longest / 2 <= hand.pauses[-1] <= longest
