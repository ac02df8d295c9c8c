"""Acknowledgements in the journal."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import texts_json, texts_of

_SELECT = """
SELECT id, fingerprint, starts_at, labels, since, acknowledgement.user, comment,
acknowledgement.at, ended_at, withdrawal.user
FROM acknowledgement LEFT JOIN withdrawal ON withdrawal.acknowledgement = acknowledgement.id
WHERE """
_ADD = (
    "INSERT INTO acknowledgement (fingerprint, starts_at, labels, since, user, comment, at, "
    "ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, NULL) RETURNING id"
)

_BETWEEN = "acknowledgement.at < ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY id"
_END = "UPDATE acknowledgement SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
_WITHDRAW = "INSERT OR IGNORE INTO withdrawal (acknowledgement, user, at) VALUES (?, ?, ?)"


class AcknowledgementRows:
    """The table of acknowledgements; every method is one transaction, may raise StateError."""

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
            return tuple(
                map(_acknowledgement, db.execute(_SELECT + "ended_at IS NULL ORDER BY id"))
            )

    def between(self, since: float, until: float) -> tuple[Acknowledgement, ...]:
        """Return those that went on at any moment between two times, oldest first."""
        with self._transaction() as db:
            return tuple(map(_acknowledgement, db.execute(_SELECT + _BETWEEN, (until, since))))


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
    id_, fingerprint, starts_at, labels, since, user, comment, at, ended_at, withdrawn_by = row
    return Acknowledgement(
        row=id_,
        fingerprint=fingerprint,
        labels=texts_of(labels),
        starts_at=starts_at,
        since=tuple(json.loads(since)),
        user=user,
        comment=comment,
        at=at,
        ended_at=ended_at,
        withdrawn_by=withdrawn_by or "",
    )
