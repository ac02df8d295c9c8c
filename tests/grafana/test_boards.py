"""Every panel shows what Grafana's own code makes of the same answers, cell by cell."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.grafana.asking import ask
from tests.grafana.comparing import differences
from tests.grafana.recorded import BOARDS, SCENARIOS, Recording, panels

Json = dict[str, Any]


def _compared(path: Path, recording: Recording) -> Iterator[str]:
    found = list(panels(path, recording))
    for panel, answer in zip(found, ask([one.question for one in found]), strict=True):
        for difference in differences(panel.drawn, answer):
            yield f"{panel.drawn.number} {panel.drawn.title}: {difference}"


@pytest.mark.parametrize("state", SCENARIOS)
@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_the_preview_shows_what_grafana_shows(
    path: Path, state: str, recordings: dict[str, Recording]
) -> None:
    """Names, texts, colours, columns, reduced values: of all panels, rows open."""
    assert list(_compared(path, recordings[state])) == []


@pytest.mark.parametrize("state", SCENARIOS)
def test_every_kind_of_panel_is_compared(state: str, recordings: dict[str, Recording]) -> None:
    """A comparison of nothing with nothing would pass; only without data charts are empty."""
    kinds = {
        panel.drawn.kind
        for path in BOARDS
        for panel in panels(path, recordings[state])
        if not panel.drawn.empty
    }
    expected = {"stat", "table"}
    if state != "empty":
        expected |= {"bargauge", "heatmap", "state-timeline", "timeseries"}
    assert expected <= {kind.value for kind in kinds}


def _usual(**settings: Any) -> Callable[[Json], None]:
    """Return what sets defaults of a panel's fields; None takes one away."""

    def change(panel: Json) -> None:
        defaults = panel["fieldConfig"]["defaults"]
        defaults.update(settings)
        for name in [name for name, value in settings.items() if value is None]:
            del defaults[name]

    return change


def _merged(panel: Json) -> None:
    panel["fieldConfig"]["defaults"]["color"] = {"mode": "thresholds"}
    panel.setdefault("options", {})["mergeValues"] = True


def _apart(panel: Json) -> None:
    """Let a table's queries, all but the first, use another data source."""
    if panel["type"] == "table":
        for target in panel["targets"][1:]:
            target["datasource"]["uid"] = "${datasource} "


def _without_overrides(panel: Json) -> None:
    panel["fieldConfig"]["overrides"] = []


def _untransformed(panel: Json) -> None:
    panel["transformations"] = []


def _only_merged(panel: Json) -> None:
    panel["transformations"] = [{"id": "merge", "options": {}}]


def _mapped(*mappings: Json) -> Callable[[Json], None]:
    return _usual(mappings=list(mappings))


_TEXT = {"text": "word", "color": "#0072B2"}
_SWAPPED = {"text": "$2 of $1"}
# Each is done to all panels of all boards; the preview once drew some of them as if all were well.
CHANGES: dict[str, Callable[[Json], None]] = {
    "a date as the unit of all": _usual(unit="dateTimeAsIso"),
    "the unit of words": _usual(unit="string"),
    "no unit": _usual(unit=None),
    "seconds for all": _usual(unit="s", decimals=None),
    "no decimals": _usual(decimals=None),
    "no text for missing data": _usual(noValue=None),
    "no thresholds": _usual(thresholds=None),
    "no colours": _usual(color=None),
    "one colour": _usual(color={"mode": "fixed", "fixedColor": "semi-dark-purple"}),
    "merged ranges": _merged,
    "sources apart": _apart,
    "no overrides": _without_overrides,
    "no transformation": _untransformed,
    "merged alone": _only_merged,
    "a word for nothing": _mapped(
        {"type": "special", "options": {"match": "null+nan", "result": {"text": "-", **_TEXT}}}
    ),
    "a colour without words": _mapped(
        {"type": "range", "options": {"from": 0, "to": 1, "result": {"color": "#009E73"}}}
    ),
    "words for values": _mapped(
        {"type": "value", "options": {"0": _TEXT, "1": {"text": "one"}, "critical": _TEXT}},
        {"type": "regex", "options": {"pattern": "/(\\w+)-(\\w+)/", "result": _SWAPPED}},
        {"type": "range", "options": {"from": 2, "to": None, "result": {"text": "many"}}},
    ),
}  # fmt: skip


def _changed(path: Path, change: Callable[[Json], None], folder: Path) -> Path:
    board = json.loads(path.read_text(encoding="utf-8"))
    rows = [one for one in board["panels"] if one["type"] == "row"]
    each = [*board["panels"], *(inner for row in rows for inner in row["panels"])]
    for panel in each:
        if panel["type"] != "row":
            change(panel)
    changed = folder / path.name
    changed.write_text(json.dumps(board), encoding="utf-8")
    return changed


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_board_is_drawn_as_grafana_draws_it(
    name: str, recordings: dict[str, Recording], tmp_path: Path
) -> None:
    """Whatever is set wrongly looks as wrong as it does in Grafana."""
    found = [
        f"{state}: {difference}"
        for state, recording in recordings.items()
        for path in BOARDS
        for difference in _compared(_changed(path, CHANGES[name], tmp_path), recording)
    ]
    assert found == []
