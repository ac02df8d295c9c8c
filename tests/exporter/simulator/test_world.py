"""The simulated world: its reference figures and incidents, from the seed alone."""

from math import erf, sqrt

import pytest

from exporter.simulator import deployment
from exporter.simulator.incidents import INCIDENTS, SCENARIOS, Episode, Scenario
from exporter.simulator.traffic import DEPLOY_EVERY
from exporter.simulator.truth import Dist, TruthSeries, merged, quantile
from exporter.simulator.world import World
from tests.exporter.simulator.asking import COUNT, INSTANCES, LATENCIES, NOON, ROWS
from tests.exporter.simulator.worlds import flat_world

DAY = 86400
LAG = "cloudsql.googleapis.com/database/replication/replica_lag"
CPU = "run.googleapis.com/container/cpu/utilizations"
MEMORY = "run.googleapis.com/container/memory/utilizations"
LB = "loadbalancing.googleapis.com/https/request_count"
REVISION = "cloud_run_revision"
EVERY = [(m.source.metric, m.source.resource) for ms in World().metrics.values() for m in ms]


def count(found: list[TruthSeries], classes: str = "12345") -> int:
    """Return the events of series whose code begins with one of `classes`."""
    kept = [s for s in found if s.metric["response_code"][0] in classes]
    return sum(int(p.value) for s in kept for p in s.points)


def spread(found: list[TruthSeries], region: str = "") -> Dist:
    """Return all values of distribution series, of one region or all."""
    kept = [s for s in found if region in ("", s.resource["location"])]
    return merged([p.value for s in kept for p in s.points if isinstance(p.value, Dist)])


@pytest.fixture(scope="module")
def calm() -> World:
    """Give a world in which nothing goes wrong."""
    return World(start=NOON)


def incident(name: str) -> tuple[World, float, float]:
    """Return a world with an incident, and the seconds between which it goes on."""
    episode = SCENARIOS[name].episodes[0]
    begins = NOON + 60 * episode.after
    return World(start=NOON, scenario=SCENARIOS[name]), begins, begins + 60 * episode.minutes


def test_a_calm_day_has_the_reference_counts(calm: World) -> None:
    """A day has 9,270 requests a second, 0.3 % errors and 99.95 % availability."""
    found = calm.series(COUNT, REVISION, NOON - DAY, NOON)
    total = count(found)
    assert pytest.approx(9270, rel=0.002) == total / DAY
    assert pytest.approx(0.003, rel=0.005) == count(found, "45") / total
    assert pytest.approx(0.00046, rel=0.005) == count(found, "5") / total


def test_a_calm_day_has_the_reference_latencies(calm: World) -> None:
    """A day has a mean of 28.7 ms, and its p95 shares Google's bucket with 36.4 ms."""
    found = calm.series(LATENCIES, REVISION, NOON - DAY, NOON)
    means = [spread(found, region.name).mean for region in deployment.REGIONS]
    assert pytest.approx(28.7, abs=0.05) == spread(found).mean
    assert pytest.approx([10.2, 34.8, 44.1], abs=0.05) == means
    assert 1.4**10 <= quantile(0.95, spread(found)) < 1.4**11
    assert 1.4**10 <= 36.4 < 1.4**11


def test_the_world_s_own_p95_is_36_4_ms() -> None:
    """Shares and spreads of the regions put the 95th percentile at 36.4 ms before bucketing."""
    fine = [
        (region.share, 0.5 + 0.5 * erf((36.4 - region.mean) / region.sigma / sqrt(2)))
        for region in deployment.REGIONS
    ]
    assert pytest.approx(0.95, abs=0.001) == sum(share * below for share, below in fine)


