"""The rows of the state file: ledgers, marks and totals, to and from SQLite."""

import json
import sqlite3
from array import array
from collections.abc import Iterable

from exporter.cloud_monitoring.bucket_totals import BucketTotal
from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.state_schema import insert, opened, sealed, select
from exporter.cloud_monitoring.totals import Total

LARGEST = 2**63  # SQLite's integers end here; a larger total is stored as a float


def drop(db: sqlite3.Connection, row: int) -> None:
    """Delete a ledger."""
    for table in ("mark", "total"):
        db.execute(f"DELETE FROM {table} WHERE ledger = ?", (row,))  # noqa: S608 - two constants
    db.execute("DELETE FROM ledger WHERE id = ?", (row,))


def read_ledger(db: sqlite3.Connection, name: str) -> tuple[int, str, Ledger] | None:
    """Return row number, shape and ledger of a name, still without marks and totals."""
    found = db.execute(select("ledger", "WHERE name = ?"), (name,)).fetchone()
    if found is None:
        return None
    row, _, shape, period, start, watermark, covered, gap, first, _, _ = opened(found)
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
    for found in db.execute(select("total", "WHERE ledger = ?"), (row,)):
        id_, _, labels, shown, value, bounds, counts, last = opened(found)
        total = Total(
            labels=tuple(json.loads(labels)), shown=bool(shown), value=value, last=last, row=id_
        )
        total.dirty = False
        unpacked = _unpacked(bounds)
        if unpacked is not None:
            total.buckets = BucketTotal(unpacked, array("q", counts))
        ledger.totals[total.labels] = total


def read_marks(db: sqlite3.Connection, row: int, ledger: Ledger) -> None:
    """Read the marks of a ledger whose totals have been read."""
    for found in db.execute(select("mark", "WHERE ledger = ?"), (row,)):
        id_, _, key, labels, floor, mask, off_grid, start, end, held, bounds = opened(found)
        total = ledger.total(tuple(json.loads(labels)))
        mark = Mark(
            key=key,
            total=total,
            floor=floor,
            mask=int.from_bytes(mask, "little"),
            off_grid=frozenset(json.loads(off_grid)),
        )
        mark.start, mark.end, mark.row, mark.dirty = start, end, id_, False
        if held is not None:
            mark.held = Held(tuple(json.loads(held)), _unpacked(bounds))
        ledger.marks[key] = mark


def write_ledger(db: sqlite3.Connection, name: str, shape: str, ledger: Ledger) -> int:
    """Write the row of a ledger and return its number."""
    found = db.execute("SELECT id FROM ledger WHERE name = ?", (name,)).fetchone()
    if found is None:
        found = db.execute("SELECT coalesce(max(id), 0) + 1 FROM ledger").fetchone()
    row = int(found[0])
    values = (row, name, shape, *_ledger_row(ledger), len(ledger.marks), len(ledger.totals))
    db.execute(insert("ledger"), sealed(values))
    return row


def _ledger_row(ledger: Ledger) -> tuple[int, ...]:
    return (
        ledger.period,
        ledger.start,
        ledger.watermark,
        ledger.covered,
        ledger.gap,
        int(ledger.first),
    )


def write_rows(db: sqlite3.Connection, row: int, ledger: Ledger) -> None:
    """Write dirty totals and marks; new ones get their row numbers first."""
    totals = [total for total in ledger.totals.values() if total.dirty]
    marks = [mark for mark in ledger.marks.values() if mark.dirty]
    _number(db, "total", totals)
    _number(db, "mark", marks)
    db.executemany(insert("total"), (sealed(_total_row(total, row)) for total in totals))
    db.executemany(insert("mark"), (sealed(_mark_row(mark, row)) for mark in marks))
    for total in totals:
        total.dirty = False
        if not total.last:
            total.text = (
                ""  # of most series of a resource nothing is ever counted, nor stored again
            )
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
    bounds, labels = _packed(total.bounds), _labels(total)
    counts = total.buckets.counts.tobytes() if total.buckets else b""
    value = total.value if abs(total.value) < LARGEST else float(total.value)
    return (total.row, ledger, labels, int(total.shown), value, bounds, counts, total.last)


def _mark_row(mark: Mark, ledger: int) -> tuple[object, ...]:
    mask = mark.mask.to_bytes((mark.mask.bit_length() + 7) // 8, "little")
    held, bounds = (None, None) if mark.held is None else _held_row(mark.held)
    off_grid = json.dumps(sorted(mark.off_grid)) if mark.off_grid else "[]"
    labels = _labels(mark.total)
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
        bounds,
    )


def _labels(total: Total) -> str:
    if not total.text:
        total.text = json.dumps(total.labels)
    return total.text


def _held_row(held: Held) -> tuple[str, bytes | None]:
    return json.dumps(held.numbers), _packed(held.bounds)


def _packed(bounds: tuple[float, ...] | None) -> bytes | None:
    return None if bounds is None else array("d", bounds).tobytes()


def _unpacked(bounds: bytes | None) -> tuple[float, ...] | None:
    return None if bounds is None else tuple(array("d", bounds))
