"""What Alertmanager's event recorder posts, read into frozen values: deliveries, mutings, signs.

Alertmanager 0.33 and 0.34 write the schema events/v1, whose labels are pairs, 0.35 events/v2, whose
labels are maps; a body is one event, or, in a batch, a list. The schemas are in its repository,
eventrecorder/eventrecorderpb and proto/eventrecorder/events/v2. What is newer is passed over.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exporter.bridge.webhook import BadWebhook, TextReader, Texts, moment

MOST_EVENTS = 10_000  # of a batch; Alertmanager sends 100 unless it is configured to send more
_LARGEST = 1 << 64  # fingerprints are unsigned and of 64 bits


class EventKind(StrEnum):
    """The kinds of events that the history uses; every other one is only a sign of life."""

    NOTIFICATION = "notification"
    SILENCED = "silenceMutedAlert"
    INHIBITED = "inhibitionMutedAlert"
    STARTUP = "alertmanagerStartupEvent"


# Known, and of no use to the history: what they say stands in other events, or in ALERTS.
PASSED_OVER = frozenset(
    {
        "alertmanagerShutdownEvent",
        "alertCreated",
        "alertResolved",
        "alertGrouped",
        "silenceCreated",
        "silenceUpdated",
    }
)


@dataclass(frozen=True, slots=True)
class EventAlert:
    """An alert of an event: its fingerprint as the API writes it, and its labels."""

    fingerprint: str
    labels: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEvent:
    """A notification that an integration has delivered: of which alerts, and whether they fire."""

    receiver: str
    integration: str
    firing: tuple[EventAlert, ...]
    resolved: tuple[EventAlert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutingEvent:
    """An alert that was not notified of: by which silence, or by which other alert.

    by    the silence's id, or the other alert's fingerprint
    note  who made the silence, and why; empty for an inhibition
    """

    kind: EventKind
    alert: EventAlert
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """One event; `at` is in Unix seconds.

    key       the same for a body that is posted again, another for every other event
    instance  the name of the machine whose Alertmanager recorded it
    kind      as Alertmanager names it
    """

    key: str
    at: float
    instance: str
    kind: str
    content: DeliveryEvent | MutingEvent | None

    @property
    def is_known(self) -> bool:
        """Whether this version knows its kind."""
        return self.kind in PASSED_OVER or self.kind in set(EventKind)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """The events of one body, and how many others of it could not be read."""

    events: tuple[RecordedEvent, ...]
    unreadable: int


def recorded_events(body: bytes) -> EventBatch:
    """Return the events of a request's body. Raises BadWebhook where none of it is an event."""
    entries = _entries(body)
    found: list[RecordedEvent] = []
    fault = ""
    for at, entry in enumerate(entries):
        try:
            found.append(_event(entry))
        except BadWebhook as error:
            fault = fault or f"[{at}] {error}"
    if fault and not found:
        raise BadWebhook(fault)
    return EventBatch(tuple(found), len(entries) - len(found))


def _entries(body: bytes) -> list[Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise BadWebhook("the body is no JSON; the bridge takes events of Alertmanager") from None
    entries = document if isinstance(document, list) else [document]
    if len(entries) > MOST_EVENTS:
        raise BadWebhook(f"more than {MOST_EVENTS} events; lower batch_max_events of the output")
    return entries


def _event(entry: object) -> RecordedEvent:
    event = _object(entry, "an event")
    at = moment(event.get("@timestamp"))
    if at is None:
        raise BadWebhook("@timestamp: is no time")
    data = _object(event.get("data"), "data")
    if len(data) != 1:
        raise BadWebhook("data: has not exactly one kind of event")
    kind, facts = next(iter(data.items()))
    reading = TextReader()
    return RecordedEvent(
        key=hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest(),
        at=at,
        instance=reading.text(event, "instance"),
        kind=reading.text({"kind": kind}, "kind"),
        content=_content(kind, _object(facts, kind), reading),
    )


def _content(
    kind: str, facts: Mapping[str, Any], reading: TextReader
) -> DeliveryEvent | MutingEvent | None:
    match kind:
        case EventKind.NOTIFICATION:
            return _delivery(facts, reading)
        case EventKind.SILENCED:
            return _silenced(facts, reading)
        case EventKind.INHIBITED:
            return _inhibited(facts, reading)
        case _:
            return None


def _delivery(facts: Mapping[str, Any], reading: TextReader) -> DeliveryEvent:
    known = {
        _reference(one): _alert(one["details"], reading)
        for one in _objects(facts.get("alerts"), "alerts")
        if "details" in one
    }
    return DeliveryEvent(
        receiver=reading.text(_object(facts.get("groupInfo"), "groupInfo"), "receiverName"),
        integration=reading.text(_object(facts.get("integration"), "integration"), "name"),
        firing=tuple(_referred(facts.get("firingAlerts"), known)),
        resolved=tuple(_referred(facts.get("resolvedAlerts"), known)),
    )


def _referred(listed: object, known: Mapping[str, EventAlert]) -> Iterator[EventAlert]:
    for one in _objects(listed, "alerts"):
        found = known.get(_reference(one))
        if found is not None:
            yield found


def _reference(one: Mapping[str, Any]) -> str:
    """Return what refers to an alert within one event: a hash in v1, the fingerprint in v2."""
    return str(one.get("hash", one.get("fingerprint", "")))


def _silenced(facts: Mapping[str, Any], reading: TextReader) -> MutingEvent:
    silence = _object(facts.get("silence"), "silence")
    who, why = (reading.text(silence, name) for name in ("createdBy", "comment"))
    return MutingEvent(
        kind=EventKind.SILENCED,
        alert=_alert(facts.get("mutedAlert"), reading),
        by=reading.text(silence, "id", required=True),
        note=": ".join(filter(None, (who, why))),
    )


def _inhibited(facts: Mapping[str, Any], reading: TextReader) -> MutingEvent:
    by = facts.get("inhibitingFingerprints")
    return MutingEvent(
        kind=EventKind.INHIBITED,
        alert=_alert(facts.get("mutedAlert"), reading),
        by=_fingerprint(by[0]) if isinstance(by, list) and by else "",
        note="",
    )


def _alert(entry: object, reading: TextReader) -> EventAlert:
    alert = _object(entry, "an alert")
    return EventAlert(_fingerprint(alert.get("fingerprint")), _labels(alert, reading))


def _labels(alert: Mapping[str, Any], reading: TextReader) -> Texts:
    """Return labels that are a map, or a list of pairs below `labels`."""
    labels = alert.get("labels")
    if isinstance(labels, dict) and isinstance(pairs := labels.get("labels"), list):
        labels = {
            str(pair.get("key", "")): pair.get("value", "") for pair in _objects(pairs, "labels")
        }
    return reading.texts(labels, "labels")


def _fingerprint(value: object) -> str:
    """Return a fingerprint as the API and the webhook write it; events have a decimal number."""
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if not 0 <= number < _LARGEST:
        raise BadWebhook("fingerprint: is no number of 64 bits")
    return f"{number:016x}"


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadWebhook(f"{where}: is no object")
    return value


def _objects(value: object, where: str) -> Iterable[Mapping[str, Any]]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadWebhook(f"{where}: is no list")
    return [_object(one, where) for one in value]
