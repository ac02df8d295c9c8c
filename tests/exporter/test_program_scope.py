"""A metrics scope as a process meets it: reloads, restarts, refusals, and what it costs."""

import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from tests.exporter.running import (
    INSTANCES,
    IONMON,
    REQUESTS,
    UP,
    Running,
    address,
    running,
    simulator,
    tree,
    written,
)
from tests.servers import process, wait_until

pytestmark = pytest.mark.slow

MEMBERS = Projects(members=("member-a", "member-b"), empty=("empty-c",))
LISTED = {"projects": ["ion-demo", "member-a", "member-b"]}
SCOPE = {"projects": [], "scope": "ion-demo"}
MIXED = {"projects": ["member-b"], "scope": "ion-demo"}
ALL = {"ion-demo", "member-a", "member-b"}

RETURNED = re.compile(r'ionmon_api_time_series_returned_total\{gcp_project="([^"]+)".*\} (\S+)')


def totals(exporter: Running, family: str = REQUESTS) -> dict[str, float]:
    """Return the sum of a family's series of each project; no series may be there twice."""
    found: dict[str, float] = {}
    seen: Counter[str] = Counter()
    for line in exporter.page().splitlines():
        if line.startswith(f"{family}{{"):
            series, _, value = line.rpartition(" ")
            seen[series] += 1
            project = re.search('gcp_project="([^"]*)"', series)
            assert project, line
            found[project[1]] = found.get(project[1], 0) + float(value)
    assert set(seen.values()) <= {1}
    return found


def use(exporter: Running, path: Path, settings: dict[str, Any]) -> None:
    """Load settings by SIGHUP, and wait until each project was read under them."""
    before = exporter.said().count("settings loaded")
    written(path, settings)
    exporter.process.send_signal(signal.SIGHUP)
    wait_until(lambda: exporter.said().count("settings loaded") > before, "a reload")
    exporter.wait_ready()


def test_reloads_and_restarts_keep_the_counts(tmp_path: Path) -> None:
    """From listed projects to their scope and back, no counter falls, and all stay equal.

    The simulated projects have the same requests, so that each shows what the others show.
    """
    with simulator(REQUESTS, INSTANCES, projects=MEMBERS) as found:
        settings = [tree(address(found), REQUESTS, INSTANCES, **g) for g in (LISTED, SCOPE, MIXED)]
        path = written(tmp_path / "m.yaml", settings[0])
        before: dict[str, float] = {}
        for start in (0, 1, 2):
            written(path, settings[start])
            with running(tmp_path, "--config", str(path)) as exporter:
                for later in (0, 1, 2):
                    use(exporter, path, settings[(start + later) % 3])
                    wait_until(lambda: set(totals(exporter)) == ALL, "all projects")
                    now = totals(exporter)
                    assert all(now[project] >= before.get(project, 0) for project in now)
                    wait_until(lambda: set(totals(exporter, INSTANCES)) == ALL, "their gauges")
                    before = now
                assert "two polls read the same series" not in exporter.said()
    assert max(before.values()) > 0


@pytest.mark.parametrize("google", [LISTED, SCOPE, MIXED])
def test_what_has_no_project_label_gets_one(tmp_path: Path, google: dict[str, Any]) -> None:
    """Metrics of google.metrics have every project's values, told apart by its label."""
    metric = {
        "type": "run.googleapis.com/request_count",
        "resource": "cloud_run_revision",
        "kind": "DELTA",
        "value": "INT64",
        "help": "Requests.",
        "labels": {"region": "resource.location"},
        "summed": [
            f"resource.{key}"
            for key in ("project_id", "service_name", "revision_name", "configuration_name")
        ]
        + [f"metric.{key}" for key in ("response_code", "response_code_class", "route")],
    }
    level = {
        **metric,
        "type": "cloudsql.googleapis.com/database/up",
        "resource": "cloudsql_database",
        "kind": "GAUGE",
        "labels": {"region": "resource.region"},
        "summed": ["resource.project_id", "resource.database_id"],
        "reduce": "max",
    }
    metrics = {"shop_requests_total": metric, "shop_up": level}
    with simulator(REQUESTS, UP, projects=MEMBERS) as found:
        path = written(
            tmp_path / "m.yaml", tree(address(found), REQUESTS, metrics=metrics, **google)
        )
        with running(tmp_path, "--config", str(path)) as exporter:
            exporter.wait_ready()
            wait_until(lambda: set(totals(exporter, "shop_requests_total")) == ALL, "all projects")
            wait_until(lambda: set(totals(exporter, "shop_up")) == ALL, "their gauges")
            per_project = totals(exporter, "shop_requests_total")
            # One poll reads a scope; polls of their own may begin to count a minute apart.
            assert google is not SCOPE or len(set(per_project.values())) == 1


