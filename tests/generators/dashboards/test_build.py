"""Five dashboards are made of settings: fixed numbers, the policy's limits, colours of regions."""

import json
from pathlib import Path

import pytest

from exporter.errors import IonmonError
from exporter.settings import Settings
from generators.boards import SIGNAL_PANELS, Board
from generators.checks.dashboards.panel_numbers import FIXED, lacking
from generators.dashboards import build as build_module
from generators.dashboards.build import texts
from generators.policy import policy
from generators.rules.build import build
from tests import evaluating
from tests.generators.dashboards.made import (
    NAMES,
    REFERENCE,
    ROOT,
    boards,
    changed,
    panel,
    panels,
    reference,
    steps,
)

pytestmark = pytest.mark.slow

OTHER = changed(
    alerts={"ResponseTimeCritical": {"threshold": "350ms"}, "CPUHigh": {"enabled": False}},
    objectives={"availability": "99.5%", "window": "7d"},
    service={"name": "x", "regions": ["us-east1", "us-west1"]},
)
BY_UID = {board["uid"]: board for board in reference().values()}
P95 = SIGNAL_PANELS["response_time_p95"]
LINKED = sorted(set(FIXED) - lacking(policy(REFERENCE), REFERENCE), key=lambda each: each.number)


def test_there_are_five() -> None:
    """Each board of the links is made, and nothing else."""
    assert tuple(reference()) == NAMES
    assert set(BY_UID) == {board.value for board in Board}


def test_without_any_alert_there_are_five() -> None:
    """No panel needs a limit of the policy to have a colour."""
    off = {name: {"enabled": False} for name in Settings().alerts.by_name()}
    assert tuple(boards(changed(alerts=off))) == NAMES


@pytest.mark.parametrize("fixed", LINKED, ids=lambda fixed: f"{fixed.board.name}-{fixed.number}")
def test_links_of_alerts_find_their_panel(fixed: build_module.Panel) -> None:
    """Each number that alerts link to is a panel of that board."""
    assert panel(BY_UID[fixed.board.value], fixed.number)["targets"]


def test_two_runs_are_the_same() -> None:
    """The texts are the same, byte for byte, each time."""
    rules, in_force = build(REFERENCE), policy(REFERENCE)
    before = texts(REFERENCE, rules, in_force)
    with evaluating.anew():
        assert texts(REFERENCE, rules, in_force) == before


def test_limits_are_those_of_the_alerts() -> None:
    """The lines across a chart, and the colours of a figure, change at the alerts' thresholds."""
    for row in policy(REFERENCE).thresholds:
        address = SIGNAL_PANELS[row.signal.name]
        assert row.threshold in steps(panel(BY_UID[address.board.value], address.number))
    assert steps(panel(BY_UID["ion-performance"], P95.number)) == [0.1, 0.2]
    assert steps(panel(BY_UID["ion-reliability"], 202)) == [1, 3, 6, 14.4]


def test_an_override_moves_the_line() -> None:
    """A threshold of monitoring.yaml is drawn, and stated, on every board."""
    other = boards(OTHER)
    for board, number in (("performance", P95.number), ("overview", 4), ("overview", 21)):
        found = panel(other[board], number)
        assert steps(found) == [0.1, 0.35]
        assert "ResponseTimeCritical above 350ms for 3m (critical)" in found["description"]


