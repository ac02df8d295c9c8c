"""Dead letters, read and made due again in the journal's file, beside a bridge that may run.

SQLite lets a second process do that; a running bridge looks for what is due each second.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from exporter.bridge.deliveries import Deliveries
from exporter.bridge.journal_schema import LAYOUT
from exporter.errors import StateError
from exporter.sqlite_file import check, decoded

_WAIT = 5.0  # seconds for a transaction of the bridge
_FIX = "name the bridge's journal with --storage.journal-file, as the user that it runs as"


def deliveries_of(path: Path) -> Deliveries:
    """Return the deliveries of a journal's file; each method may raise StateError."""

    @contextmanager
    def transaction() -> Iterator[sqlite3.Connection]:
        try:
            with closing(_opened(path)) as db:
                yield from _committed(db, path)
        except (sqlite3.Error, OSError) as error:
            reason = str(error) if path.exists() else "does not exist"
            raise StateError(f"{path}: {reason}; {_FIX}") from error

    return Deliveries(transaction)


def _opened(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=rw"  # without it, a new file would be made
    return sqlite3.connect(address, _WAIT, uri=True, isolation_level=None)


def _committed(db: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    check(db, path, LAYOUT)
    db.text_factory = decoded
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
