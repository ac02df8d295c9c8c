"""Six weeks of a project are backfilled, and tuned: from its API to the thresholds, on one road."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exporter.catalog import cloud_run, cloud_sql
from exporter.settings import Settings, load
from exporter.simulator.deployment import REGIONS
from exporter.simulator.faults import Faults
from exporter.simulator.incidents import Aspect, Effect, Episode, Scenario, SimulatedIncident
from exporter.simulator.world import World
from generators.alert_table import ThresholdAlert
from generators.commands import reading
from generators.commands.tune import command
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.clocks import HandClock
from tests.e2e.backfilled import Project, backfill, live
from tests.e2e.test_backfill import DAY, RETENTION, rules
from tests.generators.tuning.simulated_weeks import GRID, INCIDENTS, HiddenIncident
from tests.servers import Prometheus, prometheus

pytestmark = pytest.mark.deep

REFERENCE = Path(__file__).parents[2] / "examples" / "reference.yaml"
SCALE = 0.01  # of the reference project's requests
LIVED = 15  # minutes
FAMILIES = tuple(
    family.name
    for family in (
        cloud_run.REQUESTS,
        cloud_run.REQUEST_DURATION,
        cloud_run.CPU_UTILIZATION,
        cloud_run.MEMORY_UTILIZATION,
        cloud_sql.REPLICA_LAG,
    )
)


def episode(one: HiddenIncident) -> Episode:
    """Return an incident of the simulated weeks as one of the simulated project."""
    (mean,) = (region.mean for region in REGIONS if region.name == one.region)
    effects = (
        Effect(Aspect.ERRORS, one.failing, one.region),
        Effect(Aspect.LATENCY, mean * one.slower, one.region),
    )
    return Episode(
        SimulatedIncident("hidden", "requests fail, or are slow", effects), one.start, one.minutes
    )


@dataclass(frozen=True)
class Tuned:
    """What was printed and written, the settings with the new numbers, and the history."""

    text: str
    body: dict[str, Any]
    settings: Settings
    server: Prometheus

    def alert(self, name: str) -> dict[str, Any]:
        """Return what became of an alert."""
        found: dict[str, Any] = next(one for one in self.body["alerts"] if one["name"] == name)
        return found

    def fires(self, rule: Alerting, one: HiddenIncident) -> bool:
        """Return whether a rule's own expression holds for its `for` in an incident's region."""
        began, ended = at_seconds(one)
        asked = {"start": f"{began}", "end": f"{ended}", "step": "60"}
        found = self.server.api("query_range", query=rule.expr, **asked)["result"]
        return any(
            lasts([round(at) for at, _ in series["values"]], rule.for_)
            for series in found
            if series["metric"].get("region") == one.region
        )


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuned]:
    """Start an exporter after six weeks, backfill them, and apply what they recommend."""
    folder, start = tmp_path_factory.mktemp("weeks"), float(GRID.end + GRID.step)
    scenario = Scenario("hidden", "twelve incidents", tuple(map(episode, INCIDENTS)))
    made = Project(
        world=World(1, GRID.start, scenario, SCALE),
        families=FAMILIES,
        folder=folder,
        faults=Faults(),
        start=start,
    )
    with made.served() as (_, chosen):
        lived = live(chosen, made.clock, folder, LIVED, cloud_run.REQUESTS.name)
        backfill(chosen, rules(), 42 * DAY, folder)
    config, out = folder / "monitoring.yaml", folder / "found.json"
    config.write_text(REFERENCE.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, prometheus(folder, "{}", RETENTION) as server:
        patch.setattr(reading, "WallClock", lambda: HandClock(lived.scraped))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        files = ("--config", str(config), "--out", str(out))
        url = f"http://127.0.0.1:{server.port}"
        done = CliRunner().invoke(command, [*files, "--prometheus", url, "--apply"])
        assert done.exit_code == 0, done.output
        body = json.loads(out.read_text(encoding="utf-8"))
        yield Tuned(done.stdout, body, load(config), server)


def at_seconds(one: HiddenIncident) -> tuple[int, int]:
    """Return when an incident began and ended."""
    began = GRID.start + GRID.step * one.start
    return began, began + GRID.step * one.minutes


def lasts(times: Sequence[int], seconds: float) -> bool:
    """Return whether evaluations follow each other without a gap for so long."""
    since = previous = -math.inf
    for at in times:
        since = at if at > previous + GRID.step else since
        previous = at
        if at - since >= seconds:
            return True
    return False


def meets(one: HiddenIncident, found: Mapping[str, Any]) -> bool:
    """Return whether a derived incident overlaps a hidden one."""
    began, ended = at_seconds(one)
    return bool(found["start"] <= ended and found["end"] >= began)


def test_incidents_that_nobody_labelled_are_found(tuned: Tuned) -> None:
    """At least ten of twelve, where the objective burnt; nothing else is taken for an incident."""
    derived = tuned.body["incidents"]
    assert sum(any(meets(one, found) for found in derived) for one in INCIDENTS) >= 10
    assert all(any(meets(one, found) for one in INCIDENTS) for found in derived)
    assert {found["origin"] for found in derived} == {"objective"}


def test_every_incident_is_caught_by_the_tuned_rules(tuned: Tuned) -> None:
    """Prometheus itself says so: the rules of the settings that were written hold for their `for`.

    Only alerts with a tuned threshold count; those on the objective found the incidents.
    """
    every = alerts(build(tuned.settings).all)
    thresholds = [rule for rule in every if isinstance(rule.source, ThresholdAlert)]
    missed = [one for one in INCIDENTS if not any(tuned.fires(rule, one) for rule in thresholds)]
    assert missed == []


def test_every_alert_is_explained(tuned: Tuned) -> None:
    """Nine thresholds and the alerts on the objective: each has a reason, and a row."""
    assert len(tuned.body["alerts"]) == 11
    for one in tuned.body["alerts"]:
        assert one["why"].endswith(".")
        assert one["name"] in tuned.text
    # The cache is not of Cloud Monitoring: there is no history, and that is said.
    assert tuned.alert("CacheHitRateLow")["why"] == "There is no clean day."
