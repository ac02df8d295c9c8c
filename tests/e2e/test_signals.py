"""The whole way, from world to query: what Prometheus makes of the page is the truth."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from exporter.catalog.expression import Matcher
from exporter.catalog.model import CloudMonitoring
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import expressions_of, families_in
from exporter.recorder import Recorder
from exporter.settings import Settings
from exporter.simulator.business import business
from exporter.simulator.deployment import REGIONS, Region
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.world import MINUTE, World
from generators.promql import View, render_signal
from generators.selectors import selector
from tests.clocks import HandClock
from tests.e2e.history import Exporter, Recording, record
from tests.e2e.truths import (
    OWN_TRUTHS,
    QUANTILES,
    SHARES,
    TRUTHS,
    Moment,
    bucket,
    latencies,
    requests,
)
from tests.servers import Prometheus, blocks, prometheus, redis

NOON = 1_790_000_040 // 86400 * 86400 + 43200
SIGNAL = {signal.name: signal for signal in SIGNALS}
DRILL = SCENARIOS["drill"]
# Data is up to five minutes old: at the end of an episode the window lies within it.
CALM = {"calm": 29 * MINUTE, "calm again": 239 * MINUTE}
MOMENTS = {
    **{e.incident.name: (e.after + e.minutes) * MINUTE for e in DRILL.episodes},
    **CALM,
}
# By default the first two incidents are lived through, and with --deep all of them.
SOON = 48 * MINUTE
EACH_MOMENT = [
    pytest.param(name, marks=[pytest.mark.deep] if at > SOON else [])
    for name, at in MOMENTS.items()
]
REGIONAL = [name for name in (*TRUTHS, *QUANTILES) if SIGNAL[name].by[0] == "region"]


@pytest.fixture(scope="module")
def recording(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Recording:
    """Return what was scraped during the incidents, one after another."""
    names = {
        family.name
        for name in (*TRUTHS, *QUANTILES)
        for family in families_in(*expressions_of(SIGNAL[name]))
        if isinstance(family.source, CloudMonitoring)
    }
    world = World(start=NOON, scenario=DRILL)
    last = max(MOMENTS.values()) if request.config.getoption("deep") else SOON
    until = NOON + last + 5 * MINUTE
    return record(world, names, tmp_path_factory.mktemp("history"), until)


@pytest.fixture(scope="module")
def server(recording: Recording) -> Iterator[Prometheus]:
    """Run Prometheus on that history."""
    folder = recording.path.parent
    blocks(recording.path, folder / "data")
    with prometheus(folder, "", "--storage.tsdb.retention.time=100y") as found:
        yield found


def moment(recording: Recording, name: str, region: str | None) -> Moment:
    """Return the moment of an incident, or a calm one."""
    world = World(start=NOON, scenario=DRILL)
    return Moment(world, recording, NOON + MOMENTS[name], region)


def asked(server: Prometheus, name: str, at: Moment) -> float | None:
    """Return what Prometheus makes of a signal in five minutes, in a region or in all."""
    only = (Matcher("region", (at.region,)),) if at.region else ()
    split = ("region",) if at.region else ()
    found = server.query(render_signal(SIGNAL[name], View(window="5m", by=split, only=only)), at.at)
    assert len(found) <= 1
    return next(iter(found.values()), None)


def places() -> list[tuple[str, str | None]]:
    """Return every signal, in all and in each region where it has that split."""
    whole: list[tuple[str, str | None]] = [(name, None) for name in (*TRUTHS, *QUANTILES)]
    return whole + [(name, region.name) for name in REGIONAL for region in REGIONS]


def test_every_signal_is_compared() -> None:
    """All 25 signals are looked at: 18 from Google and Redis, seven from inside the application."""
    inside = {
        s.name
        for s in SIGNALS
        if any(f.name[:4] == "app_" for f in families_in(*expressions_of(s)))
    }
    assert inside == {*OWN_TRUTHS, *SHARES, "active_users"}
    assert {signal.name for signal in SIGNALS} - inside == {*TRUTHS, *QUANTILES}
    assert (len(SIGNALS), len(inside)) == (25, 7)


@pytest.mark.parametrize("name", EACH_MOMENT)
def test_signals_are_what_the_world_holds(
    recording: Recording, server: Prometheus, name: str
) -> None:
    """Every signal, rendered and evaluated, is the world's own figure, calm and in an incident."""
    wrong = []
    for signal, region in places():
        at = moment(recording, name, region)
        found = asked(server, signal, at)
        if signal in QUANTILES:
            expected: object = _quantile_bounds(server, signal, at)
            right = _inside(found, expected)
        else:
            expected = TRUTHS[signal](at)
            right = _equal(found, expected)
        if not right:
            wrong.append((signal, region, expected, found))
    assert wrong == []