def test_a_second_project_restarts_no_count(tmp_path: Path) -> None:
    """A family that gets the label goes on with its count, and without it again, too."""
    metric = {
        "type": "run.googleapis.com/request_count",
        "resource": "cloud_run_revision",
        "kind": "DELTA",
        "value": "INT64",
        "help": "Requests.",
    }

    def settings(found: Simulator, *projects: str) -> dict[str, Any]:
        metrics = {"shop_requests_total": metric}
        return tree(address(found), projects=list(projects), metrics=metrics)

    def alone(exporter: Running) -> float | None:
        return exporter.value("shop_requests_total")

    with simulator(REQUESTS, projects=MEMBERS) as found:
        path = written(tmp_path / "m.yaml", settings(found, "ion-demo"))
        with running(tmp_path, "--config", str(path)) as exporter:
            wait_until(lambda: alone(exporter), "a count")
            first = alone(exporter) or 0
            use(exporter, path, settings(found, "ion-demo", "member-a"))
            wait_until(
                lambda: set(totals(exporter, "shop_requests_total")) == {"ion-demo", "member-a"},
                "both projects",
            )
            second = totals(exporter, "shop_requests_total")["ion-demo"]
            assert second >= first > 0
            assert alone(exporter) is None
            use(exporter, path, settings(found, "ion-demo"))
            wait_until(lambda: (alone(exporter) or 0) >= second, "the count goes on")


def test_a_scope_costs_one_call_a_family(tmp_path: Path) -> None:
    """A hundred projects are read by a call a family, empty ones for nothing."""
    members = tuple(f"member-{number:02d}" for number in range(9))
    empty = tuple(f"empty-{number:02d}" for number in range(90))
    names = (REQUESTS, INSTANCES, UP)
    with simulator(*names, projects=Projects(members=members, empty=empty)) as found:
        settings = tree(address(found), *names, poll_interval="1d", **SCOPE)
        path = written(tmp_path / "m.yaml", settings)
        with running(tmp_path, "--config", str(path)) as exporter:
            exporter.wait_ready()
            wait_until(lambda: len(totals(exporter)) == 10, "ten projects")
            descriptors = len({"run.googleapis.com", "cloudsql.googleapis.com"})
            assert found.calls == len(names) + descriptors
            assert found.billed == found.series_returned

            def returned() -> Counter[str]:
                every = Counter[str]()
                for project, number in RETURNED.findall(exporter.page()):
                    every[project] += int(number)
                return every

            # Own metrics are exposed anew each second, a moment after what they count.
            wait_until(lambda: returned().total() >= found.billed, "what was returned")
            assert returned() == {"ion-demo": found.billed}


def test_a_new_default_state_file_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where other projects' counts lie beside a default file that is new, the log names them."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    (tmp_path / "counters-0123456789ab.sqlite").touch()
    with simulator(REQUESTS, projects=MEMBERS) as found:
        path = written(tmp_path / "m.yaml", tree(address(found), REQUESTS, **SCOPE))
        arguments = ("run", "--config", str(path), "--web.listen-address", "127.0.0.1:0")
        for number in range(2):
            log = tmp_path / f"log-{number}"
            with process((*IONMON, *arguments), log):
                wait_until(lambda log=log: "overview http" in log.read_text(), "a start")  # type: ignore[misc]
            noticed = "set storage.state_file" in log.read_text()
            assert noticed is (number == 0)
            assert ("counters-0123456789ab" in log.read_text()) is noticed
