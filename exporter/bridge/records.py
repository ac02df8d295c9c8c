"""Single facts that outlive a restart, and the times in which the bridge took everything."""

from collections.abc import Callable
from typing import Any

from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import Presence, readable, time_of

BREAK = 90.0  # seconds without a sign of life that are a hole
# A damaged row is no sign of life: what it covered is a hole.
_WHOLE = "typeof(began_at) = 'real' AND typeof(until) = 'real'"
_NEWEST = f"SELECT id, until FROM presence WHERE {_WHOLE} ORDER BY until DESC LIMIT 1"  # noqa: S608 - constants
_FACT = (
    "INSERT INTO fact (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


class Records:
    """Facts and presence of a journal; every method is one transaction, may raise StateError."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def fact(self, name: str) -> str | None:
        """Return a fact, None where it was never set."""
        with self._transaction() as db:
            found = db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact."""
        with self._transaction() as db:
            db.execute(_FACT, (name, value))

    def first_fact(self, name: str, make: Callable[[], str]) -> str:
        """Return a fact; the first that asks for it makes it."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO fact (name, value) VALUES (?, ?)", (name, make()))
            found = db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(found[0])

    def begin(self, now: float) -> None:
        """Note that the bridge has started."""
        with self._transaction() as db:
            db.execute("INSERT INTO presence (began_at, until) VALUES (?, ?)", (now, now))

    def alive(self, now: float) -> None:
        """Note that the bridge is alive; after a suspended machine there is a hole.

        Where the clock was set back, what lies ahead of it was never lived through.
        """
        with self._transaction() as db:
            db.execute("DELETE FROM presence WHERE began_at > ?", (now,))
            db.execute("UPDATE presence SET until = ? WHERE until > ?", (now, now))
            newest = db.execute(_NEWEST).fetchone()
            if newest is None or now - newest[1] > BREAK:
                db.execute("INSERT INTO presence (began_at, until) VALUES (?, ?)", (now, now))
            else:
                db.execute("UPDATE presence SET until = ? WHERE id = ?", (now, newest[0]))

    def lost(self, since: float, until: float) -> None:
        """Note that notifications of this time are lost: it is a hole, and so is what was before.

        A notification has what changed since the one before, so the hole begins a BREAK earlier;
        a shorter one would not count as one.
        """
        edge = min(since, until) - BREAK - 1.0  # the clock may have been set back meanwhile
        with self._transaction() as db:
            db.execute("DELETE FROM presence WHERE began_at > ?", (edge,))
            db.execute("UPDATE presence SET until = ? WHERE until > ?", (edge, edge))
            db.execute("INSERT INTO presence (began_at, until) VALUES (?, ?)", (until, until))

    def presences(self, since: float, until: float) -> tuple[Presence, ...]:
        """Return when the bridge was alive between two times, in their order."""
        query = (
            "SELECT began_at, until FROM presence WHERE until >= ? AND began_at <= ? "  # noqa: S608 - constants
            f"AND {_WHOLE} ORDER BY began_at"
        )
        with self._transaction() as db:
            return tuple(readable(db.execute(query, (since, until)), _presence))


def _presence(row: tuple[Any, ...]) -> Presence:
    """Return the presence of a row. Raises DamagedRow."""
    began_at, until = row
    return Presence(time_of(began_at, "began_at"), time_of(until, "until"))
