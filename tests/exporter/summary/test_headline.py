"""What is wrong with the service, in a line."""

import pytest

from exporter.summary.headline import breaches, headline, short_noun, where
from exporter.summary.limits import LimitState
from exporter.summary.recent import RecentService, UnknownSignal
from tests.exporter.summary.services import EU, FAILING, US, place, service, signal

WARNED = place(US, 0.006, state=LimitState.BEYOND)
LAG = signal(
    place(EU, 0.9, state=LimitState.BEYOND, labels=(("database_id", "db"), ("region", EU))),
    name="replication_lag",
    noun="replication lag",
    unit="seconds",
)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (None, "nothing is known of the service yet"),
        (service(), "nothing is known of the service yet"),
        (service(signal(place(EU), now=None)), "nothing is known of the service yet"),
        (service(signal(place(EU))), "the service is within its limits"),
        (
            service(signal(place(EU)), limits_fault="no file"),
            "values of the service are known, its limits are not",
        ),
        (service(signal(FAILING, place(US))), f"error rate 12% in {EU}, limit 1%"),
        (
            service(LAG, signal(WARNED, FAILING)),
            f"error rate 12% in {EU}, limit 1%, and 2 more beyond a limit",
        ),
        (
            service(signal(place(EU)), not_known=(UnknownSignal("lag", "replication lag"),)),
            "not known: replication lag",
        ),
        (
            service(
                signal(place(EU)), not_known=(UnknownSignal("lag", "replication lag", absent=True),)
            ),
            "the service is within its limits",
        ),
        (
            service(not_known=(UnknownSignal("error_rate", "errors (5xx)", ("requests",)),)),
            "not known: errors",
        ),
        (
            service(
                signal(place(EU)), not_known=tuple(UnknownSignal(name, name) for name in "abcde")
            ),
            "not known: a, b, c, and 2 more",
        ),
        (service(LAG), f"replication lag 900 ms of db in {EU}, limit 5 ms"),
    ],
)
def test_it_names_the_worst(found: RecentService | None, text: str) -> None:
    """Signal, value, place and limit of what is critical, else of what comes first."""
    assert headline(found) == text


def test_what_is_critical_comes_first() -> None:
    """Then the rest, in the order of the signals."""
    states = [one.place.state for one in breaches(service(LAG, signal(WARNED, FAILING)))]
    assert states == [LimitState.CRITICAL, LimitState.BEYOND, LimitState.BEYOND]


def test_a_service_is_named_where_there_are_several() -> None:
    """One alone is not: the reader knows it."""
    assert where(FAILING.labels, several=True) == f"of ion in {EU}"
    assert where(FAILING.labels, several=False) == f"in {EU}"
    assert where((("redis_id", "cache"),), several=False) == "of cache"


def test_brackets_are_left_out() -> None:
    """The classes that count as errors are no part of a headline."""
    assert short_noun(signal()) == "error rate"
