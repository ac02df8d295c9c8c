"""The tables of the state file, its versions, and the checks by which damage is found.

Every row has a checksum over its other columns, and a ledger's row has the number of its marks and
totals: SQLite's own check does not see a bit that flipped inside a value. Columns keep their first
names, so that every file can be read: `cut` is a ledger's start, `horizon` its watermark, `stray`
the ends of a mark that are off-grid.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any
from zlib import crc32

from exporter.state_file.sqlite_file import FileLayout, finish, undecoded

APPLICATION_ID = 0x494F4E4D
VERSION = 2
_INDEXES = {
    "mark_of": "CREATE INDEX mark_of ON mark (ledger)",
    "total_of": "CREATE INDEX total_of ON total (ledger)",
}
_FIRST = {
    "ledger": """CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, shape TEXT NOT NULL,
    period INTEGER NOT NULL, cut INTEGER NOT NULL, horizon INTEGER NOT NULL,
    covered INTEGER NOT NULL, gap INTEGER NOT NULL, first INTEGER NOT NULL)""",
    "mark": """CREATE TABLE mark (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, key TEXT NOT NULL, labels TEXT NOT NULL,
    floor INTEGER NOT NULL, mask BLOB NOT NULL, stray TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, held TEXT)""",
    "total": """CREATE TABLE total (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, labels TEXT NOT NULL, shown INTEGER NOT NULL,
    value NUMERIC NOT NULL, bounds BLOB, counts BLOB NOT NULL, last INTEGER NOT NULL)""",
    **_INDEXES,
}
SCHEMA = {
    "ledger": """CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, shape TEXT NOT NULL,
    period INTEGER NOT NULL, cut INTEGER NOT NULL, horizon INTEGER NOT NULL,
    covered INTEGER NOT NULL, gap INTEGER NOT NULL, first INTEGER NOT NULL,
    marks INTEGER NOT NULL, totals INTEGER NOT NULL, crc INTEGER NOT NULL)""",
    "mark": """CREATE TABLE mark (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, key TEXT NOT NULL, labels TEXT NOT NULL,
    floor INTEGER NOT NULL, mask BLOB NOT NULL, stray TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, held TEXT, bounds BLOB, crc INTEGER NOT NULL)""",
    "total": """CREATE TABLE total (
    id INTEGER PRIMARY KEY, ledger INTEGER NOT NULL, labels TEXT NOT NULL, shown INTEGER NOT NULL,
    value NUMERIC NOT NULL, bounds BLOB, counts BLOB NOT NULL, last INTEGER NOT NULL,
    crc INTEGER NOT NULL)""",
    "application_mark": """CREATE TABLE application_mark (
    id INTEGER PRIMARY KEY, application TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    value TEXT NOT NULL, risen REAL NOT NULL, crc INTEGER NOT NULL)""",
    "application_mark_of": "CREATE UNIQUE INDEX application_mark_of "
    "ON application_mark (application, kind, name)",
    **_INDEXES,
}
COLUMNS = {
    "ledger": "id, name, shape, period, cut, horizon, covered, gap, first, marks, totals",
    "mark": "id, ledger, key, labels, floor, mask, stray, start, end, held, bounds",
    "total": "id, ledger, labels, shown, value, bounds, counts, last",
    "application_mark": "application, kind, name, value, risen",
}
_VERSIONS = {1: _FIRST, VERSION: SCHEMA}
_FORMER = ("ledger", "mark", "total")  # the tables of version 1, whose columns come first today


def checksum(values: Iterable[Any]) -> int:
    """Return the checksum of a row's values, in the order of its columns, without `crc`."""
    parts = []
    for value in values:
        kind = type(value)
        if kind is int:
            parts.append(b"%d" % value)
        elif kind is str:
            parts.append(b"text" + value.encode())
        elif kind is bytes:
            parts.append(b"blob" + value)
        else:
            parts.append(_other(value))
    return crc32(b"|".join(parts))


def _other(value: object) -> bytes:
    """Return text that was not decoded, a float or None; SQLite gives back 3 for 3.0."""
    if isinstance(value, bytes):
        return b"text" + value
    if isinstance(value, float) and value.is_integer():
        return b"%d" % value
    return repr(value).encode()


def sealed(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row's values with their checksum at the end."""
    return (*values, checksum(values))


def opened(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row's values without their checksum. Raises DatabaseError where it differs."""
    *values, crc = row
    if checksum(values) != crc:
        raise sqlite3.DatabaseError("the checksum of a row differs")
    return tuple(values)


def select(table: str, condition: str = "") -> str:
    """Return the query for all columns of a table's rows that have a checksum, and for it."""
    return f"SELECT {COLUMNS[table]}, crc FROM {table} {condition}"  # noqa: S608 - constants


def insert(table: str) -> str:
    """Return the statement that writes a row of a table by its id, its checksum last."""
    columns = [*COLUMNS[table].split(", "), "crc"]
    values, changes = (
        ", ".join("?" * len(columns)),
        ", ".join(f"{c} = excluded.{c}" for c in columns),
    )
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - constants
        f"ON CONFLICT (id) DO UPDATE SET {changes}"
    )


def _check_rows(db: sqlite3.Connection) -> None:
    """Check every row, and that no row of a ledger is missing. Raises DatabaseError."""
    with undecoded(db):
        present = {
            table: Counter(opened(row)[1] for row in db.execute(select(table)))
            for table in ("mark", "total")
        }
        for row in db.execute(select("application_mark")):
            opened(row)
        for row in db.execute(select("ledger")):
            id_, *_, marks, totals = opened(row)
            if (present["mark"].pop(id_, 0), present["total"].pop(id_, 0)) != (marks, totals):
                raise sqlite3.DatabaseError("rows of a ledger are missing")
    if present["mark"] or present["total"]:
        raise sqlite3.DatabaseError("a ledger is missing")


def migrate(db: sqlite3.Connection) -> None:
    """Rewrite the tables of version 1: checksums, numbers of rows, no bounds of what is held."""
    db.execute("BEGIN IMMEDIATE")
    query = "SELECT * FROM "
    rows = {table: db.execute(query + table).fetchall() for table in _FORMER}
    for table in _FORMER:
        db.execute(f"DROP TABLE {table}")
    for statement in SCHEMA.values():
        db.execute(statement)
    marks, totals = (Counter(row[1] for row in rows[table]) for table in ("mark", "total"))
    ledgers = [(*row, marks[row[0]], totals[row[0]]) for row in rows["ledger"]]
    db.executemany(insert("ledger"), map(sealed, ledgers))
    db.executemany(insert("mark"), (sealed((*row, None)) for row in rows["mark"]))
    db.executemany(insert("total"), map(sealed, rows["total"]))
    finish(db, LAYOUT)


LAYOUT = FileLayout(
    application_id=APPLICATION_ID,
    versions=_VERSIONS,
    migrate=migrate,
    check_rows=_check_rows,
    noun="state file",
    option="--storage.state-file",
    loss="counting starts anew from now",
    failed="nothing was counted, the next poll tries again",
)
