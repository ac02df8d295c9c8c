"""History that was read afterwards is what would have been scraped, and goes on in what is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from exporter.backfill.plan import BackfillPlan, read_by_rules
from exporter.backfill.promtool import blocks_in
from exporter.backfill.rules import RuleSet, read_rules
from exporter.polling_targets import family_targets, unread_targets
from exporter.settings import Settings
from exporter.simulator.faults import Faults
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.server import Simulator
from exporter.simulator.world import MINUTE, World
from generators.rules.model import Group, RuleFile
from generators.rules.running import recordings
from tests.e2e.backfilled import Lived, Project, backfill, live
from tests.e2e.past import Stretch, evaluate
from tests.exporter.simulator.worlds import true_total
from tests.servers import Prometheus, blocks, prometheus

pytestmark = pytest.mark.deep

REQUESTS = "cloudrun_requests_total"
RUN_REQUESTS = "run.googleapis.com/request_count"
RULES = Path(__file__).parents[2] / "alertmanager/out/rules"
START = 1_790_000_040 // 86400 * 86400 + 43200
HOUR, DAY = 60 * MINUTE, 86400
LIVED = 30  # minutes
RETENTION = "--storage.tsdb.retention.time=50y"
CLASS = "metric.response_code_class"
PLACE_AND_CLASS = ("resource.location", CLASS)
FAULTS = Faults(quota=0.02, unavailable=0.02, partial=0.02, split=True, repeated=0.2)


@dataclass(frozen=True)
class Joint:
    """A Prometheus with both, and what is true."""

    server: Prometheus
    simulator: Simulator
    plan: BackfillPlan
    lived: Lived

    def truth(self, after: float, until: float, *by: str) -> dict[tuple[str, ...], float]:
        """Return the requests in (after, until]."""
        found = true_total(self.simulator.world, RUN_REQUESTS, after, until, by)
        return {key: float(value) for key, value in found.items()}  # type: ignore[arg-type]

    def vector(self, text: str, at: float, *by: str) -> dict[tuple[str, ...], float]:
        """Return a query's values by some labels."""
        found = self.server.query(text, at)
        return {tuple(dict(key)[name] for name in by): value for key, value in found.items()}


def rules() -> RuleSet:
    """Return the generated rules."""
    return read_rules(RULES)


def read_families() -> list[str]:
    """Return the families that the rules read."""
    every = Settings.model_validate({"google": {"projects": [World.project]}})
    chosen = (*family_targets(every), *unread_targets(every))
    return [target.family.name for target in read_by_rules(chosen, rules().names)]


def joined(folder: Path, families: list[str], last: int, faults: Faults) -> Iterator[Joint]:
    """Live for half an hour, backfill what was before, and serve both."""
    # Errors begin at the cut, twelve minutes before the exporter does.
    world = World(3, START - 15 * MINUTE, SCENARIOS["error_burst"], 0.01)
    made = Project(world=world, families=families, folder=folder, faults=faults, start=START)
    with made.served() as (simulator, chosen):
        lived = live(chosen, made.clock, folder, LIVED, REQUESTS)
        plan = backfill(chosen, rules(), last, folder)
        _running(folder, lived)
        blocks(lived.pages, folder / "data")
        with prometheus(folder, "{}", RETENTION) as server:
            yield Joint(server, simulator, plan, lived)


def _running(folder: Path, lived: Lived) -> None:
    """Add what the server that scrapes would have sent: the running counters of what was lived."""
    own = folder / "scraping"
    (own / "data").mkdir(parents=True)
    blocks(lived.pages, own / "data")
    known = set(blocks_in(own / "data"))
    file = RuleFile("running.yml", "", (Group("running", MINUTE, recordings(frozenset())),))
    evaluate(own, [file], Stretch(START, lived.scraped))
    for block in set(blocks_in(own / "data")) - known:
        copytree(block, folder / "data" / block.name)


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joint]:
    """Five hours of all that rules read, from an API with faults."""
    yield from joined(tmp_path_factory.mktemp("hours"), read_families(), 5 * HOUR, FAULTS)


