"""Dashboard files are read as they are, and what is none is refused by name."""

import json
from pathlib import Path

import pytest

from exporter.errors import SettingsError
from generators.report import board_file
from generators.report.model import GridPlace, PanelKind
from tests.generators.report import boards


def test_rows_open_and_closed(tmp_path: Path) -> None:
    """A collapsed row says how much it holds; an opened one moves what is below it down."""
    path = boards.write(tmp_path)
    closed, opened = board_file.read(path), board_file.read(path, open_rows=True)
    assert [row.hidden for row in closed.rows] == [0, 1]
    assert [row.hidden for row in opened.rows] == [0, 0]
    below = [next(p for p in f.panels if p.number == 21).grid.y for f in (closed, opened)]
    assert below == [41, 45]
    assert next(p for p in opened.panels if p.number == 20).grid.y == 41


def test_kinds(tmp_path: Path) -> None:
    """A kind that is not known is kept, so that its panel can say so."""
    found = {p.number: p for p in board_file.read(boards.write(tmp_path)).panels}
    assert (found[18].kind, found[18].type_name) == (PanelKind.UNKNOWN, "geomap")
    assert found[12].targets[0].instant


def test_repeats(tmp_path: Path) -> None:
    """A panel stands once for each value, so many in a row, as wide as there is room."""
    file = board_file.read(boards.write(tmp_path), open_rows=True)
    each = next(p for p in file.panels if p.repeat)
    grids = [panel.grid for panel, _ in board_file.repeated(each, ("a", "b", "c", "d", "e"))]
    assert grids[1] == GridPlace(6, 41, 6, 4)
    assert grids[4] == GridPlace(0, 45, 6, 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "is no JSON"), ("[]", "classic schema"), ('{"title": "x", "panels": [{}]}', "classic"),
     ('{"spec": {}}', "'panels'")],
)  # fmt: skip
def test_what_is_no_dashboard(tmp_path: Path, text: str, said: str) -> None:
    """A file that is none is refused with its name and what is wrong."""
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=f"wrong.json: .*{said}"):
        board_file.read(path)


def test_names(tmp_path: Path) -> None:
    """A dashboard that is not there is refused with those that are."""
    with pytest.raises(SettingsError, match="holds no dashboard"):
        board_file.files(tmp_path, ())
    (tmp_path / "one.json").write_text(json.dumps({}))
    with pytest.raises(SettingsError, match="--dashboard two: is none of one"):
        board_file.files(tmp_path, ("two",))
