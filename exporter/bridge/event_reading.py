"""Reads from the journal what Alertmanager's event recorder said of a time."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exporter.bridge.deliveries import Transaction
from exporter.bridge.recorded_events import EventKind
from exporter.prometheus_api import Labels

_DELIVERIES = """
SELECT event_labels.labels, event.at, event.receiver, event.integration, event_alert.firing
FROM event JOIN event_alert ON event_alert.event = event.id
JOIN event_labels ON event_labels.fingerprint = event_alert.fingerprint
WHERE event.at >= ? AND event.at < ? ORDER BY event.at, event.id"""
_MUTINGS = """
SELECT muted.labels, muting.kind, muting.began_at, muting.until, muting.source, muting.note,
by.labels
FROM muting JOIN event_labels AS muted ON muted.fingerprint = muting.fingerprint
LEFT JOIN event_labels AS by ON by.fingerprint = muting.source
WHERE muting.until >= ? AND muting.began_at < ? ORDER BY muting.began_at, muting.id"""
_SIGNS = """
SELECT instance, began_at, until FROM event_sign WHERE typeof(began_at) = 'real'
AND typeof(until) = 'real' ORDER BY began_at, id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDelivery:
    """A notification that had an alert: when it was delivered, by what, and whether it fired."""

    labels: Labels
    at: float
    receiver: str
    integration: str
    firing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMuting:
    """A time in which an alert was muted, by a silence or by another alert; Unix seconds.

    by  who made the silence and why, or the other alert's name
    """

    labels: Labels
    silenced: bool
    began: float
    until: float
    by: str


@dataclass(frozen=True, slots=True)
class RecorderSign:
    """A time in which events came from an Alertmanager, by its machine, without a break."""

    instance: str
    began: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """What the recorder said of a time.

    signs    of all times, so that it is known since when there is a recorder
    damaged  rows that could not be read
    """

    deliveries: tuple[AlertDelivery, ...]
    mutings: tuple[AlertMuting, ...]
    signs: tuple[RecorderSign, ...]
    damaged: int = 0


NO_EVENTS = EventRecord(deliveries=(), mutings=(), signs=())


def event_record(transaction: Transaction, since: float, until: float) -> EventRecord:
    """Return what the recorder said between two times. Raises StateError."""
    with transaction() as db:
        delivered = db.execute(_DELIVERIES, (since, until)).fetchall()
        muted = db.execute(_MUTINGS, (since, until)).fetchall()
        signs = db.execute(_SIGNS).fetchall()
    deliveries, mutings = tuple(_deliveries(delivered)), tuple(_mutings(muted))
    return EventRecord(
        deliveries=deliveries,
        mutings=mutings,
        signs=tuple(RecorderSign(str(name), *times) for name, *times in signs),
        damaged=len(delivered) + len(muted) - len(deliveries) - len(mutings),
    )


def _deliveries(rows: Iterable[tuple[Any, ...]]) -> Iterator[AlertDelivery]:
    for text, at, receiver, integration, firing in rows:
        labels = _labels(text)
        if labels is not None and isinstance(at, float):
            yield AlertDelivery(
                labels=labels,
                at=at,
                receiver=str(receiver),
                integration=str(integration),
                firing=bool(firing),
            )


def _mutings(rows: Iterable[tuple[Any, ...]]) -> Iterator[AlertMuting]:
    for text, kind, began, until, source, note, other in rows:
        labels = _labels(text)
        if labels is None or not (isinstance(began, float) and isinstance(until, float)):
            continue
        silenced = kind == EventKind.SILENCED
        name = dict(_labels(other) or ()).get("alertname", "another alert")
        by = (str(note) or str(source)) if silenced else name
        yield AlertMuting(labels=labels, silenced=silenced, began=began, until=until, by=by)


def _labels(text: object) -> Labels | None:
    """Return the labels of a row, None where it is damaged."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return tuple(sorted((str(name), str(value)) for name, value in found.items()))
