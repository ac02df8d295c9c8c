"""Rows of the state file: to SQLite and back, only what changed, no number twice."""

import sqlite3
from array import array
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from exporter.cloud_monitoring.bucket_totals import BucketTotal
from exporter.cloud_monitoring.checkpoint_rows import (
    drop,
    read_ledger,
    read_marks,
    read_totals,
    write_ledger,
    write_rows,
)
from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.state_schema import LAYOUT, VERSION, migrate
from exporter.cloud_monitoring.totals import Total
from exporter.state_file.sqlite_file import check, create
from tests.exporter.cloud_monitoring.ledgers import filled

WHOLE = st.integers(0, 2**62)
LABELS = st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text("ab"))
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1)
BUCKETS = st.lists(st.floats(allow_nan=False), max_size=5).flatmap(
    lambda bounds: st.builds(
        lambda counts: BucketTotal(tuple(bounds), array("q", counts)),
        st.lists(WHOLE, min_size=len(bounds) + 1, max_size=len(bounds) + 1),
    )
)
TOTALS = st.builds(
    lambda labels, shown, value, buckets, last: Total(
        labels=labels,
        shown=shown,
        value=value,
        buckets=buckets,
        last=last,
    ),
    LABELS,
    st.booleans(),
    NUMBERS,
    st.none() | BUCKETS,
    WHOLE,
)
HELD = st.none() | st.builds(
    Held,
    st.lists(st.floats(allow_nan=False) | WHOLE, min_size=1, max_size=4).map(tuple),
    st.none() | st.lists(st.floats(allow_nan=False), max_size=4).map(tuple),
)
MARKS = st.tuples(
    st.text(st.characters(exclude_categories=["Cs"])),
    WHOLE,
    st.integers(0, 2**200),
    st.frozensets(WHOLE, max_size=4),
    HELD,
)


FIRST = """
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
PRAGMA application_id = 1229934157;
PRAGMA user_version = 1;
INSERT INTO ledger VALUES (3, 'p/requests', 'shape', 60, 120, 240, 300, 5, 0);
INSERT INTO total VALUES (4, 3, '["a", "2xx"]', 1, 12, NULL, x'', 7);
INSERT INTO total VALUES
    (5, 3, '["a", "5xx"]', 0, 0.5, x'000000000000f03f', x'01000000000000000200000000000000', 8);
INSERT INTO mark VALUES (6, 3, 'd', '["a", "2xx"]', 9, x'0201', '[10, 11]', 0, 0, NULL);
INSERT INTO mark VALUES (7, 3, 'r', '["a", "5xx"]', 3, x'', '[]', 12, 13, '[0.5, 1, 2]');
"""


def database() -> sqlite3.Connection:
    """Return an empty state file in memory."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db, LAYOUT)
    return db


def read(db: sqlite3.Connection, row: int, like: Ledger) -> Ledger:
    """Return a ledger as its rows have it; the ledger's own row is taken from `like`."""
    found = Ledger(
        period=like.period,
        start=like.start,
        watermark=like.watermark,
        covered=like.covered,
        gap=like.gap,
        first=like.first,
    )
    read_totals(db, row, found)
    read_marks(db, row, found)
    return found


@given(st.lists(TOTALS, max_size=5, unique_by=lambda t: t.labels), st.lists(MARKS, max_size=5))
def test_rows_read_back(totals: list[Total], marks: list[tuple[object, ...]]) -> None:
    """Any text, number, mask and set of buckets comes back as it was."""
    ledger, db = Ledger.begin(60, 0), database()
    ledger.totals = {total.labels: total for total in totals}
    for index, (key, floor, mask, off_grid, held) in enumerate(marks):
        total = totals[index % len(totals)] if totals else ledger.total(("", ""))
        mark = Mark(
            key=str(key),
            total=total,
            floor=floor,
            mask=mask,
            off_grid=off_grid,
            start=index,
            end=index + 1,
            held=held,
        )
        ledger.marks[mark.key] = mark
    row = write_ledger(db, "a", "s", ledger)
    write_rows(db, row, ledger)
    found = read(db, row, ledger)
    assert ledger == found
    assert all(mark.total is found.totals[mark.total.labels] for mark in found.marks.values())


