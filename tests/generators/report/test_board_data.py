"""A dashboard is filled with what a real Prometheus holds."""

import time
from pathlib import Path

import pytest

from exporter.prometheus.api import Prometheus, server
from generators.report import board_data, board_file
from generators.report.model import DrawnBoard, DrawnPanel
from tests.generators.report import boards
from tests.generators.report.boards import END, HOSTILE, SOURCE, START
from tests.servers import free_port, prometheus, wait_until


@pytest.fixture
def board(tmp_path: Path, client: Prometheus) -> DrawnBoard:
    """Return the dashboard of all kinds, its rows open."""
    return _board(tmp_path, client)


def _board(folder: Path, client: Prometheus, **variables: tuple[str, ...]) -> DrawnBoard:
    file = board_file.read(boards.write(folder), open_rows=True)
    request = board_data.DataRequest(server=client, now=END, variables=variables, minimum_step=60)
    return board_data.board(file, request, lambda _: None)


def _named(board: DrawnBoard, title: str) -> DrawnPanel:
    return next(panel for panel in board.panels if panel.title == title)


def test_readings(board: DrawnBoard) -> None:
    """A stat has its value in its unit, the colour of its threshold, and what is behind it."""
    (found,) = _named(board, "Now").readings
    assert (found.text, found.color) == ("44.2 ms", "green")
    assert found.behind is not None
    assert max(v for v in found.behind.values if v is not None) > 0.2
    (state,) = _named(board, "State").readings
    assert (state.text, state.color) == ("up", "green")


def test_series(board: DrawnBoard) -> None:
    """A chart has a series for each label, with the figures of its legend."""
    found = {one.name: one for one in _named(board, "Latency").series}
    assert set(found) == {HOSTILE, "asia", "europe", "us"}
    assert [(c.title, c.text) for c in found["europe"].calcs] == [
        ("Last *", "35.2 ms"), ("Max", "236 ms"),
    ]  # fmt: skip


def test_tables(board: DrawnBoard) -> None:
    """Queries are merged, columns named and rows sorted."""
    columns = _named(board, "Table").columns
    assert [column.name for column in columns] == ["Region", "Latency", "Load"]
    rows = list(zip(*([cell.text for cell in c.cells] for c in columns), strict=True))
    assert rows[0] == ("asia", "44.2 ms", "88.4%")
    assert rows[-1] == ("us", "10.2 ms", "20.4%")


def test_buckets_stand_alone(board: DrawnBoard) -> None:
    """A heatmap shows what fell into each bucket, not into it and those below."""
    heat = _named(board, "Buckets").heat
    assert heat is not None
    assert [bucket.bound for bucket in heat.buckets] == ["0.01", "0.1", "1", "+Inf"]
    last = [bucket.counts[-1] or 0.0 for bucket in heat.buckets]
    assert [count / last[0] for count in last] == pytest.approx([1, 5, 3, 1])


def test_states_are_merged(board: DrawnBoard) -> None:
    """A state lasts from its first point until another begins."""
    (lane,) = _named(board, "States").lanes
    assert [episode.text for episode in lane.episodes] == ["up", "down", "up"]
    assert lane.episodes[1].end - lane.episodes[1].start == 20 * 60
    assert lane.episodes[1].end == lane.episodes[2].start


def test_events(board: DrawnBoard) -> None:
    """An annotation lasts as long as its series is there, and markup leaves its text."""
    (event,) = board.events
    assert event.title == "Slow: high"
    assert event.end - event.start >= 19 * 60


def _events(folder: Path, client: Prometheus, step: int) -> list[tuple[float, float]]:
    """Return when events were whose time is a value that rises every ten minutes."""
    said = f"(floor((vector(time()) - {START}) / 600) * 600 + {START}) * 1000"
    note = {
        "name": "Ten",
        "enable": True,
        "expr": said,
        "step": f"{step}s",
        "useValueForTime": True,
    }
    path = boards.write(folder, annotations={"list": [{**note, "datasource": SOURCE}]})
    request = board_data.DataRequest(server=client, now=END, variables={}, minimum_step=60)
    found = board_data.board(board_file.read(path, open_rows=True), request, lambda _: None)
    return [(event.start - START, event.end - START) for event in found.events]


