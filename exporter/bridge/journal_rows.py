"""Rows of the journal, to and from SQLite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from exporter.bridge.webhook import Notification, NotifiedAlert

ALERT = (
    "alert.id, alert.group_key, alert.fingerprint, alert.starts_at, alert.status, alert.receiver, "
    "alert.labels, alert.annotations, alert.ends_at, alert.generator_url, alert.first_at, "
    "alert.last_at, alert.repeats"
)
DELIVERY = (
    "delivery.id, delivery.target, delivery.tries, delivery.first_at, delivery.next_at, "
    "delivery.error"
)
DELIVERY_COLUMNS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledAlert:
    """One state of an alert in one group, as Alertmanager notified of it; times are Unix seconds.

    first_at, last_at  when the first and the last notification of it came
    repeats            how many came after the first
    """

    row: int
    group_key: str
    receiver: str
    alert: NotifiedAlert
    first_at: float
    last_at: float
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedDelivery:
    """What is still to be delivered to a target, or was given up; times are Unix seconds.

    tries counts those that failed, error is the reason of the last one, next_at when the next is.
    """

    row: int
    target: str
    journaled: JournaledAlert
    tries: int
    first_at: float
    next_at: float
    error: str


@dataclass(frozen=True, slots=True)
class Presence:
    """A time in which the bridge was alive without a break, in Unix seconds."""

    began_at: float
    until: float


def texts_json(texts: Mapping[str, str]) -> str:
    """Return labels or annotations as JSON."""
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def texts_of(text: str) -> Mapping[str, str]:
    """Return the labels or annotations of a row."""
    return MappingProxyType(json.loads(text))


def alert_values(
    given: Notification, alert: NotifiedAlert, firing: str | None, now: float
) -> tuple[object, ...]:
    """Return the values of a new row, from `group_key` on.

    firing  the annotations while it fired: Alertmanager may send none with the end
    """
    annotations = texts_json(alert.annotations) if alert.annotations or not firing else firing
    return (
        given.group_key,
        alert.fingerprint,
        alert.starts_at,
        alert.status,
        given.receiver,
        texts_json(alert.labels),
        annotations,
        alert.ends_at,
        alert.generator_url,
        now,
        now,
    )


def journaled(row: tuple[Any, ...]) -> JournaledAlert:
    """Return the alert of a row with the columns ALERT."""
    id_, group_key, fingerprint, starts_at, status, receiver, *rest = row
    labels, annotations, ends_at, generator_url, first_at, last_at, repeats = rest
    return JournaledAlert(
        row=id_,
        group_key=group_key,
        receiver=receiver,
        alert=NotifiedAlert(
            fingerprint=fingerprint,
            status=status,
            labels=texts_of(labels),
            annotations=texts_of(annotations),
            starts_at=starts_at,
            ends_at=ends_at,
            generator_url=generator_url,
        ),
        first_at=first_at,
        last_at=last_at,
        repeats=repeats,
    )


def owed(row: tuple[Any, ...]) -> OwedDelivery:
    """Return the delivery of a row with the columns DELIVERY and then ALERT."""
    id_, target, tries, first_at, next_at, error = row[:DELIVERY_COLUMNS]
    return OwedDelivery(
        row=id_,
        target=target,
        journaled=journaled(row[DELIVERY_COLUMNS:]),
        tries=tries,
        first_at=first_at,
        next_at=next_at,
        error=error,
    )