def test_levels_of_a_flat_world_are_the_reference() -> None:
    """A flat world shows the instances, CPU, memory, lag and hit rate of the report."""
    flat = flat_world()
    span = (NOON - 600, NOON)
    found = flat.series(INSTANCES, REVISION, NOON - 60, NOON)
    by_region = {
        r.name: sum(int(s.points[0].value) for s in found if s.resource["location"] == r.name)
        for r in deployment.REGIONS
    }
    lags = [s.points[0].value for s in flat.series(LAG, "cloudsql_database", *span)]
    us = (flat.series(CPU, REVISION, *span), flat.series(MEMORY, REVISION, *span))
    assert by_region == {"us-central1": 15, "europe-west1": 8, "asia-southeast1": 5}
    assert lags == [0.047, 0.051]
    assert pytest.approx([0.352, 0.425]) == [spread(one, "us-central1").mean for one in us]
    assert pytest.approx(0.823, abs=0.0001) == flat.redis_fields(NOON // 60).hit_rate


def test_a_flat_world_is_the_same_every_minute() -> None:
    """A flat world serves the same number of requests every minute, but for rounding."""
    flat = flat_world()
    found = [count(flat.series(COUNT, REVISION, NOON + m, NOON + m + 60)) for m in (0, 7260)]
    assert abs(found[0] - found[1]) <= 3


def test_latencies_have_as_many_events_as_requests(calm: World) -> None:
    """For each series and minute the distribution's count is the request count."""
    span = (NOON - 1800, NOON)
    requests = {
        (str(sorted((*s.metric.items(), *s.resource.items()))), p.end): p.value
        for s in calm.series(COUNT, REVISION, *span)
        for p in s.points
    }
    latencies = {
        (str(sorted((*s.metric.items(), *s.resource.items()))), p.end): p.value.count
        for s in calm.series(LATENCIES, REVISION, *span)
        for p in s.points
        if isinstance(p.value, Dist)
    }
    assert requests == latencies


def test_the_load_balancer_sees_the_same_requests(calm: World) -> None:
    """Path rules of the load balancer add up to what reaches Cloud Run."""
    span = (NOON - 600, NOON)
    balanced = calm.series(LB, "https_lb_rule", *span)
    assert count(calm.series(COUNT, REVISION, *span)) == count(balanced)
    assert {"/process", "/recommend", "/bulk-process"} == {
        s.resource["matched_url_path_rule"] for s in balanced
    }


@pytest.mark.parametrize(("metric", "resource"), EVERY)
def test_every_catalog_family_is_there_and_never_changes(
    calm: World, metric: str, resource: str
) -> None:
    """Each metric has series, and a query of a part gives the same points as one of the whole."""
    again = World(start=NOON)
    whole = calm.series(metric, resource, NOON - 600, NOON)
    part = again.series(metric, resource, NOON - 180, NOON - 120)
    known = {(str(s[:2]), p) for s in whole for p in s.points}
    assert whole
    assert part
    assert known >= {(str(s[:2]), p) for s in part for p in s.points}


@pytest.mark.parametrize("metric", sorted(metric for metric, kind in EVERY if kind == REVISION))
def test_every_metric_of_a_revision_is_in_every_region(calm: World, metric: str) -> None:
    """A revision that serves has each of its metrics, with its own name, in all regions."""
    found = calm.series(metric, REVISION, NOON - 600, NOON)
    assert {s.resource["location"] for s in found} == {r.name for r in deployment.REGIONS}
    serving = {name for name, _ in calm.traffic.revisions(NOON // 60 - 1)}
    assert {s.resource["revision_name"] for s in found} >= serving


def test_another_seed_is_another_world(calm: World) -> None:
    """Two seeds draw different requests."""
    other = World(seed=2, start=NOON)
    span = (NOON - 600, NOON)
    assert calm.series(COUNT, REVISION, *span) != other.series(COUNT, REVISION, *span)


def test_a_bad_revision_keeps_its_name() -> None:
    """The day on which the project would deploy again may begin in an incident."""
    midnight = 10_393 * DEPLOY_EVERY
    scenario = Scenario("bad", "", (Episode(INCIDENTS["deploy_gone_wrong"], 10, 20),))
    traffic = World(1, 60.0 * (midnight - 20), scenario).traffic
    names = {traffic.revisions(midnight + minute)[0][0] for minute in range(-9, 11)}
    assert names == {"ion-mentoring-10392-bad"}


def test_deploys_change_the_revision_with_an_overlap(calm: World) -> None:
    """Over a week there are three to five revisions, and two of them serve together for a while."""
    minutes = range(NOON // 60 - 10080, NOON // 60)
    live = [tuple(name for name, _ in calm.traffic.revisions(m)) for m in minutes]
    assert 3 <= len({name for names in live for name in names}) <= 6
    assert {1, 2} == {len(names) for names in live}


def test_cumulative_series_never_fall_but_at_a_new_start(calm: World) -> None:
    """Over eight days a cumulative count only grows, or begins anew with a later start."""
    found = calm.series(ROWS, "cloudsql_instance_database", NOON - 8 * DAY, NOON)
    for series in found:
        for then, now in zip(series.points, series.points[1:], strict=False):
            assert now.start > then.start or int(now.value) >= int(then.value)
        assert len({p.start for p in series.points}) > 1


def test_scale_lowers_traffic(calm: World) -> None:
    """A thousandth of the traffic has a thousandth of the requests."""
    small = World(start=NOON, scale=0.001)
    span = (NOON - DAY, NOON)
    found = count(small.series(COUNT, REVISION, *span))
    assert pytest.approx(9.27, rel=0.01) == found / DAY
    assert pytest.approx(9270, rel=0.01) == count(calm.series(COUNT, REVISION, *span)) / DAY


@pytest.mark.parametrize("name", ["error_burst", "region_outage", "deploy_gone_wrong"])
def test_failures_cross_one_percent(name: str) -> None:
    """An incident of failures brings the error rate over 1 % in all, and it ends."""
    world, begins, ends = incident(name)
    during = world.series(COUNT, REVISION, begins, ends)
    after = world.series(COUNT, REVISION, ends, ends + 600)
    assert count(during, "45") / count(during) > 0.02
    assert count(after, "45") / count(after) < 0.004


def test_latency_crosses_200_ms() -> None:
    """The latency incident brings the p95 over 200 ms, in its region and in all."""
    world, begins, ends = incident("latency")
    found = world.series(LATENCIES, REVISION, begins, ends)
    assert 217 < quantile(0.95, spread(found)) < 305
    assert 217 < quantile(0.95, spread(found, "europe-west1")) < 305


def test_replica_lag_crosses_500_ms() -> None:
    """Every replica is 900 ms behind in the incident."""
    world, begins, ends = incident("replica_lag")
    found = world.series(LAG, "cloudsql_database", begins, ends)
    assert {0.9} == {p.value for s in found for p in s.points}


def test_a_cold_cache_hits_less_than_70_percent() -> None:
    """The hit rate is 55 % in the incident."""
    world, begins, _ = incident("cold_cache")
    assert pytest.approx(0.55, abs=0.001) == world.redis_fields(int(begins // 60) + 5).hit_rate


@pytest.mark.parametrize(
    ("name", "metric", "level"), [("cpu", CPU, 0.92), ("memory", MEMORY, 0.91)]
)
def test_utilization_crosses_80_percent(name: str, metric: str, level: float) -> None:
    """CPU and memory are over 80 % in each region in their incidents."""
    world, begins, ends = incident(name)
    found = world.series(metric, REVISION, begins, ends)
    means = [spread(found, region.name).mean for region in deployment.REGIONS]
    assert pytest.approx([level] * 3) == means


def test_traffic_to_zero_leaves_no_points() -> None:
    """No request has a point while no traffic arrives."""
    world, begins, ends = incident("traffic_to_zero")
    assert world.series(COUNT, REVISION, begins, ends) == []
    assert world.series(LB, "https_lb_rule", begins, ends) == []


def test_churn_changes_the_number_of_instances_every_minute() -> None:
    """Instances come and go every minute in the incident."""
    world, begins, _ = incident("instance_churn")
    first = int(begins // 60) + 1
    found = [world.traffic.instances(deployment.REGIONS[0], m) for m in range(first, first + 4)]
    assert found[0] != found[1] != found[2] != found[3]


def test_the_drill_plays_every_incident_once() -> None:
    """The drill holds all incidents, and no two at once."""
    episodes = SCENARIOS["drill"].episodes
    assert list(INCIDENTS) == [episode.incident.name for episode in episodes]
    ends = [e.after + e.minutes for e in episodes]
    assert all(end < e.after for end, e in zip(ends, episodes[1:], strict=False))
