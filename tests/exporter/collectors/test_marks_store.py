"""The memory of an application outlives the process; only what changed is written."""

import sqlite3
from pathlib import Path

import pytest

from exporter.application.memory import Memory
from exporter.application.merging import Merger
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.collectors.marks_store import MarksStore
from tests.exporter.application.states import (
    NOW,
    Layout,
    counter,
    histogram,
    samples,
    scraped,
    state,
)


def merger(memory: Memory) -> Merger:
    """Return a merger that goes on from a memory."""
    return Merger(120.0, 100, memory)


def test_the_next_process_goes_on_where_this_one_was(tmp_path: Path) -> None:
    """Marks, descriptions, epochs and series still at zero are the same, of both layouts."""
    file = tmp_path / "state.sqlite"
    store = SqliteStore(file)
    marks, one = MarksStore(store), merger(Memory())
    new, old = Layout(), Layout(1, epoch="f", created="5", forgotten="1")
    new.count("h", histogram((1.0,)), (), {"1.0": 2, "s": 1.5})
    old.count("c_total", counter("a"), ("x",), 3)
    one.merge(state(new, old), NOW, scraped)
    new.count("c_total", counter("a"), ("y,\ud800",), 4)
    one.merge(state(new, old), NOW, lambda _: False)
    marks.save("shop", one.memory)
    store.close()

    store = SqliteStore(file)
    memory = MarksStore(store).load("shop", NOW + 1)
    assert MarksStore(store).load("other", NOW).first
    store.close()
    for version, epoch in one.memory.epochs.items():
        epoch.read = memory.epoch(version).read = 0.0
        assert memory.epoch(version) == epoch
    assert memory.epoch(1).forgotten == 1
    again = merger(memory).merge(state(), NOW + 1, lambda _: False)
    assert samples(again, "app_h") == samples(one.merge(state(), NOW, lambda _: False), "app_h")
    assert sorted(samples(again, "app_c_total").values()) == [0, 3]
    assert next(p for p in again.parts if p.family.name == "app_h").samples[0].created == 5.0


def test_a_series_that_began_between_two_processes_is_new(tmp_path: Path) -> None:
    """Prometheus did not see it: it is exposed at zero first, known ones are not."""
    store = SqliteStore(tmp_path / "state.sqlite")
    marks, one = MarksStore(store), merger(Memory())
    layout = Layout().count("c_total", counter("a"), ("old",), 3)
    one.merge(state(layout), NOW, scraped)
    marks.save("shop", one.memory)
    layout.count("c_total", counter("a"), ("new",), 5)
    again = merger(MarksStore(store).load("shop", NOW))
    found = again.merge(state(layout), NOW, lambda _: False)
    store.close()
    assert samples(found, "app_c_total") == {"a=old": 3, "a=new": 0}


def test_when_a_series_last_rose_is_kept(tmp_path: Path) -> None:
    """So that at the limit the same series are dropped after a restart."""
    store = SqliteStore(tmp_path / "state.sqlite")
    marks, one, layout = MarksStore(store), Merger(120.0, 2), Layout()
    for number in range(4):
        layout.count("c_total", counter("v"), (f"v{number}",), 1)
        one.merge(state(layout, now=NOW + number), NOW, scraped)
        marks.save("shop", one.memory)
    again = Merger(120.0, 2, MarksStore(store).load("shop", NOW))
    found = again.merge(state(layout, now=NOW + 9), NOW, scraped)
    store.close()
    assert set(samples(found, "app_c_total")) == {"v=v2", "v=v3"}


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    """A poll without a change writes nothing; a rise writes its row; a deletion deletes it."""
    file = tmp_path / "state.sqlite"
    store = SqliteStore(file)
    marks, one = MarksStore(store), merger(Memory())
    marks.load("shop", NOW)
    layout = Layout().count("c_total", counter("a"), ("x",), 1)
    layout.count("c_total", counter("a"), ("y",), 1)
    with sqlite3.connect(file) as db:
        changes = [_rows(db)]
        for rise in ("", "x", "-"):
            if rise == "x":
                layout.count("c_total", counter("a"), ("x",), 2)
            if rise == "-":
                del layout.totals[layout.name("c_total", counter("a"), "", ("y",))]
                one.forget(layout.read(), {"c_total"})
            one.merge(state(layout), NOW, scraped)
            marks.save("shop", one.memory)
            changes.append(_rows(db))
            marks.save("shop", one.memory)
            assert changes[-1] == _rows(db)
    store.close()
    assert [len(rows) for rows in changes] == [0, 5, 5, 4]  # totals, schema, epoch, past
    assert len(changes[1] - changes[2]) == len(changes[2] - changes[3]) == 1


def _rows(db: sqlite3.Connection) -> set[tuple[object, ...]]:
    return set(db.execute("SELECT * FROM application_mark"))


@pytest.mark.parametrize("column", ["value", "name", "risen"])
def test_a_flipped_bit_is_never_another_total(
    tmp_path: Path, column: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The application's rows are refused as a whole; counting goes on from Redis."""
    file = tmp_path / "state.sqlite"
    store = SqliteStore(file)
    marks, one = MarksStore(store), merger(Memory())
    one.merge(state(Layout().count("c_total", counter(), (), 1)), NOW, scraped)
    marks.load("shop", NOW)
    marks.save("shop", one.memory)
    with store.transaction() as db:
        db.execute(f"UPDATE application_mark SET {column} = 9 WHERE kind = 'total'")
    memory = MarksStore(store).load("shop", NOW)
    assert MarksStore(store).load("shop", NOW).first
    store.close()
    assert memory.first
    assert not list(memory.marks.totals(2))
    assert "damaged" in caplog.text