def test_a_disabled_alert_is_not_drawn() -> None:
    """Where nothing alerts, there is no line and no alert is named."""
    names = ("CPUHigh", "CPUTrend")
    other = boards(OTHER)
    found = panel(other["infrastructure"], SIGNAL_PANELS["cpu_utilization"].number)
    assert steps(found) == []
    assert not any(name in found["description"] for name in names)
    assert found["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "off"}


def test_the_objective_is_said() -> None:
    """Another objective has another window in titles, and another limit."""
    other = boards(OTHER)
    found = panel(other["reliability"], 60)
    assert found["title"] == "SLI, 7d"
    assert steps(found) == [0.9832, 0.995]


def test_a_pace_that_alerts_is_coloured_and_chance_is_not() -> None:
    """A service that just keeps its objective is up; 3, 6 and 14.4 times its errors are steps."""
    found = panel(BY_UID["ion-reliability"], 71)
    assert steps(found) == [0.9928, 0.997, 0.9985]
    other = boards(changed(objectives={"availability": "90%", "window": "7d"}))
    # Below a tenth, nearly all requests fail: the pair for total outages.
    assert steps(panel(other["reliability"], 71)) == [0.1, 0.664, 0.86]


def test_regions_have_their_colour_by_their_order() -> None:
    """A region has one colour on all boards, whichever other regions are shown."""
    other = boards(OTHER)
    found = {
        (override["matcher"]["options"], one["value"]["fixedColor"])
        for board in other.values()
        for shown in panels(board)
        for override in shown["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "color" and override["matcher"]["options"].startswith("us-")
    }
    regions = {("us-east1", "#0072B2"), ("us-west1", "#C98500")}
    bands = {(f"{name} {end}", c) for name, c in regions for end in ("above", "below")}
    assert found == regions | bands


def test_a_band_is_filled_between_its_bounds() -> None:
    """Of each region of the settings, the area from the upper bound ends at the lower one."""
    found = panel(reference()["performance"], 45)
    filled = {
        override["matcher"]["options"]: one["value"]
        for override in found["fieldConfig"]["overrides"]
        for one in override["properties"]
        if one["id"] == "custom.fillBelowTo"
    }
    assert filled == {f"{r} above": f"{r} below" for r in REFERENCE.service.regions}
    legends = [target["legendFormat"] for target in found["targets"]]
    assert {"{{region}} above", "{{region}} below"} < set(legends)


def test_one_server_is_one_datasource() -> None:
    """Where no second server is named, no query uses one."""
    other = boards(changed(prometheus={}))
    assert "longterm}" not in json.dumps(other)
    names = {v["name"] for board in other.values() for v in board["templating"]["list"]}
    assert "datasource" in names
    assert "longterm" not in names


def test_helpers_that_an_application_does_not_use_have_no_panels() -> None:
    """A shop has no personas and no second cache, and nothing that asks for their labels."""
    other = boards(changed(application={"redis": "ion-cache"}))
    numbers = {shown["id"] for board in other.values() for shown in panels(board)}
    assert numbers.isdisjoint({9, 90, 97, 109, 121, 122, 125})
    assert "How does the service route?" not in json.dumps(other["performance"])
    legends = [target["legendFormat"] for target in panel(other["overview"], 23)["targets"]]
    assert legends == ["L2", "L2, a week ago"]
    variables = [found["name"] for found in other["cache"]["templating"]["list"]]
    assert variables == ["datasource", "longterm", "cache"]
    assert "$region" not in json.dumps(other["cache"])
    routed = boards(changed(application={"redis": "ion-cache", "helpers": ["routing"]}))
    assert {121, 122} <= {shown["id"] for shown in panels(routed["performance"])}


def test_usual_settings_do() -> None:
    """Without a settings file there are five boards, too."""
    assert tuple(boards(Settings())) == NAMES


def test_what_is_tracked_is_made_of_the_reference() -> None:
    """The tracked files are the generator's own."""
    for name, board in reference().items():
        assert json.loads((ROOT / "grafana" / "out" / f"{name}.json").read_text()) == board


def test_last_week_is_beside_the_three_headlines() -> None:
    """Errors, response time and throughput of the overview have a week ago, dashed and grey."""
    for number in (20, 21, 22):
        found = panel(reference()["overview"], number)
        past = [target for target in found["targets"] if "offset 1w" in target["expr"]]
        assert [target["datasource"]["uid"] for target in past] == ["${longterm}"]
        looks = [
            {one["id"]: one["value"] for one in override["properties"]}
            for override in found["fieldConfig"]["overrides"]
            if override["matcher"] == {"id": "byFrameRefID", "options": past[0]["refId"]}
        ]
        assert looks[0]["color"] == {"fixedColor": "#808080", "mode": "fixed"}
        assert looks[0]["custom.lineStyle"]["fill"] == "dash"


def test_a_panel_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Jsonnet that asks for a panel that the generator does not have names it."""
    lib = tmp_path / "lib"
    lib.mkdir()
    for path in (ROOT / "grafana" / "lib").iterdir():
        (lib / path.name).write_text(path.read_text())
    folder = tmp_path / "dashboards"
    folder.mkdir()
    for name in NAMES:
        text = (ROOT / "grafana" / "dashboards" / f"{name}.jsonnet").read_text()
        (folder / f"{name}.jsonnet").write_text(text.replace("'percentiles'", "'percentile'"))
    monkeypatch.setattr(build_module, "SOURCE", folder)
    with pytest.raises(IonmonError, match="the catalog has no panel percentile"):
        boards(REFERENCE)
