"""Which of PagerDuty's incidents an alert is part of, as the journal has it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import DamagedRow, texts_of
from exporter.bridge.webhook import Texts

_NEAR = 0.01  # seconds: the API writes milliseconds, the webhook nanoseconds
_GROUPS = """
SELECT DISTINCT receiver, group_key FROM alert
WHERE fingerprint = ? AND starts_at BETWEEN ? AND ? AND status = 'firing'"""
_GOES_ON = """status = 'firing'
AND NOT EXISTS (SELECT 1 FROM alert AS other WHERE other.group_key = one.group_key
    AND other.fingerprint = one.fingerprint AND other.starts_at = one.starts_at
    AND other.status = 'resolved')"""
_MEMBERS = f"SELECT fingerprint, labels FROM alert AS one WHERE group_key = ? AND {_GOES_ON}"  # noqa: S608 - constants
_NOTIFIED = f"SELECT DISTINCT fingerprint FROM alert AS one WHERE receiver = ? AND {_GOES_ON}"  # noqa: S608 - constants
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

    def members(self, group: PagerDutyGroup) -> Mapping[str, Texts]:
        """Return the alerts of a group whose end was not notified: labels by fingerprint."""
        with self._transaction() as db:
            rows = db.execute(_MEMBERS, (group.key,)).fetchall()
        return {str(fingerprint): _labels(text) for fingerprint, text in rows}

    def notified(self, receiver: str) -> frozenset[str]:
        """Return the fingerprints of what a receiver was notified of, and not of its end."""
        with self._transaction() as db:
            return frozenset(str(row[0]) for row in db.execute(_NOTIFIED, (receiver,)))

    def mark(self, rows: frozenset[int], at: float) -> None:
        """Note that PagerDuty took the acknowledgements of these rows."""
        with self._transaction() as db:
            db.executemany(_MARK, [(at, row) for row in rows])

    def marked(self) -> frozenset[int]:
        """Return the rows that PagerDuty took, of those whose incident goes on."""
        with self._transaction() as db:
            return frozenset(row for (row,) in db.execute(_MARKED))


def _labels(text: object) -> Texts:
    """Return the labels of a row, none where they are damaged."""
    try:
        return texts_of(text, "labels")
    except DamagedRow:
        return {}
