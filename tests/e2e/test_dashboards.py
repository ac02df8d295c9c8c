"""Every query of every dashboard brings data, on a real Prometheus with the generated rules."""

import re
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from generators.checks.dashboards.variables import LABEL_VALUES
from generators.dashboards.file.board import VariableInFile
from generators.dashboards.model import LONGTERM
from tests.e2e.boards import Servers, servers
from tests.generators.dashboards.made import panels, reference
from tests.servers import Prometheus, wait_until

WITHIN = 75  # seconds; what counts starts within a minute looks at whole minutes
RANGE, STEP = 60, 15
GRAFANA = {"__rate_interval": "4m", "__range": "30m", "__range_s": "1800", "__interval": "15s"}
MONTH = {
    "__rate_interval": "4h",
    "__range": "30d",
    "__range_s": "2592000",
    "__interval": "1h",
}
ALL = dict.fromkeys(("project", "region", "service", "database", "cache"), ".+")
# What has no data here, and why.
EMPTY = {
    ("performance", 45, "D"): "nothing leaves the band: the past is a copy of now",
    ("performance", 46, "D"): "nothing leaves the band",
    ("performance", 47, "D"): "nothing leaves the band",
    ("performance", 48, "A"): "a correlation needs six hours",
    ("performance", 48, "B"): "a correlation needs six hours",
    ("performance", 48, "C"): "a correlation needs six hours",
    ("cache", 132, "B"): "the simulated cache knows fewer commands than are shown",
    ("cache", 135, "A"): "the simulated cache does not say how memory lies",
    ("cache", 136, "A"): "the simulated cache does not count bytes",
    ("cache", 136, "B"): "the simulated cache does not count bytes",
    ("cache", 138, "D"): "nothing leaves the band",
    ("infrastructure", 153, "A"): "no poll failed",
    ("infrastructure", 159, "D"): "nothing leaves the band",
    ("infrastructure", 160, "D"): "nothing leaves the band",
    ("infrastructure", 226, "B"): "no budget is set",
    ("overview", 6, "E"): "alerts fire",
    ("reliability", 65, "E"): "alerts fire",
}
# Where states are unknown: before these servers began to evaluate, and not after.
UNKNOWN = {("reliability", 71, "B"), ("cache", 120, "B"), ("infrastructure", 224, "C")}
# Medium and low alerts: of the budget alone, which falls for as long as the servers run. Whether it
# is spent, or soon will be, depends on how fast the machine comes to the question.
TIMED = {
    (board, panel, ref) for board, panel in (("overview", 6), ("reliability", 65)) for ref in "CD"
}


@dataclass(frozen=True)
class Asked:
    """A query of a panel, and the variable of the datasource that it asks."""

    board: str
    panel: int
    target: dict[str, Any]
    server: str

    @property
    def key(self) -> tuple[str, int, str]:
        """What the query is known by."""
        return self.board, self.panel, self.target["refId"]


def _asked() -> Iterator[Asked]:
    """Yield each query for each server on which it has to work."""
    for name, board in reference().items():
        for panel in panels(board):
            for target in panel["targets"]:
                server = target["datasource"]["uid"].strip("${}")
                yield Asked(name, panel["id"], target, server)
                if server != LONGTERM and "Kept for 72h" not in panel["description"]:
                    yield Asked(name, panel["id"], target, LONGTERM)


ASKED = tuple(_asked())
FULL = [one for one in ASKED if one.key not in {*EMPTY, *UNKNOWN, *TIMED}]


def _name(one: Asked) -> str:
    return f"{one.board}-{one.panel}{one.target['refId']}-{one.server}"


pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run both servers."""
    with servers(tmp_path_factory.mktemp("boards")) as found:
        yield found


def filled(text: str, **chosen: str) -> str:
    """Return an expression as Grafana sends it."""
    values = {**GRAFANA, **ALL, **chosen}
    return re.sub(r"\$([a-z_]+)", lambda found: values[found[1]], text)


def answer(server: Prometheus, target: dict[str, Any], **chosen: str) -> list[dict[str, Any]]:
    """Return the series that a query of a panel brings now."""
    return _ask(server, target, filled(target["expr"], **chosen), RANGE, STEP)


def _ask(
    server: Prometheus, target: dict[str, Any], text: str, past: int, step: int
) -> list[dict[str, Any]]:
    now = time.time()
    try:
        if target["instant"]:
            found = server.api("query", query=text, time=str(now))
        else:
            times = {"start": str(now - past), "end": str(now), "step": str(step)}
            found = server.api("query_range", query=text, **times)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{text}\n{error.read().decode()}") from error
    series: list[dict[str, Any]] = found["result"]
    return series


def _server(both: Servers, one: Asked) -> Prometheus:
    return both.kept if one.server == LONGTERM else both.recent


@pytest.mark.parametrize("one", FULL, ids=_name)
def test_a_query_brings_data(both: Servers, one: Asked) -> None:
    """On the servers for which it is meant, with everything chosen."""
    server = _server(both, one)
    wait_until(lambda: bool(answer(server, one.target)), one.target["expr"], WITHIN)


@pytest.mark.parametrize("one", [one for one in ASKED if one.key in EMPTY], ids=_name)
def test_what_is_said_to_be_empty_is(both: Servers, one: Asked) -> None:
    """A query without data is answered all the same; if it had data, it would belong above.

    The first evaluations of a server that is still being fed compare with what is not there yet:
    they leave the queried range within WITHIN seconds.
    """
    server = _server(both, one)
    wait_until(lambda: not answer(server, one.target), f"no data: {one.target['expr']}", WITHIN)


@pytest.mark.parametrize("name", list(reference()))
def test_thirty_days_are_answered(both: Servers, name: str) -> None:
    """No query is refused or ended by the server, which ends those of more than ten seconds."""
    for one in (asked for asked in ASKED if asked.board == name):
        text = filled(one.target["expr"], **MONTH)
        _ask(_server(both, one), one.target, text, 30 * 86400, 3600)


def test_a_choice_is_kept_to(both: Servers) -> None:
    """With one region chosen, no query brings a series of another."""
    regions = set()
    for one in FULL:
        for series in answer(_server(both, one), one.target, region="europe-west1"):
            regions.add(series["metric"].get("region", ""))
    assert regions == {"", "europe-west1"}


@pytest.mark.parametrize("name", list(reference()))
def test_a_variable_has_values(both: Servers, name: str) -> None:
    """On either server, so that a reader may change it."""
    for variable in reference()[name]["templating"]["list"]:
        query = VariableInFile.model_validate(variable).query.query
        found = LABEL_VALUES.fullmatch(query)
        if found is not None:
            for server in (both.recent, both.kept):
                values = server.api(f"label/{found[2]}/values", **{"match[]": filled(found[1])})
                assert values, query


@pytest.mark.parametrize("name", list(reference()))
def test_marks_are_there(both: Servers, name: str) -> None:
    """The deploy of the scenario and the alerts that began with it, at moments that are past."""
    marks = reference()[name]["annotations"]["list"][1:]
    found = {mark["name"]: _marks(both.recent, mark) for mark in marks}
    assert found["Deploys"]
    assert found["Critical alerts"]
    now = time.time()
    moments = [moment / 1000 for series in found.values() for times in series for moment in times]
    assert all(now - 3600 < moment <= now for moment in moments)


def _marks(server: Prometheus, mark: dict[str, Any]) -> list[set[float]]:
    """Return the moments that each series of a mark says."""
    now = time.time()
    times = {"start": str(now - 1800), "end": str(now), "step": mark["step"]}
    series = server.api("query_range", query=filled(mark["expr"]), **times)["result"]
    return [{float(value) for _, value in one["values"]} for one in series]


def test_the_deploy_is_the_only_one(both: Servers) -> None:
    """What ran when the exporter first saw the service is no deploy."""
    target = next(one.target for one in ASKED if one.key == ("overview", 32, "A"))
    found = {
        series["metric"]["revision_name"]: float(series["value"][1])
        for series in answer(both.recent, target)
    }
    (deployed,) = (name for name, at in found.items() if at)
    assert deployed.endswith("-bad")
