"""What the exporter knows of the service, kept beside the poller."""

import pytest

from exporter.catalog import cloud_run
from exporter.collectors.base import Delivery
from exporter.exposition.snapshot import snapshot
from exporter.poller import PollState
from exporter.service_watch import ServiceWatch, data_times
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
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


def test_a_defect_costs_the_service_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Polling goes on; it is logged once."""
    found = watch()
    found.step([])

    def fail(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr(found.ring, "feed", fail)
    found.feed(snapshot([LAGS], 2))
    found.feed(snapshot([LAGS], 3))
    assert found.service is None
    assert [record.message for record in caplog.records] == [
        "the state of the service is unknown from now on"
    ]
