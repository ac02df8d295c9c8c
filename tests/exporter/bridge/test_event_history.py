"""What the event recorder adds to each firing, and the times of which events may be missing."""

from collections.abc import Callable

from exporter.bridge.event_history import EVENTS, with_events
from exporter.bridge.event_reading import AlertDelivery, AlertMuting, EventRecord, RecorderSign
from exporter.bridge.history import AlertHistory, FiringPeriod, RecordHole
from exporter.bridge.journal_rows import Presence
from exporter.prometheus.api import Labels, TimeSpan
from tests.counting import is_linear

HOUR = 3600.0
SPAN = TimeSpan(0.0, 6 * HOUR)
CPU: Labels = (("alertname", "CPUHigh"), ("region", "us-central1"))
ALIVE = (Presence(0.0, 6 * HOUR),)
SIGNS = (RecorderSign("a", 0.0, 6 * HOUR),)


def period(began: float, ended: float | None, notified_at: float | None = None) -> FiringPeriod:
    """Return a firing of one alert."""
    return FiringPeriod(labels=CPU, began=began, ended=ended, notified_at=notified_at)


def delivery(at: float, receiver: str = "critical-slack", *, firing: bool = True) -> AlertDelivery:
    """Return a delivery of that alert, with the label that Prometheus adds to what it sends."""
    labels = (*CPU, ("cluster", "one"))
    integration = receiver.rpartition("-")[2]
    return AlertDelivery(
        labels=labels, at=at, receiver=receiver, integration=integration, firing=firing
    )


def muting(began: float, until: float) -> AlertMuting:
    """Return a silence of that alert."""
    return AlertMuting(labels=CPU, silenced=True, began=began, until=until, by="ada: deploy")


def found(
    *periods: FiringPeriod,
    deliveries: tuple[AlertDelivery, ...] = (),
    mutings: tuple[AlertMuting, ...] = (),
    signs: tuple[RecorderSign, ...] = SIGNS,
    presences: tuple[Presence, ...] = ALIVE,
) -> AlertHistory:
    """Return six hours with what the recorder says of them."""
    record = EventRecord(deliveries=deliveries, mutings=mutings, signs=signs)
    return with_events(
        AlertHistory(SPAN, periods, ()), record, presences, foreign=frozenset({"cluster"})
    )


def holes(signs: tuple[RecorderSign, ...], presences: tuple[Presence, ...] = ALIVE) -> list[object]:
    """Return the holes as source, beginning and end."""
    return [
        (hole.source.removeprefix(EVENTS), hole.began, hole.until)
        for hole in found(signs=signs, presences=presences).holes
    ]


def test_deliveries_are_of_their_firing() -> None:
    """By integration and receiver: the first, the last, how many, and when the end was sent."""
    first, second = found(
        period(1000.0, 2000.0),
        period(5000.0, None),
        deliveries=(
            delivery(1010.0, "critical-pagerduty"),
            delivery(1012.0),
            delivery(1612.0),
            delivery(2590.0, firing=False),
            delivery(5010.0),
        ),
    ).periods
    pagerduty, slack = first.delivered
    assert (pagerduty.integration, pagerduty.first, pagerduty.count) == ("pagerduty", 1010.0, 1)
    assert (slack.first, slack.last, slack.count, slack.ended_at) == (1012.0, 1612.0, 2, 2590.0)
    assert first.detected_at == 1010.0
    assert [one.first for one in second.delivered] == [5010.0]


def test_what_the_recorder_covers_is_detected_by_its_deliveries() -> None:
    """That the bridge was notified counts before the recorder, and in its holes, only."""
    late = (RecorderSign("a", 3000.0, 6 * HOUR),)
    assert found(period(5000.0, 6000.0, 5005.0)).periods[0].detected_at is None
    before = found(period(1000.0, 2000.0, 1005.0), signs=late).periods[0]
    assert (before.recorded, before.detected_at) == (False, 1005.0)
    gap = (RecorderSign("a", 0.0, 4900.0), RecorderSign("a", 5500.0, 6 * HOUR))
    assert found(period(5000.0, 6000.0, 5005.0), signs=gap).periods[0].detected_at == 5005.0


def test_without_a_recorder_a_history_is_as_it_was() -> None:
    """No sign at all is no hole: this Alertmanager records no events."""
    assert found(period(1.0, 2.0), signs=()) == AlertHistory(SPAN, (period(1.0, 2.0),), ())


def test_a_muting_stands_with_its_firing() -> None:
    """With each that it meets, and no other."""
    first, second = found(
        period(1000.0, 2000.0), period(5000.0, 6000.0), mutings=(muting(900.0, 1500.0),)
    ).periods
    assert [(one.began, one.until, one.by) for one in first.muted] == [
        (900.0, 1500.0, "ada: deploy")
    ]
    assert second.muted == ()


def test_a_hole_is_where_no_sign_is() -> None:
    """Before the first sign there was no recorder; after the last one, events are missing."""
    signs = (RecorderSign("a", 600.0, 1000.0), RecorderSign("a", 1300.0, 5 * HOUR))
    assert holes(signs) == [("", 1000.0, 1300.0), ("", 5 * HOUR, 6 * HOUR)]


def test_of_two_alertmanagers_each_has_holes() -> None:
    """One that is silent while the other is not is named; one that left for good is no hole."""
    signs = (
        RecorderSign("a", 0.0, 6 * HOUR),
        RecorderSign("b", 0.0, 1000.0),
        RecorderSign("b", 2000.0, 3000.0),
    )
    assert holes(signs) == [(" (b)", 1000.0, 2000.0)]


def test_a_bridge_that_was_away_took_no_events() -> None:
    """Alertmanager tries for two seconds: any absence is a hole, joined with that of the signs."""
    presences = (Presence(0.0, 1000.0), Presence(1030.0, 6 * HOUR))
    assert holes(SIGNS, presences) == [("", 1000.0, 1030.0)]
    signs = (RecorderSign("a", 0.0, 990.0), RecorderSign("a", 1200.0, 6 * HOUR))
    assert holes(signs, presences) == [("", 990.0, 1200.0)]


def test_what_alertmanager_dropped_is_a_hole() -> None:
    """It is shown, and no firing within it is taken to be without deliveries."""
    dropped = RecordHole("12 events that Alertmanager dropped", 5000.0, 5060.0)
    record = EventRecord(deliveries=(), mutings=(), signs=SIGNS)
    made = with_events(
        AlertHistory(SPAN, (period(4990.0, 6000.0, 5005.0),), ()), record, ALIVE, (dropped,)
    )
    assert made.holes == (dropped,)
    assert made.periods[0].detected_at == 5005.0


def test_twice_as_many_events_are_twice_the_work() -> None:
    """Deliveries, mutings and holes are found by the time of a firing."""

    def work(count: int) -> Callable[[], object]:
        starts = [at * 1000.0 for at in range(count)]
        periods = tuple(period(at, at + 500.0) for at in starts)
        record = EventRecord(
            deliveries=tuple(delivery(at + 10.0) for at in starts),
            mutings=tuple(muting(at + 100.0, at + 200.0) for at in starts),
            signs=tuple(RecorderSign(name, at, at + 300.0) for at in starts for name in "ab"),
        )
        whole = AlertHistory(TimeSpan(0.0, count * 1000.0), periods, ())
        foreign = frozenset({"cluster"})
        made = with_events(whole, record, ALIVE, foreign=foreign)
        assert {(len(one.delivered), len(one.muted)) for one in made.periods} == {(1, 1)}
        return lambda: with_events(whole, record, ALIVE, foreign=foreign)

    assert is_linear(work)
