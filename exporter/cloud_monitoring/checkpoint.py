"""The state of counters in SQLite: one transaction for each poll, on disk before it is exposed.

A damaged file is moved aside and counting starts anew from now, so that nothing is counted twice.
Refused are files of another program or of a newer version, files that cannot be written, and files
that another process uses.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from exporter.clock import WallClock
from exporter.cloud_monitoring.checkpoint_rows import (
    drop,
    read_ledger,
    read_marks,
    read_totals,
    write_ledger,
    write_rows,
)
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.state_lock import StateLock
from exporter.cloud_monitoring.state_schema import APPLICATION_ID, VERSION, check, create, migrate
from exporter.cloud_monitoring.totals import Total
from exporter.errors import StateError, StateUnwritable

log = logging.getLogger("ionmon.state")


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
        self.path = _real(path)
        self._lost = self.path.exists() and not self.path.stat().st_size
        self._lost_shapes: set[str] = set()
        self._mutex = threading.RLock()
        self._together = False
        self._lock = StateLock(self.path)
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
        self._lock.take_file()
        try:
            _check_header(self._lock.header())
            found = _connect(self.path)
        except sqlite3.OperationalError as error:
            raise StateUnwritable(
                f"{self.path}: {error}; make it and its directory writable, or choose another file "
                "with --storage.state-file"
            ) from error
        except sqlite3.DatabaseError as error:
            self._lock.leave_file()
            aside = _move_aside(self.path)
            self._lost = True
            log.error(  # noqa: TRY400 - the cause is in the message
                "state file is damaged (%s); moved to %s, counting starts anew from now",
                error,
                aside.name,
            )
            found = _connect(self.path)
        self._lock.take_file()
        return found

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""
        return self._lost or name in self._lost_shapes

    def load(self, name: str, shape: str) -> Ledger | None:
        """Return the ledger `name`, or None; one of another shape is dropped and logged."""
        with self.transaction() as db:
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
        with self.transaction() as db:
            row = write_ledger(db, name, shape, ledger)
            # Rows count as written from here on: if COMMIT fails, the caller loads them again.
            write_rows(db, row, ledger)
            db.executemany("DELETE FROM mark WHERE id = ?", [(m.row,) for m in gone[0]])
            db.executemany("DELETE FROM total WHERE id = ?", [(t.row,) for t in gone[1]])

    def covered(self, family: str) -> dict[str, int]:
        """Return until when each project's ledger of a family covers the source's time."""
        end = f"/{family}"
        query = "SELECT name, covered FROM ledger WHERE substr(name, ?) = ?"
        with self.transaction() as db:
            found = db.execute(query, (-len(end), end)).fetchall()
        return {name.removesuffix(end): covered for name, covered in found}

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything that this thread commits meanwhile in one transaction."""
        with self.transaction():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what is executed on the connection, all of it or nothing. Raises StateError."""
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


def inspect(path: Path) -> None:
    """Check a state file that no process uses, and change nothing. Raises StateError."""
    path = _real(path)
    if not path.stat().st_size:
        raise StateError(f"{path}: it is empty; ionmon run starts it anew and counts from then on")
    # Without a log, even a reader would create one, unless the URI declares the file immutable.
    has_log = path.with_name(path.name + "-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as db:
            _checked(db, path)
    except sqlite3.Error as error:
        raise StateError(f"{path}: damaged ({error}); ionmon run moves it aside") from error


def _real(path: Path) -> Path:
    """Return the path behind symbolic links, so that all names of a file share log and lock."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StateUnwritable(f"{path}: {error}; choose another file") from error


def _check_header(header: bytes) -> None:
    """Check the versions of SQLite's format, by which damage would look like a write protection."""
    if not set(header[18:20]) <= {1, 2}:
        raise sqlite3.DatabaseError("its header is damaged")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Check the file; create its tables where it is new, rewrite those of an older version."""
    version = _checked(db, path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    if not version:
        create(db)
    elif version < VERSION:
        migrate(db)
        log.info("%s: rewritten from version %d to version %d", path, version, VERSION)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")  # a write, to test that it is possible


def _checked(db: sqlite3.Connection, path: Path) -> int:
    """Return the version of a file that is ours and undamaged, 0 where it is new."""
    try:
        return check(db, path)
    except sqlite3.OperationalError as error:
        # Not a file that cannot be reached or written, but a statement that makes no sense of it.
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR:
            raise sqlite3.DatabaseError(str(error)) from error
        raise
    except ValueError as error:  # a message of SQLite that quotes damaged text cannot be decoded
        raise sqlite3.DatabaseError("its text is damaged") from error


def _move_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(WallClock().now()))
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside
