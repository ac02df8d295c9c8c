"""Reads from the journal what Alertmanager's event recorder said of a time."""

from dataclasses import dataclass
from typing import Any

from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import DamagedRow, readable, texts_of, time_of
from exporter.bridge.recorded_events import EventKind
from exporter.prometheus.api import Labels

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
SELECT instance, began_at, until FROM event_sign ORDER BY began_at, id"""


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
    deliveries, mutings = readable(delivered, _delivery), readable(muted, _muting)
    return EventRecord(
        deliveries=tuple(deliveries),
        mutings=tuple(mutings),
        signs=tuple(readable(signs, _sign)),
        damaged=len(delivered) + len(muted) - len(deliveries) - len(mutings),
    )


def _delivery(row: tuple[Any, ...]) -> AlertDelivery:
    """Return the delivery of a row. Raises DamagedRow."""
    labels, at, receiver, integration, firing = row
    return AlertDelivery(
        labels=_labels(labels),
        at=time_of(at, "at"),
        receiver=str(receiver),
        integration=str(integration),
        firing=bool(firing),
    )


def _muting(row: tuple[Any, ...]) -> AlertMuting:
    """Return the muting of a row. Raises DamagedRow."""
    labels, kind, began, until, source, note, other = row
    silenced = kind == EventKind.SILENCED
    return AlertMuting(
        labels=_labels(labels),
        silenced=silenced,
        began=time_of(began, "began_at"),
        until=time_of(until, "until"),
        by=(str(note) or str(source)) if silenced else _name(other),
    )


def _sign(row: tuple[Any, ...]) -> RecorderSign:
    """Return the sign of life of a row; one that is damaged is none. Raises DamagedRow."""
    name, began, until = row
    return RecorderSign(str(name), time_of(began, "began_at"), time_of(until, "until"))


def _name(text: object) -> str:
    try:
        return dict(_labels(text)).get("alertname", "another alert")
    except DamagedRow:
        return "another alert"


def _labels(text: object) -> Labels:
    """Return the labels of a row. Raises DamagedRow."""
    return tuple(sorted(texts_of(text, "labels").items()))
