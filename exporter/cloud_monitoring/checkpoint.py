"""The state of counters in SQLite: one transaction for each poll, on disk before it is exposed.

A damaged file is moved aside and counting starts anew from now, so that nothing is counted twice.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from exporter.cloud_monitoring.checkpoint_rows import (
    drop,
    read_ledger,
    read_marks,
    read_totals,
    write_ledger,
    write_rows,
)
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.state_schema import LAYOUT
from exporter.cloud_monitoring.totals import Total
from exporter.state_file import sqlite_file
from exporter.state_file.sqlite_file import SqliteFile

log = logging.getLogger("ionmon.state")

Fits: TypeAlias = Callable[[Ledger], bool]


class Store(Protocol):
    """Where ledgers outlive the process."""

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""

    def load(self, name: str, shape: str, fits: Fits | None = None) -> Ledger | None:
        """Return the ledger `name`, or None where there is none that has this shape and fits."""

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
        self._file = SqliteFile(path, LAYOUT)
        self._lost_shapes: set[str] = set()
        self._together = False

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._file.connection

    def close(self) -> None:
        """Close the file and unlock it."""
        self._file.close()

    def restarted(self, name: str) -> bool:
        """Return whether earlier counting of `name` was lost."""
        return self._file.lost or name in self._lost_shapes

    def load(self, name: str, shape: str, fits: Fits | None = None) -> Ledger | None:
        """Return the ledger `name`, or None; one that does not fit is dropped and logged."""
        with self.transaction() as db:
            found = read_ledger(db, name)
            if found is None:
                return None
            row, known, ledger = found
            read_totals(db, row, ledger)
            read_marks(db, row, ledger)
            if known == shape and (fits is None or fits(ledger)):
                return ledger
            log.warning("%s: its labels, type or source changed; counting starts anew", name)
            drop(db, row)
            self._lost_shapes.add(name)
            return None

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
        with self._file.mutex:
            if self._together:  # which ends the transaction
                yield self._connection
                return
            with self._file.transaction() as db:
                yield db


def inspect(path: Path) -> None:
    """Check a state file that no process uses, and change nothing. Raises StateError."""
    sqlite_file.inspect(path, LAYOUT)
