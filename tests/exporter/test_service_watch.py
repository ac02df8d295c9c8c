"""What the exporter knows of the service, kept beside the poller."""

import pytest

from exporter.catalog import cloud_run, cloud_sql
from exporter.catalog.model import Family
from exporter.collectors.base import Delivery
from exporter.exposition.samples import Part
from exporter.exposition.snapshot import snapshot
from exporter.poller import PollFault, PollState
from exporter.service_watch import ServiceWatch, data_times
from exporter.settings import Settings
from exporter.summary.recent import RecentService
from exporter.summary.totals import MOST
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.summary.test_ring import LIMITS
from tests.exporter.summary.test_totals import part
from tests.exporter.test_poller import Scripted

LAGS = part(cloud_run.INSTANCES, eu=3.0)


def watch(**settings: object) -> ServiceWatch:
    """Return a watch that was fed with a gauge."""
    found = ServiceWatch(Settings.model_validate(settings), HandClock(1000.0), Telemetry(0.0))
    found.feed(snapshot([LAGS], 1))
    return found


def state(name: str, data_time: float | None) -> PollState:
    """Return the state of a poll that has delivered instances."""
    delivery = Delivery(parts=(LAGS,), expires=1e9, data_time=data_time)
    return PollState(collector="c", poll=Scripted(name, []), delivery=delivery, data_time=data_time)


def test_the_service_is_worked_out_by_a_step() -> None:
    """Before that nothing is known."""
    found = watch()
    assert found.service is None
    found.step([state("a", 10.0)])
    assert found.service is not None
    assert [signal.name for signal in found.service.signals] == ["instances", "scaling_events"]
    assert found.service.signals[0].data_time is not None
    assert found.service.limits_fault == ""


def polled(family: Family, *parts: Part, fault: PollFault | None = None) -> PollState:
    """Return the state of a poll of one family."""
    poll = Scripted(family.name, [])
    poll.family = family.name
    delivery = Delivery(parts=parts or (Part(family, ()),), expires=1e9, data_time=None)
    return PollState(collector="c", poll=poll, delivery=delivery, fault=fault)


def test_a_family_without_a_series_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """While each of its polls works, and none has ever had a series."""
    found, lag = watch(), cloud_sql.REPLICA_LAG
    monkeypatch.setattr(found._limits, "read", lambda: LIMITS)

    def absent(*states: PollState) -> bool:
        found.step(states)
        return {one.name: one.absent for one in known(found).not_known}["replication_lag"]

    assert absent(polled(lag), polled(lag))
    assert not absent(polled(lag), polled(lag, fault=PollFault(0.0, "a", "away", "no answer")))
    assert not absent()
    assert not absent(polled(lag), polled(lag, part(lag, eu=1.0)))
    assert not absent(polled(lag))


def test_a_reload_goes_on_with_what_was_known() -> None:
    """Unless other signals are counted now: other errors, or another minimum of events."""
    before, same = watch(), watch()
    before.step([])
    same.take_over(before)
    assert same.ring is before.ring
    assert same.service is before.service
    other = watch(alerts={"minimum_events": 7})
    other.take_over(before)
    assert other.ring is not before.ring


def test_data_is_as_old_as_what_is_furthest_behind() -> None:
    """A poll without data has no time."""
    name = cloud_run.INSTANCES.name
    assert data_times([state("a", 10.0), state("b", 4.0), state("c", None)], 100.0) == {name: 104.0}


def fail(*_: object) -> None:
    """Fail as a defect does."""
    raise ValueError("a defect")


def test_a_defect_costs_what_was_known(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The next snapshots begin anew; failures are logged once, and again after a recovery."""
    caplog.set_level("INFO")
    found = watch()
    for generation in (2, 6):
        found.step([])
        assert found.service is not None
        broken = found.ring
        monkeypatch.setattr(broken, "feed", fail)
        found.feed(snapshot([LAGS], generation))
        assert found.service is None
        assert found.ring is not broken
        found.step([])
        assert found.service is None
        monkeypatch.setattr(found.ring, "step", fail)
        found.step([])
        found.feed(snapshot([LAGS], generation + 1))
        found.step([])
        assert [one.name for one in known(found).signals] == ["instances", "scaling_events"]
    begun, again = (
        "the state of the service is not known, and begins anew",
        "the state of the service is worked out again",
    )
    assert [record.message for record in caplog.records] == [begun, again, begun, again]


def known(found: ServiceWatch) -> RecentService:
    """Return the service, which is known."""
    assert found.service is not None
    return found.service


def test_a_reload_takes_nothing_from_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new watch begins with its own."""
    before, new = watch(), watch()
    monkeypatch.setattr(before.ring, "step", fail)
    before.step([])
    own = new.ring
    new.take_over(before)
    assert new.ring is own


def test_a_family_that_is_given_up_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """With its name; the service says which signals are not known."""
    found = watch()
    found.feed(snapshot([part(cloud_run.REQUESTS, **{f"r{n}": 1.0 for n in range(MOST + 1)})], 2))
    for _ in range(2):
        found.step([])
    given_up = [one.name for one in known(found).not_known if one.given_up]
    assert "error_rate" in given_up
    assert [record.message for record in caplog.records] == [
        f"{cloud_run.REQUESTS.name}: over {MOST} places, its signals are not known"
    ]
