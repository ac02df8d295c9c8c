"""Acknowledgements in the journal."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import (
    DamagedRow,
    readable,
    text_of,
    texts_json,
    texts_of,
    time_of,
)
from exporter.bridge.webhook import EARLIEST

_SELECT = """
SELECT id, fingerprint, starts_at, labels, since, acknowledgement.user, comment,
acknowledgement.at, ended_at, withdrawal.user
FROM acknowledgement LEFT JOIN withdrawal ON withdrawal.acknowledgement = acknowledgement.id
WHERE """
_ADD = (
    "INSERT INTO acknowledgement (fingerprint, starts_at, labels, since, user, comment, at, "
    "ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, NULL) RETURNING id"
)
_OPEN = "ended_at IS NULL ORDER BY id"
_ENDED = "ended_at >= ? ORDER BY id"
_WITHDRAWN = "withdrawal.user IS NOT NULL ORDER BY withdrawal.at"
_BETWEEN = "acknowledgement.at < ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY id"
_END = "UPDATE acknowledgement SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
_WITHDRAW = "INSERT OR IGNORE INTO withdrawal (acknowledgement, user, at) VALUES (?, ?, ?)"


class AcknowledgementRows:
    """The table of acknowledgements; every method is one transaction, may raise StateError.

    A row that is damaged acknowledges nothing: its incident is escalated.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, given: Iterable[Acknowledgement]) -> tuple[Acknowledgement, ...]:
        """Journal new ones, all or none, and return them with their rows."""
        with self._transaction() as db:
            return tuple(
                replace(each, row=int(db.execute(_ADD, _values(each)).fetchone()[0]))
                for each in given
            )

    def extend(self, given: Acknowledgement) -> None:
        """Journal the beginnings by which an incident is known."""
        with self._transaction() as db:
            values = (json.dumps(given.since), given.row)
            db.execute("UPDATE acknowledgement SET since = ? WHERE id = ?", values)

    def end(self, given: Acknowledgement, at: float) -> None:
        """Journal that its incident is over."""
        with self._transaction() as db:
            db.execute(_END, (at, given.row))

    def withdraw(self, given: Iterable[Acknowledgement], user: str, at: float) -> None:
        """Journal that a user withdrew them, all or none."""
        with self._transaction() as db:
            for each in given:
                db.execute(_END, (at, each.row))
                db.execute(_WITHDRAW, (each.row, user, at))

    def open(self) -> tuple[Acknowledgement, ...]:
        """Return those whose incident was not over, oldest first."""
        with self._transaction() as db:
            return tuple(readable(db.execute(_SELECT + _OPEN), _acknowledgement))

    def ended(self, since: float) -> tuple[Acknowledgement, ...]:
        """Return those that ended, or were withdrawn, since a time."""
        with self._transaction() as db:
            return tuple(readable(db.execute(_SELECT + _ENDED, (since,)), _acknowledgement))

    def withdrawn(self) -> tuple[Acknowledgement, ...]:
        """Return those that were withdrawn, oldest first."""
        with self._transaction() as db:
            return tuple(readable(db.execute(_SELECT + _WITHDRAWN), _acknowledgement))

    def bury(self, at: float) -> int:
        """End those that are damaged; returns how many."""
        with self._transaction() as db:
            rows = db.execute(_SELECT + _OPEN).fetchall()
            whole = {each.row for each in readable(rows, _acknowledgement)}
            damaged = [row[0] for row in rows if row[0] not in whole]
            db.executemany(_END, [(at, row) for row in damaged])
        return len(damaged)

    def between(self, since: float, until: float) -> tuple[Acknowledgement, ...]:
        """Return those that went on at any moment between two times, oldest first."""
        with self._transaction() as db:
            return tuple(readable(db.execute(_SELECT + _BETWEEN, (until, since)), _acknowledgement))


def _values(given: Acknowledgement) -> tuple[object, ...]:
    return (
        given.fingerprint,
        given.starts_at,
        texts_json(given.labels),
        json.dumps(given.since),
        given.user,
        given.comment,
        given.at,
    )


def _acknowledgement(row: tuple[Any, ...]) -> Acknowledgement:
    """Return the acknowledgement of a row. Raises DamagedRow."""
    id_, fingerprint, starts_at, labels, since, user, comment, at, ended_at, withdrawn_by = row
    return Acknowledgement(
        row=id_,
        fingerprint=text_of(fingerprint, "fingerprint"),
        labels=texts_of(labels, "labels"),
        starts_at=time_of(starts_at, "starts_at", EARLIEST),
        since=_beginnings(since),
        user=text_of(user, "user"),
        comment=text_of(comment, "comment"),
        at=time_of(at, "at"),
        ended_at=None if ended_at is None else time_of(ended_at, "ended_at"),
        withdrawn_by=text_of(withdrawn_by or "", "withdrawal.user"),
    )


def _beginnings(text: object) -> tuple[float, ...]:
    try:
        found = json.loads(text_of(text, "since"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise DamagedRow("since: is no list")
    return tuple(time_of(each, "since", EARLIEST) for each in found)
