"""Bodies that Alertmanager 0.33, 0.34 and 0.35 posted, read; and what is no event."""

import json
from pathlib import Path

import pytest

from exporter.bridge.recorded_events import (
    DeliveryEvent,
    EventKind,
    MutingEvent,
    RecordedEvent,
    recorded_events,
)
from exporter.bridge.webhook import BadWebhook

RECORDED = Path(__file__).parents[2] / "data" / "alertmanager_events"
FILES = sorted(path.stem for path in RECORDED.iterdir())
# As Alertmanager's API and webhook write it, and as its silences and inhibitions do.
CHECKOUT, SEARCH = "e3095b91ce6ef823", "2df1359123a5bcbb"

NEGATIVE = (
    b'{"@timestamp": "2026-11-29T16:01:01Z", "data": {"silenceMutedAlert": '
    b'{"silence": {"id": "a"}, "mutedAlert": {"fingerprint": "-1"}}}}'
)


def bodies(name: str) -> list[bytes]:
    """Return what one Alertmanager posted, each body a line."""
    return (RECORDED / f"{name}.jsonl").read_bytes().splitlines()


def events(name: str) -> dict[str, RecordedEvent]:
    """Return the events of a file, each once, however often it was posted."""
    read = (event for body in bodies(name) for event in recorded_events(body).events)
    return {event.key: event for event in read}


@pytest.mark.parametrize("name", FILES)
def test_each_version_says_the_same(name: str) -> None:
    """One alert is delivered to three receivers, another is silenced, a third is inhibited."""
    found = [event.content for event in events(name).values()]
    sent = [each for each in found if isinstance(each, DeliveryEvent) and each.firing]
    assert {(each.receiver, each.integration) for each in sent} == {
        ("critical-pagerduty", "pagerduty"),
        ("critical-slack", "slack"),
        ("journal", "webhook"),
    }
    assert {alert.fingerprint for each in sent for alert in each.firing} == {CHECKOUT}
    ends = [each.receiver for each in found if isinstance(each, DeliveryEvent) and each.resolved]
    assert sorted(ends) == ["critical-pagerduty", "journal"]
    muted = {each.kind: each for each in found if isinstance(each, MutingEvent)}
    silenced, inhibited = muted[EventKind.SILENCED], muted[EventKind.INHIBITED]
    assert (silenced.alert.fingerprint, silenced.note) == (SEARCH, "ada: planned work")
    assert silenced.alert.labels["service_name"] == "search"
    assert inhibited.alert.labels["alertname"] == "ErrorRateWarning"
    assert inhibited.by in (CHECKOUT, SEARCH)


@pytest.mark.parametrize("name", FILES)
def test_a_body_that_is_posted_again_is_the_same(name: str) -> None:
    """The third body of each was refused once: it came twice, and is known by its keys."""
    posted = bodies(name)
    assert len(posted) == len(set(posted)) + 1
    count = sum(len(recorded_events(body).events) for body in set(posted))
    assert count == len(events(name))


def test_a_machine_starts_and_every_kind_is_known() -> None:
    """Two starts of one machine were recorded, and no kind that this version does not know."""
    for name in FILES:
        found = events(name).values()
        assert sum(event.kind == EventKind.STARTUP for event in found) == 2
        assert {event.instance for event in found} == {"alertmanager-a"}
        assert all(event.is_known for event in found)


def test_a_newer_kind_is_passed_over() -> None:
    """It is an event without content, and newer fields of known kinds are ignored."""
    newer = {"@timestamp": "2026-11-29T16:01:01.5Z", "instance": "a", "sequence": 7}
    (event,) = recorded_events(json.dumps(newer | {"data": {"routeChanged": {}}}).encode()).events
    assert (event.kind, event.content, event.is_known) == ("routeChanged", None, False)
    assert event.at == 1_795_968_061.5


def test_one_that_is_no_event_costs_itself() -> None:
    """The others of its batch are taken."""
    (good,) = recorded_events(bodies("v2-0.35")[0]).events
    body = b"[" + bodies("v2-0.35")[0] + b', {"@timestamp": "soon"}, 7, {}]'
    found = recorded_events(body)
    assert (found.events, found.unreadable) == ((good,), 3)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON"),
        (b"7", "an event: is no object"),
        (b"{}", "@timestamp: is no time"),
        (b'{"@timestamp": "2026-11-29T16:01:01Z"}', "data: is no object"),
        (b'{"@timestamp": "2026-11-29T16:01:01Z", "data": {}}', "not exactly one kind"),
        (b'{"@timestamp": "2026-11-29T16:01:01Z", "data": {"notification": 1}}', "is no object"),
        (
            NEGATIVE,
            "fingerprint: is no number of 64 bits",
        ),
        (b"[" + b"{}," * 10_000 + b"{}]", "more than 10000 events"),
    ],
)
def test_garbage_is_refused(body: bytes, why: str) -> None:
    """Where nothing is an event, the error says what is wrong with the first."""
    with pytest.raises(BadWebhook, match=why):
        recorded_events(body)


def test_an_empty_batch_is_none() -> None:
    """A list without events is taken, and has none."""
    assert recorded_events(b"[]").events == ()
