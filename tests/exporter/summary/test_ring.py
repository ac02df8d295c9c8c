"""The last half hour of signals, in bounded memory."""

from math import isnan

import pytest

from exporter.catalog import cloud_sql
from exporter.catalog.signals import SIGNALS
from exporter.exposition.snapshot import snapshot
from exporter.summary.headline import headline
from exporter.summary.limits import KnownLimits, LimitsFile, LimitState
from exporter.summary.recent import MINUTES, PLACES, STEP, RecentService, RecentSignal
from exporter.summary.ring import RecentRing
from exporter.summary.totals import MOST
from tests.exporter.summary.exposed import BEGAN, EU, SCRAPE, US, exposed
from tests.exporter.summary.test_limits import OUT
from tests.exporter.summary.test_totals import INSTANCES, REQUESTS, part

LIMITS = LimitsFile(OUT).read()


def played(minutes: int, fails: range, limits: KnownLimits = LIMITS) -> RecentService:
    """Return what a ring knows after some minutes."""
    covered = [0.0]
    ring = RecentRing(SIGNALS, lambda *_: covered[0])
    for page in exposed(minutes, fails):
        covered[0] = page.covered
        ring.feed(page.snapshot)
        ring.step(page.at - BEGAN)
    return ring.service(BEGAN + minutes * 60, limits, {"cloudrun_requests_total": BEGAN})


def found(service: RecentService, name: str) -> RecentSignal:
    """Return a signal of a service."""
    (signal,) = (one for one in service.signals if one.name == name)
    return signal


def test_steps_are_those_of_scrapes() -> None:
    """The pages of these tests come at the pace of the ring."""
    assert SCRAPE == STEP


def test_an_incident_is_beyond_its_limit_where_it_is() -> None:
    """Its place comes first; the others are within theirs."""
    signal = found(played(14, range(8, 14)), "error_rate")
    states = [(dict(place.labels)["region"], place.state) for place in signal.places]
    assert states == [(EU, LimitState.CRITICAL), (US, LimitState.WITHIN)]
    limits = [place.limit.alert if place.limit else "" for place in signal.places]
    assert limits == ["ErrorRateCritical", "ErrorRateWarning"]
    worst = signal.places[0]
    assert worst.now is not None
    assert worst.now > 0.05 > max(worst.line[4:8])
    assert 0.003 < (signal.now or 0) < worst.now


def test_it_has_a_value_a_minute() -> None:
    """The oldest go; what was not known at first is a gap."""
    signal = found(played(40, range(0)), "throughput")
    assert len(signal.line) == len(signal.places[0].line) == MINUTES
    assert signal.now == pytest.approx(24_000 / 60, rel=0.02)
    early = found(played(3, range(0)), "error_rate")
    assert len(early.line) == 3
    assert isnan(early.line[0])


def test_what_is_not_known_is_no_number() -> None:
    """Right after the start there is a gauge, and no rise."""
    service = played(1, range(0))
    assert found(service, "replication_lag").places[0].state is LimitState.WITHIN
    assert "error_rate" not in {signal.name for signal in service.signals if signal.now is not None}


def test_without_limits_there_are_values() -> None:
    """And the reason why limits are not known."""
    service = played(7, range(0), KnownLimits(fault="no file"))
    assert service.limits_fault == "no file"
    places = found(service, "error_rate").places
    assert {place.state for place in places} == {LimitState.UNLIMITED}
    assert all(place.limit is None for place in places)


def test_the_age_of_data_is_that_of_its_families() -> None:
    """A signal of which no poll is known has none."""
    service = played(7, range(0))
    assert found(service, "error_rate").data_time == BEGAN
    assert found(service, "cache_hit_rate_l2").data_time is None


def test_places_are_bounded() -> None:
    """So many are listed, and the rest is counted."""
    ring = RecentRing(SIGNALS, lambda *_: 0.0)
    ring.feed(snapshot([part(INSTANCES, **{f"r{n}": 1.0 for n in range(PLACES + 7)})], 1))
    ring.step(0.0)
    signal = found(ring.service(0.0, LIMITS, {}), "instances")
    assert (len(signal.places), signal.left_out) == (PLACES, 7)
    assert signal.now == PLACES + 7
    ring.feed(snapshot([part(INSTANCES, **{f"r{n}": float(n) for n in range(400)})], 2))
    ring.step(STEP)
    signal = found(ring.service(0.0, LIMITS, {}), "instances")
    assert (len(signal.places), signal.left_out, signal.now) == (PLACES, 400 - PLACES, 79_800)


def test_what_has_a_limit_and_no_value_is_not_known() -> None:
    """Where instances alone have values, nobody may read that all is within its limits."""
    ring = RecentRing(SIGNALS, lambda *_: 0.0)
    ring.feed(snapshot([part(INSTANCES, eu=1.0)], 1))
    ring.step(0.0)
    service = ring.service(0.0, LIMITS, {})
    assert {one.name for one in service.not_known} == LIMITS.limited()
    assert headline(service).startswith("not known: error rate, ")
    assert {one.given_up for one in service.not_known} == {()}


def test_a_database_that_nothing_reports_is_absent() -> None:
    """It is left out of the headline; what the service itself has to report is not."""
    ring = RecentRing(SIGNALS, lambda *_: 0.0)
    ring.feed(snapshot([part(INSTANCES, eu=1.0)], 1))
    ring.step(0.0)
    empty = {cloud_sql.REPLICA_LAG.name, REQUESTS.name}
    service = ring.service(0.0, LIMITS, {}, empty)
    assert {one.name for one in service.not_known if one.absent} == {"replication_lag"}
    assert headline(service).startswith("not known: error rate, ")
    assert "replication lag" not in headline(service)


def test_what_has_a_value_is_known() -> None:
    """Of what has a limit, these snapshots have no CPU and no memory."""
    service = played(14, range(0))
    assert {one.name for one in service.not_known} == {"cpu_utilization", "memory_utilization"}


def test_a_family_that_is_given_up_is_not_known() -> None:
    """Its signals are named, with or without a limit, and none of them counts it as 0."""
    ring = RecentRing(SIGNALS, lambda *_: 60.0)
    many = {f"r{n}": 1.0 for n in range(MOST + 1)}
    for generation, now in enumerate((0.0, STEP)):
        ring.feed(snapshot([part(REQUESTS, **many), part(INSTANCES, **many)], generation))
        ring.step(now)
    service = ring.service(0.0, LIMITS, {})
    given_up = {one.name: one.given_up for one in service.not_known if one.given_up}
    assert given_up["error_rate"] == given_up["throughput"] == (REQUESTS.name,)
    assert given_up["instances"] == (INSTANCES.name,)
    assert service.signals == ()
    assert headline(service).startswith("not known: ")
    ring.feed(snapshot([part(INSTANCES, eu=1.0)], 2))
    ring.step(2 * STEP)
    later = {one.name for one in ring.service(0.0, LIMITS, {}).not_known if one.given_up}
    assert "instances" not in later
    assert "throughput" in later
