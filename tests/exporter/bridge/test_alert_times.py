"""Times of alerts are from the beginning of each firing; what is not known counts in no mean."""

from collections.abc import Callable
from typing import Any

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.alert_times import TimedPeriod, by_alert, by_service, by_week, timed
from tests.counting import is_linear
from tests.exporter.bridge.digest.digests import CONFIG, END, HOUR, period

FOR = 180.0  # of ErrorRateCritical


def acknowledged(at: float, **labels: str) -> Acknowledgement:
    """Return an acknowledgement of the alert, so many hours before the end."""
    own = {**dict(period(1.0, None).labels), **labels}
    return Acknowledgement(
        row=1,
        fingerprint="f",
        labels=own,
        starts_at=0.0,
        since=(),
        user="ada",
        comment="",
        at=END - at * HOUR,
    )


def times(began: float, ended: float | None, *acks: Acknowledgement, **changed: Any) -> TimedPeriod:
    """Return the times of one firing that the bridge was notified of twelve seconds late."""
    notified = END - began * HOUR + 12
    (found,) = timed([period(began, ended, **{"notified_at": notified, **changed})], acks, CONFIG)
    return found


def test_three_times() -> None:
    """Detected: `for` and the way into the journal. Acknowledged and resolved: from the start."""
    found = times(2.0, 1.0, acknowledged(1.75))
    assert found.detected == FOR + 12
    assert found.acknowledged == 0.25 * HOUR
    assert found.resolved == HOUR
    assert found.user == "ada"


def test_the_time_before_it_fires_is_that_of_its_service() -> None:
    """The service that is set apart has `for: 15m`."""
    assert times(2.0, 1.0, labels={"service_name": "search"}).detected == 900 + 12


def test_what_has_not_come_has_no_time() -> None:
    """An alert that fires is not resolved; without a journal nothing is detected."""
    found = times(2.0, None, notified_at=None)
    assert (found.detected, found.acknowledged, found.resolved) == (None, None, None)


def test_a_beginning_that_is_not_known_gives_no_time() -> None:
    """An alert that fired before the record began is in no mean."""
    found = times(2.0, 1.0, acknowledged(1.5), before=True)
    assert (found.detected, found.acknowledged, found.resolved) == (None, None, None)


def test_an_acknowledgement_is_of_its_own_firing() -> None:
    """Neither one of another region, nor of an earlier or later firing, counts."""
    assert times(2.0, 1.0, acknowledged(1.5, region="mars")).acknowledged is None
    assert times(2.0, 1.0, acknowledged(3.0)).acknowledged is None
    assert times(2.0, 1.0, acknowledged(0.5)).acknowledged is None


def test_means_are_of_what_is_known() -> None:
    """Three firings, of which one was acknowledged and two are over."""
    periods = [
        period(3.0, 2.5, notified_at=END - 3.0 * HOUR),
        period(2.0, 1.0, notified_at=END - 2.0 * HOUR + 60),
        period(0.5, None, notified_at=None),
    ]
    found = timed(periods, (acknowledged(1.5),), CONFIG)
    (one,) = by_alert(found)
    assert (one.of, one.fired) == ("ErrorRateCritical", 3)
    assert (one.detected.seconds, one.detected.count) == (FOR + 30, 2)
    assert (one.acknowledged.seconds, one.acknowledged.count) == (0.5 * HOUR, 1)
    assert (one.resolved.seconds, one.resolved.count) == (0.75 * HOUR, 2)


def test_groups() -> None:
    """By service, what has none apart; by the week in which an alert began, in order."""
    rows = [
        period(1.0, None),
        period(1.0, None, labels={"service_name": "", "redis_id": "cache"}),
        period(200.0, None, labels={"service_name": ""}),
    ]
    found = timed(rows, (), CONFIG)
    assert {one.of for one in by_service(found)} == {"checkout", "cache", "no service"}
    assert [one.of for one in by_week(found)] == ["2026-W47", "2026-W48"]


def test_twice_as_many_acknowledgements_are_twice_the_work() -> None:
    """Each firing meets the acknowledgements of its own alert and time alone."""

    def work(count: int) -> Callable[[], object]:
        regions = [str(at) for at in range(count)]
        periods = [
            *(period(2.0, 1.0, labels={"region": one}) for one in regions),
            *(period(at + 0.5, float(at)) for at in range(count)),
        ]
        acks = [
            *(acknowledged(1.5, region=one) for one in regions),
            *(acknowledged(at + 0.2) for at in range(count)),
        ]
        assert all(one.user == "ada" for one in timed(periods, acks, CONFIG))
        return lambda: timed(periods, acks, CONFIG)

    assert is_linear(work)
