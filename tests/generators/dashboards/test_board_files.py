"""Dashboard files are read as Grafana reads them: leniently, and typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import SettingsError
from generators.dashboards.file.board import BoardInFile, VariableInFile, read
from generators.dashboards.file.panel import PanelInFile

PLACE = {"x": 0, "y": 0, "w": 12, "h": 8}


def panel(**more: Any) -> PanelInFile:
    """Return a panel with little in it."""
    return PanelInFile.model_validate({"type": "stat", "gridPos": PLACE, **more})


def test_what_is_left_out_is_what_grafana_takes() -> None:
    """A panel of a kind and a position is a whole panel."""
    found = panel()
    assert (found.max_per_row, found.repeat_direction, found.targets) == (4, "h", ())
    assert found.options.legend.show_legend
    assert found.options.mode == "markdown"


def test_null_is_as_if_it_were_not_there() -> None:
    """Grafana writes null for much that has no value, at any depth."""
    found = panel(title=None, options={"legend": {"calcs": None}, "sortBy": None}, targets=None)
    assert found == panel()


def test_what_is_not_named_is_left_alone() -> None:
    """A file of a newer Grafana, or with plugins, is read all the same."""
    assert panel(libraryPanel={"uid": "x"}, options={"newIn13": [1]}) == panel()


@pytest.mark.parametrize(
    "written", ["${datasource}", {"type": "prometheus", "uid": "${datasource}"}]
)
def test_a_datasource_may_be_its_name_alone(written: object) -> None:
    """Old files name it, newer ones have its type and its identifier."""
    assert panel(datasource=written).datasource.uid == "${datasource}"


@pytest.mark.parametrize("written", ["label_values(up, job)", {"query": "label_values(up, job)"}])
def test_a_variable_may_be_its_query_alone(written: object) -> None:
    """Both forms that Grafana has written are one."""
    found = VariableInFile.model_validate({"name": "job", "query": written})
    assert found.query.query == "label_values(up, job)"


def test_a_row_holds_panels() -> None:
    """What a collapsed row hides is read as other panels are."""
    inner = {"type": "stat", "gridPos": PLACE, "id": 7}
    assert [one.id for one in panel(type="row", panels=[inner]).panels] == [7]


def test_a_place_is_needed(tmp_path: Path) -> None:
    """What is missing is named with where it belongs."""
    path = tmp_path / "board.json"
    path.write_text(json.dumps({"title": "x", "panels": [{"type": "stat"}]}))
    with pytest.raises(SettingsError, match=r"classic schema: 'panels\.0\.gridPos'"):
        read(path)


def test_a_range_may_leave_out_its_end(tmp_path: Path) -> None:
    """A dashboard that has only a start reaches to now."""
    path = tmp_path / "board.json"
    body = {"title": "x", "panels": [], "time": {"from": "now-24h"}, "uid": "ion-x"}
    path.write_text(json.dumps(body))
    found = read(path)
    assert isinstance(found, BoardInFile)
    assert (found.time.begin, found.time.to, found.uid) == ("now-24h", "now", "ion-x")
