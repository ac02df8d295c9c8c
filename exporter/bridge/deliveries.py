"""What the journal owes to targets, such as Sentry: due, done, later, or given up."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from exporter.bridge.journal_rows import ALERT, DELIVERY, OwedDelivery, owed

Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]
LONGEST_WAIT = 3_600.0  # seconds; what waits longer was planned before the clock was set back
AT_ONCE = 100
_SELECT = f"SELECT {DELIVERY}, {ALERT} FROM delivery LEFT JOIN alert ON alert.id = delivery.alert "  # noqa: S608 - constants
_DUE = (
    _SELECT + "WHERE state = 'pending' AND (next_at <= ? OR next_at > ?) "
    "ORDER BY next_at, delivery.id LIMIT ?"
)
_DEAD = _SELECT + "WHERE state = 'dead' ORDER BY delivery.first_at, delivery.id"
_HASTEN = "UPDATE delivery SET next_at = ? WHERE state = 'pending' AND target = ? AND next_at > ?"
_COUNTS = "SELECT target, state, count(*) FROM delivery WHERE state IN ('pending', 'dead') GROUP BY target, state"  # noqa: E501
_RETRY = (
    "UPDATE delivery SET state = 'pending', tries = 0, next_at = ?, first_at = ? "
    "WHERE state = 'dead'"
)


class Deliveries:
    """The deliveries of a journal; every method is one transaction and may raise StateError."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def due(self, now: float, most: int = AT_ONCE) -> tuple[OwedDelivery, ...]:
        """Return what is to be delivered now, that which has waited longest first."""
        with self._transaction() as db:
            rows = db.execute(_DUE, (now, now + LONGEST_WAIT, most)).fetchall()
        return tuple(map(owed, rows))

    def done(self, row: int, now: float) -> None:
        """Note that a target has confirmed a delivery."""
        self._set("state = 'done', done_at = ?, error = ''", (now,), row)

    def later(self, row: int, at: float, why: str) -> None:
        """Note a failure, and when to try again; LONGEST_WAIT is the most that is waited."""
        self._set("tries = tries + 1, next_at = ?, error = ?", (at, why), row)

    def dead(self, row: int, why: str) -> None:
        """Give a delivery up, until `retry`."""
        self._set("state = 'dead', tries = tries + 1, error = ?", (why,), row)

    def hasten(self, target: str, now: float) -> None:
        """Make everything that a target is owed due now: it takes deliveries again."""
        with self._transaction() as db:
            db.execute(_HASTEN, (now, target, now))

    def dead_letters(self) -> tuple[OwedDelivery, ...]:
        """Return what was given up, the oldest first."""
        with self._transaction() as db:
            rows = db.execute(_DEAD).fetchall()
        return tuple(map(owed, rows))

    def retry(self, now: float) -> int:
        """Make everything that was given up due again; returns how many."""
        with self._transaction() as db:
            return db.execute(_RETRY, (now, now)).rowcount

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many are pending and how many dead, by target and state."""
        with self._transaction() as db:
            rows = db.execute(_COUNTS).fetchall()
        return {(target, state): count for target, state, count in rows}

    def _set(self, change: str, values: tuple[object, ...], row: int) -> None:
        with self._transaction() as db:
            db.execute(f"UPDATE delivery SET {change} WHERE id = ?", (*values, row))  # noqa: S608 - constants