def holds_over_the_joint(joint: Joint) -> None:
    """Assert that nothing is invented, and nothing lost, of all that was counted."""
    at, start = joint.lived.scraped, joint.plan.start
    true = joint.truth(start, joint.lived.newest, CLASS)
    assert len(true) == 3
    # The window begins with the first sample and ends with the last: nothing is extrapolated.
    for name in (REQUESTS, "project_region_service_class:cloudrun_requests:longterm_total"):
        text = f"sum by (response_code_class) (increase({name}[{at - start}s]))"
        found = joint.vector(text, at, "response_code_class")
        for (code,), number in true.items():
            assert found[code,] == pytest.approx(number, rel=1e-9), (name, code)


def test_increases_over_the_joint(hours: Joint) -> None:
    """Raw and recorded, backfilled and scraped counters together count what happened, exactly.

    Of one region's errors there were more before the first scrape than in the hours before the cut:
    without a 0 between them, this would be no reset.
    """
    cut, key = hours.plan.cut, ("europe-west1", "5xx")
    before = hours.truth(hours.plan.start, cut, *PLACE_AND_CLASS)[key]
    scraped = hours.truth(cut, START - 3 * MINUTE, *PLACE_AND_CLASS)[key]
    assert scraped > before > 0
    holds_over_the_joint(hours)


def test_windows_over_the_joint(hours: Joint) -> None:
    """No window that the joint lies in shows more than happened, at any minute."""
    name = f"sum(increase({REQUESTS}[1h]))"
    most = max(sum(hours.truth(at - HOUR, at).values()) for at in range(START - HOUR, START, HOUR))
    asked = {"start": str(START - HOUR), "end": str(hours.lived.scraped), "step": "60"}
    (found,) = hours.server.api("query_range", query=name, **asked)["result"]
    assert max(float(value) for _, value in found["values"]) < 1.5 * most


def test_what_alerts_compare(hours: Joint) -> None:
    """The left sides of alerts are recorded for the past, and are what happened."""
    at = hours.plan.cut // 300 * 300 - 1800
    true = hours.truth(at - 300, at, *PLACE_AND_CLASS)
    places = {place for place, _ in true}
    ratio = "project_region_service:error_rate:ratio5m_any"
    found = hours.vector(ratio, at, "region")
    for place in places:
        errors = true.get((place, "4xx"), 0) + true.get((place, "5xx"), 0)
        every = sum(value for (where, _), value in true.items() if where == place)
        assert found[place,] == pytest.approx(errors / every)
    for name in (
        "project_region_service:response_time_p95:quantile5m_any",
        "project_region_service:cpu_utilization:mean5m",
        "project_region_service:memory_utilization:mean5m",
        "project_region_database:replication_lag:max",
        "project_region_service:throughput:longterm_mean",
        "project_service:slo_burn_rate:ratio1d",
    ):
        assert hours.server.query(name, at), name


def test_only_what_is_sent_is_kept(hours: Joint) -> None:
    """What no rule of the second server needs is not left in its data."""
    names = set(hours.server.api("label/__name__/values"))
    assert REQUESTS in names
    assert "project_region_service_class:cloudrun_requests:longterm_increase" in names
    assert "project_region_service_class:cloudrun_requests:increase5m" not in names
    assert "ALERTS" not in names


def test_a_week_ago(tmp_path: Path) -> None:
    """Nine days answer what was a week ago, and the band's weeks, over blocks of several chunks."""
    families = [REQUESTS, "cloudsql_replica_lag_seconds"]
    for joint in joined(tmp_path, families, 9 * DAY, Faults()):
        holds_over_the_joint(joint)
        at = joint.plan.cut // 300 * 300
        (lag,) = {*joint.vector("count(project_region_database:replication_lag:max)", at)}
        assert lag == ()
        ago = joint.vector("sum(increase(cloudrun_requests_total[1h] offset 1w))", at)
        week = sum(joint.truth(at - 7 * DAY - HOUR, at - 7 * DAY).values())
        assert ago[()] == pytest.approx(week)
        weeks = "project_region_service:throughput:anomaly_weeks"
        assert {week for (week,) in joint.vector(weeks, at, "week")} == {"1"}
        assert len(joint.plan.chunks()) >= 4