def test_events_that_say_their_time(tmp_path: Path, client: Prometheus) -> None:
    """A value that stays is one moment; moments within a step of each other are a stretch."""
    moments = range(0, int(END - START) + 1, 600)
    assert _events(tmp_path, client, 60) == [(at, at) for at in moments]
    ((begin, end),) = _events(tmp_path, client, 600)
    assert end - begin == (len(moments) - 1) * 600


def test_nothing_is_not_a_fault(board: DrawnBoard) -> None:
    """No data is the panel's own word for it; a query that fails says why."""
    nothing, broken = _named(board, "Nothing"), _named(board, "Broken")
    assert (nothing.empty, nothing.faults, nothing.no_value) == (True, (), "nothing is measured")
    assert "unclosed left parenthesis" in broken.faults[0]


def test_variables(tmp_path: Path, client: Prometheus) -> None:
    """A chosen value is what queries, titles and repeated panels are about."""
    found = _board(tmp_path, client, region=("us", "asia"))
    assert {one.name for one in _named(found, "Latency").series} == {"us", "asia"}
    assert found.rows[0].title == "Is us + asia fast?"
    assert [p.title for p in found.panels if p.title.startswith("Each")] == ["Each us", "Each asia"]
    assert [choice.text for choice in found.choices] == ["us + asia"]


def test_repeats_over_all_values(board: DrawnBoard) -> None:
    """On All, a repeated panel stands for each value there is, however it is written."""
    each = [panel for panel in board.panels if panel.title.startswith("Each")]
    assert [panel.title for panel in each] == [
        f"Each {region}" for region in (HOSTILE, "asia", "europe", "us")
    ]
    assert all(len(panel.readings) == 1 for panel in each)


def test_another_source(tmp_path: Path, client: Prometheus) -> None:
    """A data source of a dashboard may be another server, which fails for itself alone."""
    gone = server(f"http://127.0.0.1:{free_port()}")
    request = board_data.DataRequest(server=client, now=END, others={"main": gone})
    found = board_data.board(board_file.read(boards.write(tmp_path)), request, lambda _: None)
    assert "gives no answer" in _named(found, "Now").faults[0]
    assert any(fault.startswith("variable region: ") for fault in found.faults)


_RULES = """groups:
  - name: a
    interval: 1s
    rules:
      - alert: Slow
        expr: vector(1)
        labels: {severity: high, region: eu}
        annotations: {summary: It is slow.}
      - {alert: Later, expr: vector(1), for: 1h, labels: {severity: low, region: eu}}
      - {alert: Elsewhere, expr: vector(1), labels: {severity: high, region: us}}
"""


def test_alerts(tmp_path: Path) -> None:
    """An alert list holds the alerts of its states and labels, and since when."""
    (tmp_path / "rules.yml").write_text(_RULES)
    begun = time.time()
    with prometheus(tmp_path, "rule_files: [rules.yml]") as running:
        client = server(f"http://127.0.0.1:{running.port}")
        wait_until(lambda: len(running.api("alerts")["alerts"]) == 3, "three alerts")
        found = [_alerts(tmp_path, client, options) for options in (
            {},
            {"stateFilter": {"firing": True, "pending": False}},
            {"alertInstanceLabelFilter": '{region=~"e.", severity!="low"}'},
            {"maxItems": 1},
        )]  # fmt: skip
    names = [sorted(alert.name for alert in panel.alerts) for panel in found]
    assert names[:3] == [["Elsewhere", "Later", "Slow"], ["Elsewhere", "Slow"], ["Slow"]]
    assert len(names[3]) == 1
    (slow,) = found[2].alerts
    assert (slow.severity, slow.labels, slow.summary) == (
        "high", (("region", "eu"),), "It is slow.",
    )  # fmt: skip
    assert slow.since >= int(begun)


def _alerts(folder: Path, client: Prometheus, options: dict[str, object]) -> DrawnPanel:
    panels = [boards.panel(1, "alertlist", "Alerts", (0, 0, 6, 6), targets=[], options=options)]
    file = board_file.read(boards.write(folder / "in", panels=panels))
    board = board_data.board(file, board_data.DataRequest(server=client, now=END), lambda _: None)
    return board.panels[0]