def test_only_what_changed_is_written() -> None:
    """A row that is not marked as changed keeps what it had."""
    ledger, db = filled(), database()
    row = write_ledger(db, "a", "s", ledger)
    write_rows(db, row, ledger)
    total, mark = ledger.totals["b", "5xx"], ledger.marks["rising"]
    assert [total.dirty, mark.dirty] == [False, False]
    total.value, mark.end, before = 1000.0, 1, filled()
    write_rows(db, row, ledger)
    found = read(db, row, ledger)
    assert found.totals["b", "5xx"].value == before.totals["b", "5xx"].value
    assert found.marks["rising"].end == before.marks["rising"].end
    total.dirty = mark.dirty = True
    write_rows(db, row, ledger)
    assert ledger == read(db, row, ledger)


def test_ledgers_share_tables_and_no_rows() -> None:
    """Rows are numbered across ledgers; dropping one leaves the other whole."""
    db, one, two = database(), filled(), filled()
    rows = []
    for name, ledger in (("one", one), ("two", two)):
        rows.append(write_ledger(db, name, "s", ledger))
        write_rows(db, rows[-1], ledger)
    numbers = [item.row for held in (one, two) for item in held.totals.values()]
    assert len(set(numbers)) == len(numbers)
    drop(db, rows[0])
    assert two == read(db, rows[1], two)
    left = [
        db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("ledger", "mark", "total")
    ]
    assert left == [1, len(two.marks), len(two.totals)]


def test_a_ledger_has_one_row() -> None:
    """Written again under its name, a ledger changes its row and keeps the number."""
    ledger, db = filled(), database()
    first = write_ledger(db, "a", "s", ledger)
    ledger.watermark, ledger.gap, ledger.first = 7, 8, True
    assert write_ledger(db, "a", "t", ledger) == first
    expected = (first, "a", "t", ledger.period, ledger.start, 7, ledger.covered, 8, 1)
    sizes = (len(ledger.marks), len(ledger.totals))
    (found,) = db.execute("SELECT * FROM ledger").fetchall()
    assert found[:-1] == (*expected, *sizes)


def test_a_file_of_the_first_version_is_read() -> None:
    """Its columns mean what they meant, whatever the fields are called today."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(FIRST)
    migrate(db)
    assert check(db, Path("state.db"), LAYOUT) == VERSION
    found = read_ledger(db, "p/requests")
    assert found is not None
    row, shape, ledger = found
    read_totals(db, row, ledger)
    read_marks(db, row, ledger)
    numbers, buckets = (
        Total(labels=("a", "2xx"), shown=True, value=12, last=7, row=4, dirty=False),
        Total(
            labels=("a", "5xx"),
            shown=False,
            value=0.5,
            buckets=BucketTotal((1.0,), array("q", [1, 2])),
            last=8,
            row=5,
            dirty=False,
        ),
    )
    delta = Mark(
        key="d", total=numbers, floor=9, mask=258, off_grid=frozenset({10, 11}), row=6, dirty=False
    )
    rising = Mark(
        key="r",
        total=buckets,
        floor=3,
        start=12,
        end=13,
        held=Held((0.5, 1, 2)),
        row=7,
        dirty=False,
    )
    marks, totals = {"d": delta, "r": rising}, {t.labels: t for t in (numbers, buckets)}
    expected = Ledger(
        period=60,
        start=120,
        watermark=240,
        covered=300,
        gap=5,
        first=False,
        marks=marks,
        totals=totals,
    )
    assert (row, shape, ledger) == (3, "shape", expected)
    assert read_ledger(db, "p/other") is None
