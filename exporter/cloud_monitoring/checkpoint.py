"""The state of counters in SQLite: one transaction for each poll, on disk before it is exposed.

A damaged file is moved aside and counting starts anew from now, so that nothing is counted twice.
Refused are files of another program or of a newer version, files that cannot be written, and files
that another process uses.
"""

import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from exporter.cloud_monitoring.checkpoint_rows import (
    drop,
    read_ledger,
    read_marks,
    read_totals,
    write_ledger,
    write_rows,
)
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.totals import Total
from exporter.errors import StateError, StateForeign, StateLocked, StateUnwritable

log = logging.getLogger("ionmon.state")

APPLICATION_ID = 0x494F4E4D
VERSION = 1
SCHEMA = """
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, shape TEXT NOT NULL,
    period INTEGER NOT NULL, cut INTEGER NOT NULL, horizon INTEGER NOT NULL,
    covered INTEGER NOT NULL, gap INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE TABLE mark (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, key TEXT NOT NULL, labels TEXT NOT NULL,
    floor INTEGER NOT NULL, mask BLOB NOT NULL, stray TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, held TEXT);
CREATE INDEX mark_of ON mark (ledger);
CREATE TABLE total (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, labels TEXT NOT NULL, shown INTEGER NOT NULL,
    value NUMERIC NOT NULL, bounds BLOB, counts BLOB NOT NULL, last INTEGER NOT NULL);
CREATE INDEX total_of ON total (ledger);
"""


class Store(Protocol):
    """Where ledgers outlive the process."""

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""

    def load(self, name: str, shape: str) -> Ledger | None:
        """Return the ledger `name`, or None where there is none of this shape."""

    def commit(
        self, name: str, shape: str, ledger: Ledger, gone: tuple[list[Mark], list[Total]]
    ) -> None:
        """Write what changed and delete what is gone, in one transaction."""

    def covered(self, family: str) -> dict[str, int]:
        """Return until when each project's ledger of a family covers the source's time."""

    def together(self) -> AbstractContextManager[None]:
        """Write everything that this thread commits meanwhile in one transaction."""


class SqliteStore:
    """A Store in one SQLite file, which one process uses at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; a damaged one is moved aside. Raises StateError."""
        self.path = path
        self._lost = path.exists() and not path.stat().st_size
        self._lost_shapes: set[str] = set()
        self._mutex = threading.RLock()
        self._together = False
        self._lock = _lock(path)
        try:
            self._connection = self._open()
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Close the file and unlock it."""
        with self._mutex:
            self._connection.close()
            self._lock.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self.path)
        except sqlite3.OperationalError as error:
            raise StateUnwritable(
                f"{self.path}: {error}; make it and its directory writable, or choose another file "
                "with --storage.state-file"
            ) from error
        except sqlite3.DatabaseError as error:
            aside = _move_aside(self.path)
            self._lost = True
            log.error(  # noqa: TRY400 - the cause is in the message
                "state file is damaged (%s); moved to %s, counting starts anew from now",
                error,
                aside.name,
            )
            return _connect(self.path)

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""
        return self._lost or name in self._lost_shapes

    def load(self, name: str, shape: str) -> Ledger | None:
        """Return the ledger `name`, or None; one of another shape is dropped and logged."""
        with self._transaction() as db:
            found = read_ledger(db, name)
            if found is None:
                return None
            row, known, ledger = found
            if known != shape:
                log.warning("%s: the catalog changed its shape; counting starts anew", name)
                drop(db, row)
                self._lost_shapes.add(name)
                return None
            read_totals(db, row, ledger)
            read_marks(db, row, ledger)
            return ledger

    def commit(
        self, name: str, shape: str, ledger: Ledger, gone: tuple[list[Mark], list[Total]] = ([], [])
    ) -> None:
        """Write what changed and delete what is gone, in one transaction."""
        with self._transaction() as db:
            row = write_ledger(db, name, shape, ledger)
            # Rows count as written from here on: if COMMIT fails, the caller loads them again.
            write_rows(db, row, ledger)
            db.executemany("DELETE FROM mark WHERE id = ?", [(m.row,) for m in gone[0]])
            db.executemany("DELETE FROM total WHERE id = ?", [(t.row,) for t in gone[1]])

    def covered(self, family: str) -> dict[str, int]:
        """Return until when each project's ledger of a family covers the source's time."""
        end = f"/{family}"
        query = "SELECT name, covered FROM ledger WHERE substr(name, ?) = ?"
        with self._transaction() as db:
            found = db.execute(query, (-len(end), end)).fetchall()
        return {name.removesuffix(end): covered for name, covered in found}

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything that this thread commits meanwhile in one transaction."""
        with self._transaction():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._mutex:
            if self._together:  # which ends the transaction
                yield self._connection
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                # Whatever it was: a transaction left open would fail every family after this one.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                if not isinstance(error, sqlite3.Error | OverflowError):
                    raise
                raise StateError(
                    f"{self.path}: {error}; nothing was counted, the next poll tries again"
                ) from error


def holder(path: Path) -> str | None:
    """Return the process that uses a state file, or None; the file is not changed."""
    lock = path.with_name(path.name + ".lock")
    if not lock.exists():
        return None
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.read(20).strip() or "unknown"
    return None


def inspect(path: Path) -> None:
    """Check a state file that no process uses, and change nothing. Raises StateError."""
    if not path.stat().st_size:
        raise StateError(f"{path}: it is empty; ionmon run starts it anew and counts from then on")
    # Without a log, even a reader would create one, unless the URI declares the file immutable.
    has_log = path.with_name(path.name + "-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as db:
            _check(db, path)
    except sqlite3.Error as error:
        raise StateError(f"{path}: damaged ({error}); ionmon run moves it aside") from error


def _lock(path: Path) -> IO[str]:
    """Lock the state file against other processes for as long as the result is open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.with_name(path.name + ".lock").open("a+")
    except OSError as error:
        raise StateUnwritable(
            f"{path}: {error.strerror}; choose a file in a writable directory with "
            "--storage.state-file"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        holder = handle.read(20).strip() or "unknown"
        handle.close()
        raise StateLocked(
            f"{path}: process {holder} uses it; stop that process, or give this one its own file "
            "with --storage.state-file"
        ) from error
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, path: Path) -> bool:
    """Check that the file is ours and undamaged. Returns False where it is new."""
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        raise StateForeign(f"{path}: it is another program's database; choose another file")
    if version > VERSION:
        raise StateForeign(
            f"{path}: it has version {version}, this program reads {VERSION}; run the newer "
            "program, or choose another file"
        )
    if tables and db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("its check failed")
    return bool(tables)


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Check the file; create its tables where it is new."""
    known = _check(db, path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    if not known:
        db.executescript(
            f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; "
            f"PRAGMA user_version = {VERSION}; COMMIT"
        )
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")  # a write, to test that it is possible


def _move_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside
