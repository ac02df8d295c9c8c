"""Opens the bridge's journal for a command, beside a bridge that runs, or without one.

SQLite's write-ahead log lets a second process read and write.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from exporter.bridge.journal_schema import LAYOUT
from exporter.errors import StateError
from exporter.state_file.sqlite_file import check, decoded, recognized

_WAIT = 5.0  # seconds for a transaction of the bridge
_NAME = "name the bridge's journal with --storage.journal-file"
_FIXES = {
    sqlite3.SQLITE_READONLY: "run this as the user that the bridge runs as",
    sqlite3.SQLITE_CANTOPEN: "run this as the user that the bridge runs as",
    sqlite3.SQLITE_BUSY: "the bridge is writing for long; try again",
    sqlite3.SQLITE_NOTADB: _NAME,
}


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Read a journal's file, and leave nothing beside it. Raises StateError."""
    with _opened(path, writes=False) as db:
        _require_version(path, recognized(db, path, LAYOUT))
        db.text_factory = decoded
        yield db


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Commit what is executed, all of it or nothing. Raises StateError."""
    with _opened(path, writes=True) as db:
        _require_version(path, check(db, path, LAYOUT))
        db.text_factory = decoded
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise


@contextmanager
def _opened(path: Path, *, writes: bool) -> Iterator[sqlite3.Connection]:
    try:
        path.stat()
        real = path.resolve()
        address = f"{real.as_uri()}?{'mode=rw' if writes else _reading_mode(real)}"
        with closing(sqlite3.connect(address, _WAIT, uri=True, isolation_level=None)) as db:
            yield db
    except FileNotFoundError as error:
        raise StateError(f"{path}: there is no such file; {_NAME}") from error
    except (sqlite3.Error, OSError) as error:
        raise StateError(f"{path}: cannot be used: {error}; {_fix(error)}") from error


def _reading_mode(real: Path) -> str:
    """Return how to read a file that a bridge has open, or that none has.

    Without a log, a reader would make one and leave it behind, as another user than the bridge's,
    who could not open it then.
    """
    has_log = real.with_name(f"{real.name}-wal").exists()
    return "mode=ro" if has_log else "mode=ro&immutable=1"


def _fix(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return _FIXES[sqlite3.SQLITE_CANTOPEN]
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without its extension
    return _FIXES.get(code, f"{_NAME}, as the user that it runs as")


def _require_version(path: Path, version: int) -> None:
    """Raise StateError for a file that is empty, or that only a bridge rewrites."""
    if not version:
        raise StateError(f"{path}: is empty; {_NAME}")
    if version < LAYOUT.version:
        raise StateError(
            f"{path}: has version {version}, this program reads {LAYOUT.version}; start the bridge "
            "of this version once, which rewrites it"
        )
