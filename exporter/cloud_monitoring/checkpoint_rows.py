"""The rows of the state file: ledgers, marks and totals, to and from SQLite.

Columns keep their first names, so that every file can be read: `cut` is a ledger's start, `horizon`
its watermark, `stray` the ends of a mark that are off-grid.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable

from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.totals import Total

LARGEST = 2**63  # SQLite's integers end here; a larger total is stored as a float
_MARK = """
INSERT OR REPLACE INTO mark (id, ledger, key, labels, floor, mask, stray, start, end, held)
VALUES (?,?,?,?,?,?,?,?,?,?)"""
_TOTAL = """
INSERT OR REPLACE INTO total (id, ledger, labels, shown, value, bounds, counts, last)
VALUES (?,?,?,?,?,?,?,?)"""


def drop(db: sqlite3.Connection, row: int) -> None:
    """Delete a ledger."""
    for table in ("mark", "total"):
        db.execute(f"DELETE FROM {table} WHERE ledger = ?", (row,))  # noqa: S608 - two constants
    db.execute("DELETE FROM ledger WHERE id = ?", (row,))


def read_ledger(db: sqlite3.Connection, name: str) -> tuple[int, str, Ledger] | None:
    """Return row number, shape and ledger of a name, still without marks and totals."""
    query = "SELECT id, shape, period, cut, horizon, covered, gap, first FROM ledger WHERE name = ?"
    found = db.execute(query, (name,)).fetchone()
    if found is None:
        return None
    row, shape, period, start, watermark, covered, gap, first = found
    ledger = Ledger(
        period=period,
        start=start,
        watermark=watermark,
        covered=covered,
        gap=gap,
        first=bool(first),
    )
    return row, shape, ledger


def read_totals(db: sqlite3.Connection, row: int, ledger: Ledger) -> None:
    """Read the totals of a ledger."""
    query = "SELECT id, labels, shown, value, bounds, counts, last FROM total WHERE ledger = ?"
    for id_, labels, shown, value, bounds, counts, last in db.execute(query, (row,)):
        total = Total(
            labels=tuple(json.loads(labels)), shown=bool(shown), value=value, last=last, row=id_
        )
        total.dirty = False
        total.counts.frombytes(counts)
        if bounds is not None:
            total.bounds = tuple(array("d", bounds))
        ledger.totals[total.labels] = total


def read_marks(db: sqlite3.Connection, row: int, ledger: Ledger) -> None:
    """Read the marks of a ledger whose totals have been read."""
    query = (
        "SELECT id, key, labels, floor, mask, stray, start, end, held FROM mark WHERE ledger = ?"
    )
    for id_, key, labels, floor, mask, off_grid, start, end, held in db.execute(query, (row,)):
        total = ledger.total(tuple(json.loads(labels)))
        mark = Mark(
            key=key,
            total=total,
            floor=floor,
            mask=int.from_bytes(mask, "little"),
            off_grid=set(json.loads(off_grid)),
        )
        mark.start, mark.end, mark.row, mark.dirty = start, end, id_, False
        mark.held = None if held is None else tuple(json.loads(held))
        ledger.marks[key] = mark


def write_ledger(db: sqlite3.Connection, name: str, shape: str, ledger: Ledger) -> int:
    """Write the row of a ledger and return its number."""
    values = (
        ledger.period,
        ledger.start,
        ledger.watermark,
        ledger.covered,
        ledger.gap,
        ledger.first,
    )
    row = db.execute(
        "INSERT INTO ledger (name, shape, period, cut, horizon, covered, gap, first) "
        "VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET shape = excluded.shape, "
        "period = excluded.period, cut = excluded.cut, horizon = excluded.horizon, "
        "covered = excluded.covered, gap = excluded.gap, first = excluded.first RETURNING id",
        (name, shape, *values),
    ).fetchone()
    return int(row[0])


def write_rows(db: sqlite3.Connection, row: int, ledger: Ledger) -> None:
    """Write dirty totals and marks; new ones get their row numbers first."""
    totals = [total for total in ledger.totals.values() if total.dirty]
    marks = [mark for mark in ledger.marks.values() if mark.dirty]
    _number(db, "total", totals)
    _number(db, "mark", marks)
    db.executemany(_TOTAL, (_total_row(total, row) for total in totals))
    db.executemany(_MARK, (_mark_row(mark, row) for mark in marks))
    for total in totals:
        total.dirty = False
    for mark in marks:
        mark.dirty = False


def _number(db: sqlite3.Connection, table: str, items: Iterable[Total | Mark]) -> None:
    query = f"SELECT coalesce(max(id), 0) FROM {table}"  # noqa: S608 - one of two constants
    following = db.execute(query).fetchone()[0]
    for item in items:
        if item.row is None:
            following += 1
            item.row = following


def _total_row(total: Total, ledger: int) -> tuple[object, ...]:
    bounds = None if total.bounds is None else array("d", total.bounds).tobytes()
    labels = json.dumps(total.labels)
    counts = total.counts.tobytes()
    value = total.value if abs(total.value) < LARGEST else float(total.value)
    return (total.row, ledger, labels, total.shown, value, bounds, counts, total.last)


def _mark_row(mark: Mark, ledger: int) -> tuple[object, ...]:
    mask = mark.mask.to_bytes((mark.mask.bit_length() + 7) // 8, "little")
    held = None if mark.held is None else json.dumps(mark.held)
    off_grid = json.dumps(sorted(mark.off_grid)) if mark.off_grid else "[]"
    labels = json.dumps(mark.total.labels)
    return (
        mark.row,
        ledger,
        mark.key,
        labels,
        mark.floor,
        mask,
        off_grid,
        mark.start,
        mark.end,
        held,
    )
