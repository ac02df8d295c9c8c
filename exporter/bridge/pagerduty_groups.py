"""Which of PagerDuty's incidents an alert is part of, as the journal has it."""

import sqlite3
from collections.abc import Container
from dataclasses import dataclass

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.deliveries import Transaction

_NEAR = 0.01  # seconds: the API writes milliseconds, the webhook nanoseconds
_GROUPS = """
SELECT DISTINCT receiver, group_key FROM alert
WHERE fingerprint = ? AND starts_at BETWEEN ? AND ? AND status = 'firing'"""
_MEMBERS = """
SELECT DISTINCT fingerprint FROM alert AS one WHERE group_key = ? AND status = 'firing'
AND NOT EXISTS (SELECT 1 FROM alert AS other WHERE other.group_key = one.group_key
    AND other.fingerprint = one.fingerprint AND other.starts_at = one.starts_at
    AND other.status = 'resolved')"""
_MARK = "UPDATE acknowledgement SET pagerduty_at = ? WHERE id = ?"
_MARKED = "SELECT id FROM acknowledgement WHERE ended_at IS NULL AND pagerduty_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class PagerDutyGroup:
    """A group of alerts that is one incident in PagerDuty, by its receiver and its key."""

    receiver: str
    key: str


class PagerDutyGroups:
    """Reads groups from the journal; every method is one transaction, may raise StateError."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, given: Acknowledgement, receivers: Container[str]) -> frozenset[PagerDutyGroup]:
        """Return the groups of an acknowledged alert that these receivers were notified of."""
        start = given.starts_at
        values = (given.fingerprint, start - _NEAR, start + _NEAR)
        with self._transaction() as db:
            found = db.execute(_GROUPS, values).fetchall()
        return frozenset(
            PagerDutyGroup(receiver, key)
            for receiver, key in found
            if isinstance(key, str) and receiver in receivers
        )

    def members(self, group: PagerDutyGroup) -> frozenset[str]:
        """Return the fingerprints of the alerts of a group whose end was not notified."""
        with self._transaction() as db:
            return _column(db, _MEMBERS, (group.key,))

    def mark(self, rows: frozenset[int], at: float) -> None:
        """Note that PagerDuty took the acknowledgements of these rows."""
        with self._transaction() as db:
            db.executemany(_MARK, [(at, row) for row in rows])

    def marked(self) -> frozenset[int]:
        """Return the rows that PagerDuty took, of those whose incident goes on."""
        with self._transaction() as db:
            return frozenset(row for (row,) in db.execute(_MARKED))


def _column(db: sqlite3.Connection, query: str, values: tuple[object, ...]) -> frozenset[str]:
    return frozenset(str(row[0]) for row in db.execute(query, values))
