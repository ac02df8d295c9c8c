"""What recording costs an application, and what reading very many instances costs the exporter."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis as redis_client
from prometheus_client import CollectorRegistry, Counter

from benchmarks.row import Row, ms, percentile
from exporter.clock import WallClock
from exporter.collectors.application import ApplicationPoll, ApplicationTarget
from exporter.exposition.exposition import Exposition, Format
from exporter.exposition.snapshot import snapshot
from exporter.recorder import Recorder
from exporter.recorder.layout import MOST_FIELDS, SEPARATOR, Shape, family_field, field, keys
from exporter.redis.target import RedisTarget
from exporter.telemetry import Telemetry
from tests.servers import Redis, redis

INCREMENTS, ROUNDS = 200_000, 15
INSTANCES, SERIES = 200, 200
POLLS, LAGS = 50, 40
MOST, LAG = 1.05, 3.0
METRICS, CHILDREN, CHANGED, LESS = 50, 2_000, 100, 10.0
READS, FIELDS_A_CALL, PATIENCE = 5, 10_000, 120.0
BEFORE = 3.0  # seconds, on the machine of the other figures


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with tempfile.TemporaryDirectory() as name, redis(Path(name)) as server:
        yield _increments(server)
        yield from _flushes(server)
        yield _many_children(server)
        yield asyncio.run(_polls(server))
        yield asyncio.run(_full(server))
        yield asyncio.run(_lag(server))


def _client(server: Redis) -> Any:  # noqa: ANN401 - redis-py's stubs refuse mappings of str
    return redis_client.Redis(port=server.port)


def _url(server: Redis) -> str:
    return f"redis://127.0.0.1:{server.port}"


def _increments(server: Redis) -> Row:
    """Compare increments with a recorder that flushes every second, and without, in turn."""
    bare, recorded = _counter(CollectorRegistry()), _counter(registry := CollectorRegistry())
    recorder = Recorder(_url(server), application="cost", registry=registry).start()
    pairs = [(_time(bare), _time(recorded)) for _ in range(ROUNDS)]
    recorder.stop()
    ratio = percentile([b / a for a, b in pairs], 0.5)
    ours, theirs = (percentile([pair[i] for pair in pairs], 0.5) / INCREMENTS for i in (1, 0))
    figure, against = f"{ours * 1e9:.0f} ns", f"{theirs * 1e9:.0f} ns without: {ratio:.3f} times"
    return Row(
        what="an increment with the recorder",
        figure=figure,
        baseline=against,
        reach=f"{MOST} times",
        met=ratio <= MOST,
    )


def _counter(registry: CollectorRegistry) -> Counter:
    return Counter("events", "Events.", registry=registry)


def _time(counter: Counter) -> float:
    begun = time.perf_counter()
    for _ in range(INCREMENTS):
        counter.inc()
    return time.perf_counter() - begun


def _flushes(server: Redis) -> Iterator[Row]:
    """Measure a flush in which every one of 200 series changed."""
    registry = CollectorRegistry()
    counter = _wide(registry)
    recorder = Recorder(_url(server), application="flush", registry=registry)
    recorder.flush()
    before, busy = int(server.info("total_net_input_bytes")), _busy(server)
    ran, taken = int(server.info("total_commands_processed")), []
    for _ in range(POLLS):
        _touch(counter)
        begun = time.perf_counter()
        recorder.flush()
        taken.append(time.perf_counter() - begun)
    sent = (int(server.info("total_net_input_bytes")) - before) / POLLS
    used = (_busy(server) - busy) / POLLS
    ran = int(server.info("total_commands_processed")) - ran
    what = f"a flush of {SERIES} changed series"
    yield Row(
        what=what,
        figure=f"{ms(percentile(taken, 0.5))}, {sent:,.0f} bytes, 1 command",
        baseline="",
        reach="",
        met=True,
    )
    yield Row(
        what=f"what a recorder costs a Redis: {SERIES} changed series, a flush a second",
        figure=f"{used * 100:.2f} % of a core, {ran / POLLS:.0f} commands a second",
        baseline="with those that the script runs",
        reach="",
        met=True,
    )


def _busy(server: Redis) -> float:
    """Return the CPU seconds that the server has used."""
    return float(server.info("used_cpu_user")) + float(server.info("used_cpu_sys"))


def _many_children(server: Redis) -> Row:
    """Compare the CPU of a flush with that of collecting, where few of very many children changed.

    A recorder that reads a registry through collect() pays at least the latter at each flush.
    """
    registry = CollectorRegistry()
    metrics = [Counter(f"m{n}", "M.", ["child"], registry=registry) for n in range(METRICS)]
    for metric in metrics:
        for child in range(CHILDREN):
            metric.labels(str(child))
    recorder = Recorder(_url(server), application="wide", registry=registry, timeout=60)
    if not recorder.flush():
        raise SystemExit("the first flush failed")
    ours, theirs = [], []
    for number in range(7):
        for changed in range(CHANGED):
            metrics[changed % METRICS].labels(str(number * CHANGED + changed)).inc()
        begun = time.process_time()
        recorder.flush()
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        _collect(registry)
        theirs.append(time.process_time() - begun)
    ratio = percentile(theirs, 0.5) / percentile(ours, 0.5)
    return Row(
        what=f"CPU of a flush, {CHANGED} of {METRICS * CHILDREN:,} children changed",
        figure=ms(percentile(ours, 0.5)),
        baseline=f"{ms(percentile(theirs, 0.5))} to collect: {ratio:.0f} times",
        reach=f"{LESS:.0f} times less",
        met=ratio >= LESS,
    )


def _collect(registry: CollectorRegistry) -> int:
    return sum(len(metric.samples) for metric in registry.collect())


def _wide(registry: CollectorRegistry) -> Counter:
    return Counter("requests", "Requests.", ["endpoint", "code"], registry=registry)


def _touch(counter: Counter) -> None:
    for number in range(SERIES):
        counter.labels(f"/endpoint-{number // 4}", f"{number % 4 + 2}xx").inc()


async def _polls(server: Redis) -> Row:
    """Measure reading, merging and encoding what very many instances wrote."""
    for _ in range(INSTANCES):
        counter = _wide(registry := CollectorRegistry())
        _touch(counter)
        Recorder(_url(server), application="many", registry=registry).flush()
    poll = _poll(server, "many")
    exposition, taken = Exposition(), []
    for _ in range(POLLS):
        begun = time.perf_counter()
        delivery = await poll.run()
        exposition.body(snapshot(delivery.parts, 1).families, Format.TEXT, gzip=True)
        taken.append(time.perf_counter() - begun)
    await poll.close()
    what = f"reading {INSTANCES} instances of {SERIES} series, to the page"
    return Row(what=what, figure=ms(percentile(taken, 0.5)), baseline="", reach="", met=True)


async def _full(server: Redis) -> Row:
    """Measure the CPU time of a read of as many fields as an application may have."""
    shape = Shape(type="counter", help="C.", labels=("n",))
    names, client = keys("full"), _client(server)
    described = SEPARATOR.join(("1", shape.written()))
    client.hset(names.meta, mapping={"epoch": "e", "created": "1"})
    client.hset(names.families, family_field("c_total", shape.digest), described)
    for start in range(0, MOST_FIELDS, FIELDS_A_CALL):
        numbers = range(start, start + FIELDS_A_CALL)
        fields = {field("c_total", shape.digest, "", (str(n),)): "1" for n in numbers}
        client.hset(names.totals, mapping=fields)
    poll, taken = _poll(server, "full"), []
    await poll.run()
    for _ in range(READS):
        begun = time.process_time()
        await poll.run()
        taken.append(time.process_time() - begun)
    await poll.close()
    client.flushdb()
    return Row(
        what=f"reading {MOST_FIELDS:,} fields of one application, CPU",
        figure=f"{percentile(taken, 0.5):.2f} s",
        baseline=f"{BEFORE:.1f} s before layout version 2",
        reach="",
        met=True,
    )


def _poll(server: Redis, name: str) -> ApplicationPoll:
    redis_target = RedisTarget(name="metrics", url=_url(server), timeout=PATIENCE)
    target = ApplicationTarget(name=name, redis=redis_target)
    return ApplicationPoll(target, WallClock(), Telemetry(0.0), lambda _since, _now: True)


async def _lag(server: Redis) -> Row:
    """Measure from an increment to a reading that holds it, with a flush and a poll a second."""
    counter = _counter(registry := CollectorRegistry())
    recorder = Recorder(_url(server), application="lag", registry=registry).start()
    poll, lags = _poll(server, "lag"), []
    due = time.perf_counter()
    for number in range(1, LAGS + 1):
        counter.inc()
        begun = time.perf_counter()
        await asyncio.sleep(0.037 * (number % 27))
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            due = time.perf_counter() + 1.0
            delivery = await poll.run()
            values = [s.value for p in delivery.parts for s in p.samples]
            if values and values[-1] == number:
                break
        lags.append(time.perf_counter() - begun)
    await poll.close()
    await asyncio.to_thread(recorder.stop)
    p99 = percentile(lags, 0.99)
    what = "from an increment to the page, a flush and a poll a second, p99"
    return Row(what=what, figure=f"{p99:.2f} s", baseline="", reach=f"{LAG:.0f} s", met=p99 < LAG)
