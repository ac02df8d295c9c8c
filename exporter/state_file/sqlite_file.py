"""A SQLite file of this program's own: one process uses it, and a commit is on disk.

A damaged file is moved aside and begun anew. Refused are files of another program or of a newer
version, files that cannot be written, and files that another process uses.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.clock import WallClock
from exporter.errors import StateError, StateForeign, StateUnwritable
from exporter.state_file.lock import StateLock

log = logging.getLogger("ionmon.state")

Tables = Mapping[str, str]  # the statement that creates a table or an index, by its name


def _nothing(db: sqlite3.Connection) -> None:
    del db


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLayout:
    """What a file has in it, and the words for it.

    versions    the tables of each version; the highest is today's
    migrate     rewrites the tables of an older version, in one transaction
    check_rows  raises DatabaseError where rows of today's version are damaged
    noun        what the file is to its user
    option      the flag that names it
    loss        what its user loses where it was damaged
    failed      what it means that a transaction failed
    """

    application_id: int
    versions: Mapping[int, Tables]
    migrate: Callable[[sqlite3.Connection], None] = _nothing
    check_rows: Callable[[sqlite3.Connection], None] = _nothing
    noun: str
    option: str
    loss: str
    failed: str

    @property
    def version(self) -> int:
        """Today's version."""
        return max(self.versions)

    @property
    def tables(self) -> Tables:
        """Today's tables."""
        return self.versions[self.version]


class _Text(bytes):
    """Text as its bytes, so that damaged text can be compared without being decoded."""


class SqliteFile:
    """One file, locked from creation until `close`."""

    def __init__(self, path: Path, layout: FileLayout) -> None:
        """Open or create the file; a damaged one is moved aside. Raises StateError."""
        self.layout = layout
        self.path = _real(path, layout)
        self.lost = self.path.exists() and not self.path.stat().st_size
        self.mutex = threading.RLock()
        self._lock = StateLock(self.path, layout.option)
        try:
            self.connection = self._open()
            self._opened = self._on_disk()
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Close the file and unlock it."""
        with self.mutex:
            self.connection.close()
            self._lock.close()

    def _open(self) -> sqlite3.Connection:
        self._lock.take_file()
        try:
            _check_header(self._lock.header())
            found = _connect(self.path, self.layout)
        except sqlite3.OperationalError as error:
            raise StateUnwritable(
                f"{self.path}: {error}; make it and its directory writable, or choose another file "
                f"with {self.layout.option}"
            ) from error
        except sqlite3.DatabaseError as error:
            self._lock.leave_file()
            aside = _move_aside(self.path)
            self.lost = True
            log.error(  # noqa: TRY400 - the cause is in the message
                "%s is damaged (%s); moved to %s, %s",
                self.layout.noun,
                error,
                aside.name,
                self.layout.loss,
            )
            found = _connect(self.path, self.layout)
        self._lock.take_file()
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what is executed on the connection, all of it or nothing. Raises StateError."""
        with self.mutex:
            self._check_path()
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException as error:
                # Whatever it was: a transaction left open would fail every one after it.
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                if not isinstance(error, sqlite3.Error | OverflowError):
                    raise
                raise StateError(f"{self.path}: {error}; {self.layout.failed}") from error

    def _on_disk(self) -> tuple[tuple[int, int] | None, ...]:
        """Return device and inode of the file and of its log, None for one that is not there."""
        return tuple(_inode(Path(f"{self.path}{suffix}")) for suffix in ("", "-wal"))

    def _check_path(self) -> None:
        """Refuse a file that is not at its path any more: SQLite would write where nobody reads."""
        if self._on_disk() != self._opened:
            raise StateError(
                f"{self.path}: it, or the log beside it, was removed or replaced while it is in "
                f"use; put it back, or start this program again; {self.layout.failed}"
            )


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def inspect(path: Path, layout: FileLayout) -> None:
    """Check a file that no process uses, and change nothing. Raises StateError."""
    path = _real(path, layout)
    if not path.stat().st_size:
        raise StateError(f"{path}: it is empty; {layout.loss}")
    # Without a log, even a reader would create one, unless the URI declares the file immutable.
    has_log = path.with_name(path.name + "-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as db:
            _checked(db, path, layout)
    except sqlite3.Error as error:
        raise StateError(f"{path}: damaged ({error}); the next start moves it aside") from error


def check(db: sqlite3.Connection, path: Path, layout: FileLayout) -> int:
    """Return the version of a file that is ours and undamaged, 0 where it is new.

    Raises StateForeign for another program's file or a newer version, DatabaseError for damage.
    """
    version = recognized(db, path, layout)
    if version and db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("its check failed")
    if version == layout.version:
        layout.check_rows(db)
    return version


def recognized(db: sqlite3.Connection, path: Path, layout: FileLayout) -> int:
    """Return the version of a file by its tables, whatever is in them; 0 where it is new.

    Raises as `check` does.
    """
    with undecoded(db):
        found = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    tables = {
        name.decode(errors="replace"): sql.decode(errors="replace") for name, sql in found.items()
    }
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if tables and owner != layout.application_id:
        raise StateForeign(f"{path}: it is another program's database; choose another file")
    if version > layout.version:
        raise StateForeign(
            f"{path}: it has version {version}, this program reads {layout.version}; run the newer "
            "program, or choose another file"
        )
    if not tables:
        return 0
    expected = layout.versions.get(version)
    if expected is None or {name: tables.get(name) for name in expected} != expected:
        raise sqlite3.DatabaseError(f"its tables are not those of version {version}")
    return version


def decoded(text: bytes) -> str:
    """Return text of a row; bytes that are damaged are replaced, so that the row can be read."""
    return text.decode(errors="replace")


@contextmanager
def undecoded(db: sqlite3.Connection) -> Iterator[None]:
    """Read text as bytes meanwhile."""
    db.text_factory = _Text
    try:
        yield
    finally:
        db.text_factory = str


def create(db: sqlite3.Connection, layout: FileLayout) -> None:
    """Create the tables."""
    db.execute("BEGIN IMMEDIATE")
    for statement in layout.tables.values():
        db.execute(statement)
    finish(db, layout)


def finish(db: sqlite3.Connection, layout: FileLayout) -> None:
    """Commit tables of today's version."""
    db.execute(f"PRAGMA application_id = {layout.application_id}")
    db.execute(f"PRAGMA user_version = {layout.version}")
    db.execute("COMMIT")


def _real(path: Path, layout: FileLayout) -> Path:
    """Return the path behind symbolic links, so that all names of a file share log and lock."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StateUnwritable(
            f"{path}: {error}; choose another file with {layout.option}"
        ) from error


def _check_header(header: bytes) -> None:
    """Check the versions of SQLite's format, by which damage would look like a write protection."""
    if not set(header[18:20]) <= {1, 2}:
        raise sqlite3.DatabaseError("its header is damaged")


def _connect(path: Path, layout: FileLayout) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _prepare(db, path, layout)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path, layout: FileLayout) -> None:
    """Check the file; create its tables where it is new, rewrite those of an older version."""
    version = _checked(db, path, layout)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    if not version:
        create(db, layout)
    elif version < layout.version:
        layout.migrate(db)
        log.info("%s: rewritten from version %d to version %d", path, version, layout.version)
    # A write, to test that it is possible.
    db.execute(f"PRAGMA application_id = {layout.application_id}")


def _checked(db: sqlite3.Connection, path: Path, layout: FileLayout) -> int:
    """Return the version of a file that is ours and undamaged, 0 where it is new."""
    try:
        return check(db, path, layout)
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
