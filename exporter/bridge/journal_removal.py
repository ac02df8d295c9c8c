"""What leaves the journal: the oldest alerts that are over; never one whose delivery is pending."""

import sqlite3

BATCH = 2_000  # rows a transaction, so that no notification waits long for it
# Over is what was resolved, and what Alertmanager has not repeated for as long as anything is kept.
_OVER = """
SELECT id FROM alert AS one WHERE {age}
AND (status = 'resolved' OR last_at < :before OR EXISTS (
    SELECT 1 FROM alert AS other WHERE other.fingerprint = one.fingerprint
    AND other.starts_at = one.starts_at AND other.status = 'resolved'))
AND NOT EXISTS (
    SELECT 1 FROM delivery WHERE delivery.alert = one.id AND delivery.state = 'pending')
ORDER BY last_at, id LIMIT :most"""
_OLDEST = _OVER.format(age="1")
_EXPIRED = _OVER.format(age="last_at < :before")


def oldest(db: sqlite3.Connection, most: int, before: float) -> int:
    """Remove up to `most` alerts that are over, the oldest first; returns how many.

    before  the Unix time before which an alert was last heard of that counts as over
    """
    return _remove(db, _OLDEST, {"most": most, "before": before})


def expired(db: sqlite3.Connection, before: float) -> int:
    """Remove a batch of what was over before a Unix time; returns how many alerts."""
    db.execute("DELETE FROM presence WHERE until < ?", (before,))
    db.execute("DELETE FROM acknowledgement WHERE ended_at < ?", (before,))
    db.execute(
        "DELETE FROM withdrawal WHERE acknowledgement NOT IN (SELECT id FROM acknowledgement)"
    )
    return _remove(db, _EXPIRED, {"most": BATCH, "before": before})


def _remove(db: sqlite3.Connection, query: str, values: dict[str, float]) -> int:
    rows = db.execute(query, values).fetchall()
    db.executemany("DELETE FROM delivery WHERE alert = ?", rows)
    db.executemany("DELETE FROM alert WHERE id = ?", rows)
    return len(rows)