def _quantile_bounds(server: Prometheus, signal: str, at: Moment) -> tuple[float, float] | None:
    """Return between which exported bounds a quantile lies; None with too few requests."""
    if requests(at) < 100:
        return None
    query = "count by (le) (cloudrun_request_duration_seconds_bucket)"
    found = [dict(labels)["le"] for labels in server.query(query, at.at)]
    bounds = sorted(float(le) for le in found if le != "+Inf")
    return bucket(QUANTILES[signal], latencies(at), bounds)


def _equal(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-12))


def _inside(found: float | None, bounds: object) -> bool:
    if found is None or not isinstance(bounds, tuple):
        return found is bounds
    return bool(bounds[0] <= found <= bounds[1])


@pytest.mark.parametrize("region", [None, *(region.name for region in REGIONS)])
def test_counts_are_exact(recording: Recording, server: Prometheus, region: str | None) -> None:
    """Requests of each class rise by what the world holds, over all that was recorded."""
    times = recording.times
    for code in ("2xx", "4xx", "5xx"):
        matchers = [Matcher("response_code_class", (code,))]
        matchers += [Matcher("region", (region,))] if region else []
        text = selector("cloudrun_requests_total", tuple(matchers))
        first, last = (sum(server.query(f"sum({text})", t).values()) for t in (times[1], times[-1]))
        span = [recording.newest[t]["cloudrun_requests_total"] for t in (times[1], times[-1])]
        world = World(start=NOON, scenario=DRILL)
        truth = sum(
            point.value
            for one in world.series("run.googleapis.com/request_count", "cloud_run_revision", *span)
            if one.metric["response_code_class"] == code
            and region in (None, one.resource["location"])
            for point in one.points
            if isinstance(point.value, int)
        )
        assert truth == last - first


@pytest.mark.parametrize("name", EACH_MOMENT)
def test_signals_from_inside_the_application(
    recording: Recording, server: Prometheus, name: str
) -> None:
    """What the service's own code counted, through the recorder, is what it lived through."""
    wrong = []
    for signal, truth in OWN_TRUTHS.items():
        for region in (None, *(region.name for region in REGIONS)):
            at = moment(recording, name, region)
            expected, found = truth(at), asked(server, signal, at)
            if not _equal(found, expected):
                wrong.append((signal, region, expected, found))
    for signal, truths in SHARES.items():
        at = moment(recording, name, None)
        shares = server.query(render_signal(SIGNAL[signal], View(window="5m")), at.at)
        found_shares = {labels[0][1]: value for labels, value in shares.items()}
        expected_shares = {n: truth(at) for n, truth in truths.items() if truth(at) is not None}
        if found_shares != pytest.approx(expected_shares, rel=1e-9, abs=1e-12):
            wrong.append((signal, None, expected_shares, found_shares))
    assert wrong == []


def test_active_users_are_estimated(tmp_path: Path) -> None:
    """Users of the last five minutes are right within 3 %, in each region.

    Redis counts them by its own clock, which cannot be set: five minutes of the world are now.
    """
    world = World(start=NOON)
    with redis(tmp_path) as server:
        expected = {region.name: _seen(server.port, world, region) for region in REGIONS}
        found = _active(tmp_path, server.port)
    for region, number in expected.items():
        assert found[region] == pytest.approx(number, rel=0.03, abs=2)
        assert number > 100


def _seen(port: int, world: World, region: Region) -> int:
    """Record the users of five minutes of a region; return how many there are."""
    recorder = Recorder(
        f"redis://127.0.0.1:{port}",
        application=World.project,
        region=region.name,
        registry=CollectorRegistry(),
    )
    first = int(NOON // MINUTE)
    users = {u for m in range(first, first + 5) for u in business(world.traffic, region, m).users}
    for user in users:
        recorder.users.add(user)
    assert recorder.flush()
    return len(users)


def _active(folder: Path, port: int) -> dict[str, float]:
    """Return the users of the last five minutes by region, as an exporter shows them."""
    target = {"name": "metrics", "url": f"redis://127.0.0.1:{port}", "collect": False}
    settings = Settings.model_validate(
        {
            "redis": {"targets": [target]},
            "application": {"redis": "metrics", "name": World.project},
        }
    )
    exporter = Exporter(settings, HandClock(NOON), folder / "state")

    async def read() -> str:
        await exporter.poll()
        page = exporter.page()
        await exporter.close()
        return page

    pattern = r'app_active_users\{region="([^"]+)",window="5m"\} (\S+)'
    return {region: float(value) for region, value in re.findall(pattern, asyncio.run(read()))}
