"""What leaves the journal: the oldest alerts that are over; never one whose delivery is pending.

Where there is no room, an alert whose delivery was given up leaves last: nobody has seen it.
"""

import sqlite3
from dataclasses import dataclass

BATCH = 2_000  # rows a transaction, so that no notification waits long for it
# Over is what was resolved, and what Alertmanager has not repeated for as long as anything is kept.
_OVER = """
SELECT id FROM alert AS one WHERE {chosen}
AND (status = 'resolved' OR last_at < :before OR EXISTS (
    SELECT 1 FROM alert AS other WHERE other.fingerprint = one.fingerprint
    AND other.starts_at = one.starts_at AND other.status = 'resolved'))
AND NOT EXISTS (
    SELECT 1 FROM delivery WHERE delivery.alert = one.id AND delivery.state = 'pending')
ORDER BY last_at, id LIMIT :most"""
_DELIVERED = _OVER.format(
    # The end of a dead letter stays with it: without it, it would not be over.
    chosen="NOT EXISTS (SELECT 1 FROM alert AS same JOIN delivery ON delivery.alert = same.id "
    "WHERE same.fingerprint = one.fingerprint AND same.starts_at = one.starts_at "
    "AND delivery.state = 'dead')"
)
_ANY = _OVER.format(chosen="1")
_EXPIRED = _OVER.format(chosen="last_at < :before")


@dataclass(frozen=True, slots=True)
class Removal:
    """How many alerts left, and how many dead letters with them."""

    alerts: int = 0
    dead_letters: int = 0

    def __add__(self, other: "Removal") -> "Removal":
        """Return what left in both."""
        return Removal(self.alerts + other.alerts, self.dead_letters + other.dead_letters)


def oldest(db: sqlite3.Connection, most: int, before: float) -> Removal:
    """Remove up to `most` alerts that are over: the oldest first, dead letters last.

    before  the Unix time before which an alert was last heard of that counts as over
    """
    found = _remove(db, _DELIVERED, {"most": most, "before": before})
    if found.alerts == most:
        return found
    return found + _remove(db, _ANY, {"most": most - found.alerts, "before": before})


def expired(db: sqlite3.Connection, before: float) -> Removal:
    """Remove a batch of what was over before a Unix time."""
    db.execute("DELETE FROM presence WHERE until < ?", (before,))
    db.execute("DELETE FROM acknowledgement WHERE ended_at < ?", (before,))
    db.execute(
        "DELETE FROM withdrawal WHERE acknowledgement NOT IN (SELECT id FROM acknowledgement)"
    )
    return _remove(db, _EXPIRED, {"most": BATCH, "before": before})


def _remove(db: sqlite3.Connection, query: str, values: dict[str, float]) -> Removal:
    rows = db.execute(query, values).fetchall()
    dead = "DELETE FROM delivery WHERE alert = ? AND state = 'dead'"
    letters = db.executemany(dead, rows).rowcount
    db.executemany("DELETE FROM delivery WHERE alert = ?", rows)
    db.executemany("DELETE FROM alert WHERE id = ?", rows)
    return Removal(len(rows), letters)
