"""Rows of the journal, to and from SQLite; a row that is damaged on disk costs itself."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from exporter.bridge.webhook import EARLIEST, LATEST, Notification, NotifiedAlert, Status
from exporter.errors import IonmonError

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
OLDEST = 1_325_376_000.0  # the year 2012; nothing of Prometheus is older
_MOST = 1e15  # of a count
T = TypeVar("T")


class DamagedRow(IonmonError):
    """A row of the journal that cannot be read; the text says why."""


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
    journaled is None where the alert's row is damaged, and `damage` says how.
    """

    row: int
    target: str
    journaled: JournaledAlert | None
    tries: int
    first_at: float
    next_at: float
    error: str
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """A time in which the bridge was alive without a break, in Unix seconds."""

    began_at: float
    until: float


def texts_json(texts: Mapping[str, str]) -> str:
    """Return labels or annotations as JSON."""
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def texts_of(text: object, column: str) -> Mapping[str, str]:
    """Return the labels or annotations of a row. Raises DamagedRow."""
    try:
        found = json.loads(text_of(text, column))
    except (ValueError, RecursionError):
        raise DamagedRow(f"{column}: is no JSON") from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise DamagedRow(f"{column}: is no object of texts")
    return MappingProxyType(found)


def text_of(value: object, column: str) -> str:
    """Return a text of a row. Raises DamagedRow."""
    if not isinstance(value, str):
        raise DamagedRow(f"{column}: is no text")
    return value


def number_of(value: object, column: str) -> float:
    """Return a number of a row. Raises DamagedRow."""
    if not isinstance(value, int | float) or not -_MOST <= value <= _MOST:
        raise DamagedRow(f"{column}: is no number")
    return value


def time_of(value: object, column: str, earliest: float = OLDEST) -> float:
    """Return a time of a row, in Unix seconds; it can be written. Raises DamagedRow."""
    if not isinstance(value, int | float) or not earliest <= value <= LATEST:
        raise DamagedRow(f"{column}: is no time")
    return value


def readable(rows: Iterable[tuple[Any, ...]], read: Callable[[tuple[Any, ...]], T]) -> list[T]:
    """Return what is read of rows, without those that are damaged."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except DamagedRow:
            continue
    return found


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
    """Return the alert of a row with the columns ALERT. Raises DamagedRow."""
    id_, group_key, fingerprint, starts_at, status, receiver, *rest = row
    labels, annotations, ends_at, generator_url, first_at, last_at, repeats = rest
    return JournaledAlert(
        row=id_,
        group_key=text_of(group_key, "group_key"),
        receiver=text_of(receiver, "receiver"),
        alert=NotifiedAlert(
            fingerprint=text_of(fingerprint, "fingerprint"),
            status=_status(status),
            labels=texts_of(labels, "labels"),
            annotations=texts_of(annotations, "annotations"),
            starts_at=time_of(starts_at, "starts_at", EARLIEST),
            ends_at=_end(status, ends_at, first_at),
            generator_url=text_of(generator_url, "generator_url"),
        ),
        first_at=time_of(first_at, "first_at"),
        last_at=time_of(last_at, "last_at"),
        repeats=int(number_of(repeats, "repeats")),
    )


def _end(status: object, ends_at: object, first_at: object) -> float | None:
    """Return when an alert ended; where its end was notified without a time, when that was."""
    if ends_at is None and status == "resolved":
        return time_of(first_at, "first_at")
    return None if ends_at is None else time_of(ends_at, "ends_at", EARLIEST)


def _status(value: object) -> Status:
    if value == "firing":
        return "firing"
    if value == "resolved":
        return "resolved"
    raise DamagedRow("status: is neither firing nor resolved")


def owed(row: tuple[Any, ...]) -> OwedDelivery:
    """Return the delivery of a row with the columns DELIVERY and then ALERT; it may be damaged."""
    id_, target, tries, first_at, next_at, error = row[:DELIVERY_COLUMNS]
    alert, damage = None, ""
    try:
        alert = journaled(row[DELIVERY_COLUMNS:])
        number_of(tries, "tries")
        time_of(first_at, "first_at")
    except DamagedRow as fault:
        alert, damage = None, f"its row in the journal is damaged: {fault}"
    return OwedDelivery(
        row=id_,
        target=str(target),
        journaled=alert,
        tries=tries if isinstance(tries, int) else 0,
        first_at=_time_or_zero(first_at),
        next_at=_time_or_zero(next_at),
        error=str(error),
        damage=damage,
    )


def _time_or_zero(value: object) -> float:
    try:
        return time_of(value, "")
    except DamagedRow:
        return 0.0
