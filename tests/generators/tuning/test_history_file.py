"""A saved history is read as it was, and a file that is none or is damaged is refused by line."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import IonmonError
from generators.tuning.history_file import FORMAT, VERSION, HistoryFile, SavedAnswer, save
from generators.tuning.model import RecordedSeries, TimeGrid

GRID = TimeGrid(start=600, step=60, count=4)
LABELS = (("place", 'a"\\ü'),)
ANSWERS = {
    "a:b:c > 0": SavedAnswer(
        GRID, (RecordedSeries(LABELS, np.array([0.1, np.nan, np.inf, -np.inf])),)
    ),
    "none": SavedAnswer(GRID, ()),
}


@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_numbers_are_exact(values: list[float]) -> None:
    """Every number is read as it was written."""
    path = Path(_FOLDER) / "history.json"
    save(path, {"x": SavedAnswer(GRID, (RecordedSeries(LABELS, np.array(values)),))})
    (saved,) = HistoryFile(path).answers["x"].series
    np.testing.assert_array_equal(saved.values, np.array(values))


_FOLDER = ""


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    globals()["_FOLDER"] = str(tmp_path_factory.mktemp("history"))


@pytest.mark.parametrize("name", ["history.json", "history.json.gz"])
def test_what_is_saved_is_read(tmp_path: Path, name: str) -> None:
    """Series have their labels and values, on any times of the same grid."""
    save(tmp_path / name, ANSWERS)
    found = HistoryFile(tmp_path / name)
    (one,) = found.series("a:b:c > 0", TimeGrid(start=540, step=60, count=4))
    assert one.labels == LABELS
    np.testing.assert_array_equal(one.values, [np.nan, 0.1, np.nan, np.inf])
    assert found.series("none", GRID) == ()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_a_file_cannot_answer(tmp_path: Path) -> None:
    """Another expression and another step are refused, and the fix is named."""
    save(tmp_path / "h", ANSWERS)
    found = HistoryFile(tmp_path / "h")
    with pytest.raises(IonmonError, match="has no other; save the history anew"):
        found.series("other", GRID)
    with pytest.raises(IonmonError, match="are 60 s apart, and 30 s are needed"):
        found.series("none", TimeGrid(start=600, step=30, count=2))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "is no history"),
        ("up 1\n", ":1: is damaged"),
        ('{"format": "ionmon history", "version": 9}\n', "version 9, and this program reads 1"),
        ('{"format": "ionmon history", "version": 1}\n{"expression": "a"}\n', ":2: is damaged"),
    ],
)
def test_what_is_no_history(tmp_path: Path, text: str, error: str) -> None:
    """The line is named, or what the file is instead."""
    path = tmp_path / "h"
    path.write_text(text)
    with pytest.raises(IonmonError, match=re.escape(error)):
        HistoryFile(path)


HEAD = {"expression": "a", "start": 600, "step": 60, "count": 2, "series": 1}
ROW = {"labels": {"region": "us"}, "values": [1, None]}


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ({"step": 0}, {}),
        ({"step": -60}, {}),
        ({"count": -1}, {}),
        ({"count": 10**13, "series": 0}, {}),
        ({"start": -(10**14)}, {}),
        ({"start": "x"}, {}),
        ({}, {"values": "12"}),
        ({}, {"values": [1, 2, 3]}),
        ({}, {"labels": {"region": 1}}),
        ({}, {"labels": None}),
    ],
)
def test_times_and_series_that_are_none(
    tmp_path: Path, head: dict[str, Any], row: dict[str, Any]
) -> None:
    """A step of nothing, times of no calendar, values that are no list: the line is named."""
    path, first = tmp_path / "h", {"format": FORMAT, "version": VERSION}
    path.write_text("\n".join(map(json.dumps, (first, HEAD, ROW))))
    assert len(HistoryFile(path).answers["a"].series) == 1
    path.write_text("\n".join(map(json.dumps, (first, HEAD | head, ROW | row))))
    with pytest.raises(IonmonError, match=r":2: is damaged: .*; save it anew"):
        HistoryFile(path)


def test_a_compressed_file_with_a_wrong_byte(tmp_path: Path) -> None:
    """It cannot be read, wherever the byte is, and that is no defect."""
    path = tmp_path / "h.gz"
    save(path, ANSWERS)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(IonmonError):
            HistoryFile(path)


@pytest.mark.parametrize("name", ["h", "h.gz"])
def test_a_file_that_ends_early(tmp_path: Path, name: str) -> None:
    """A file that was cut is refused, wherever it was cut."""
    path = tmp_path / name
    save(path, ANSWERS)
    whole = path.read_bytes()
    for size in (len(whole) * 9 // 10, len(whole) // 2, 3):
        path.write_bytes(whole[:size])
        with pytest.raises(IonmonError, match=r"is damaged|is no history|cannot be read"):
            HistoryFile(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be written or read is named."""
    with pytest.raises(IonmonError, match="cannot be written"):
        save(tmp_path / "no" / "h", ANSWERS)
    with pytest.raises(IonmonError, match="cannot be read"):
        HistoryFile(tmp_path / "h")
