"""The page of an application: one round trip, and totals that survive an emptied Redis."""

import asyncio
import threading
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge
from redis.cluster import ClusterNode, RedisCluster

from exporter.application.memory import Memory
from exporter.catalog import own_application
from exporter.clock import WallClock
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.collectors.application import ApplicationCollector, ApplicationPoll, ApplicationTarget
from exporter.collectors.marks_store import MarksStore
from exporter.errors import PollError, Reason
from exporter.recorder import Recorder
from exporter.redis.target import RedisTarget
from exporter.telemetry import Telemetry
from tests import servers
from tests.exporter.recorder.proxy import proxy
from tests.exporter.recorder.reading import Exporter, page, recorder

NAME = "app_c_total"
WRITES = (
    *("~ionmon:*", "+evalsha", "+eval", "+script|load", "+time", "+hget", "+hmget", "+hlen"),
    *("+hset", "+hsetnx", "+hexists", "+del", "+hincrbyfloat", "+hincrby", "+hdel", "+zadd"),
    *("+zscore", "+sadd", "+pfadd", "+expire"),
)
READS = (
    *("~ionmon:*", "+multi", "+exec", "+time", "+hgetall", "+zrange", "+smembers", "+pfcount"),
    *("+eval", "+hmget", "+hset", "+hincrbyfloat", "+hincrby", "+hsetnx", "+hdel"),
    "+memory|usage",
    *("+zrangebyscore", "+zrem"),
)


def counter(of: Recorder) -> Counter:
    """Return a counter in a recorder's registry."""
    return Counter("c", "Counted.", registry=of.registry)


def test_an_emptied_redis_is_filled_again(tmp_path: Path) -> None:
    """Totals go on where they were, created stays, and the next exporter shows the same."""
    with servers.redis(tmp_path) as server:
        flushing, other = recorder(server, region="a"), recorder(server, region="a")
        counted = counter(flushing)
        counted.inc(5)
        counter(other).inc(10)
        assert flushing.flush()
        assert other.flush()
        exporter = Exporter(server.port)
        shown, begun = [exporter.total(NAME)], exporter.created(NAME)
        counted.inc(2)
        assert flushing.flush()
        server.cli("FLUSHALL")
        shown.append(exporter.total(NAME))
        counted.inc(4)
        assert not flushing.flush()
        shown.append(exporter.total(NAME))
        assert flushing.flush()
        shown.append(exporter.total(NAME))
        assert (shown, exporter.created(NAME)) == ([15, 15, 15, 21], begun)
        exporter.close()
        assert page(server)[NAME] == {("a",): 21}
        again = Exporter(server.port)
        assert again.created(NAME) == begun
        again.close()


def test_a_young_instance_counts_beside_what_is_filled_in(tmp_path: Path) -> None:
    """What was counted into the emptied Redis before the exporter came is not lost."""
    with servers.redis(tmp_path) as server:
        old, young = recorder(server), recorder(server)
        counter(old).inc(5)
        assert old.flush()
        exporter = Exporter(server.port)
        assert exporter.total(NAME) == 5
        server.cli("FLUSHALL")
        counter(young).inc(3)
        assert young.flush()
        assert exporter.total(NAME) == 8
        assert old.flush()
        assert exporter.total(NAME) == 8
        exporter.close()


def test_thousands_of_series_are_one_round_trip(tmp_path: Path) -> None:
    """However many series, regions and instances: a poll asks once and reads the answer."""
    with servers.redis(tmp_path) as server, proxy(server) as between:
        for region in ("a", "b", "c"):
            flushing = recorder(server, region=region)
            counted = Counter("c", "C.", ["n"], registry=flushing.registry)
            for number in range(1000):
                counted.labels(str(number)).inc()
            flushing.users.add("u")
            assert flushing.flush()
        exporter = Exporter(between.port)
        exporter.page()
        before, trips = server.info("total_commands_processed"), between.trips
        found = {p.family.name: len(p.samples) for p in exporter.read().parts}
        asked = int(server.info("total_commands_processed")) - int(before)
        exporter.close()
    assert found == {NAME: 3000, "app_active_users": 9}
    assert between.trips - trips == 1
    assert (
        asked == 1 + 22
    )  # INFO itself; MULTI, TIME, EXEC, 5 keys; 12 looks, one note, in a script


def test_own_metrics(tmp_path: Path) -> None:
    """Living instances, bytes, lag and what instances dropped are told of each application."""
    with servers.redis(tmp_path) as server:
        first, second = recorder(server), recorder(server)
        gauge = Gauge("g", "G.", ["n"], registry=first.registry)
        for number in range(2_003):
            gauge.labels(str(number))
        assert first.flush()
        counter(second).inc()
        assert second.flush()
        exporter = Exporter(server.port)
        exporter.page()
        exporter.close()
        told = exporter.telemetry
    assert told.value(own_application.INSTANCES, ("shop",)) == 2
    assert told.value(own_application.DROPPED, ("shop",)) == 3
    assert told.value(own_application.BYTES, ("shop",)) > 2_000
    assert 0 <= told.value(own_application.LAG, ("shop",)) < 60


def test_instances_that_are_long_silent_are_forgotten(tmp_path: Path) -> None:
    """After a day their numbers and gauges leave Redis; their counts stay."""
    with servers.redis(tmp_path) as server:
        gone, living = recorder(server), recorder(server)
        for each in (gone, living):
            counter(each).inc()
            Gauge("g", "G.", registry=each.registry).set(1)
            assert each.flush()
        server.cli("ZADD", "ionmon:2:{shop}:seen", "1000", gone.instance)
        exporter = Exporter(server.port)
        exporter.poll._cleaned = 0.0
        assert exporter.total(NAME) == 2
        exporter.close()
        left = [server.cli("HKEYS", f"ionmon:2:{{shop}}:{name}") for name in ("seqs", "gauges")]
        assert set(left[0].split()) == {living.instance, "~"}
        levels = [gauge.split("\x1f")[:2] for gauge in left[1].split("\n")]
        assert levels == [[living.instance, "g"]]
        assert server.cli("ZRANGE", "ionmon:2:{shop}:seen", "0", "-1") == living.instance


def test_least_rights(tmp_path: Path) -> None:
    """The application's user and the exporter's need no more than these commands on these keys."""
    with servers.redis(tmp_path) as server:
        for user, rights in (("app", WRITES), ("exporter", READS)):
            assert server.cli("ACL", "SETUSER", user, "on", ">pw", *rights) == "OK"
        url = f"redis://app:pw@127.0.0.1:{server.port}"
        flushing = Recorder(url, application="shop", registry=CollectorRegistry(), interval=3600)
        counted = counter(flushing)
        counted.inc(5)
        flushing.users.add("u")
        assert flushing.start().flush()
        password = tmp_path / "password"
        password.write_text("pw")
        exporter = Exporter(server.port, username="exporter", password_file=password)
        assert exporter.total(NAME) == 5
        server.cli("FLUSHALL")
        counted.inc()
        assert not flushing.flush()
        exporter.poll._cleaned = 0.0
        assert exporter.total(NAME) == 5
        assert flushing.stop()
        assert exporter.total(NAME) == 6
        exporter.close()
        server.cli("ACL", "SETUSER", "exporter", "-hgetall")
        poor = Exporter(server.port, username="exporter", password_file=password)
        with pytest.raises(PollError, match="grant the user the application's keys") as caught:
            poor.read()
        assert caught.value.reason is Reason.PERMISSION
        poor.close()
        assert "NOPERM" not in server.cli("ACL", "LOG", "RESET")


def test_a_cluster(tmp_path: Path) -> None:
    """The recorder's client is a cluster's; the exporter finds the node that has the keys."""
    with servers.redis_cluster(tmp_path) as nodes:
        start = [ClusterNode("127.0.0.1", node.port) for node in nodes]
        client = RedisCluster(startup_nodes=start)
        flushing = Recorder(client, application="shop", registry=CollectorRegistry())
        counted = counter(flushing)
        counted.inc(5)
        flushing.users.add("u")
        assert flushing.flush()
        for node in nodes:
            exporter = Exporter(node.port, mode="cluster")
            found = exporter.page()
            exporter.close()
            assert found[NAME] == {("",): 5}
            assert set(found["app_active_users"].values()) == {1}
        flushing.start()
        assert flushing.stop()
        client.close()


def test_sentinels(tmp_path: Path) -> None:
    """The exporter asks the sentinels, one after the other, for the primary."""
    with servers.redis(tmp_path) as server, servers.sentinel(tmp_path, server) as watching:
        flushing = recorder(server)
        counter(flushing).inc(5)
        assert flushing.flush()
        url = f"redis://127.0.0.1:{servers.free_port()},127.0.0.1:{watching.port}"
        exporter = Exporter(0, url=url, mode="sentinel", sentinel_master="cache")
        assert exporter.total(NAME) == 5
        exporter.close()
        other = Exporter(0, url=url, mode="sentinel", sentinel_master="none")
        with pytest.raises(PollError, match="no sentinel names a primary of 'none'"):
            other.read()
        other.close()


def test_redis_that_is_not_there(tmp_path: Path) -> None:
    """Away it is unavailable, silent it is late; when it is back the same exporter reads on."""
    port = servers.free_port()
    exporter = Exporter(port)
    with pytest.raises(PollError) as caught:
        exporter.read()
    assert caught.value.reason is Reason.UNAVAILABLE
    with servers.redis(tmp_path, port=port) as server:
        assert exporter.page() == {"app_active_users": {}}
        flushing = recorder(server)
        counter(flushing).inc(5)
        assert flushing.flush()
        assert exporter.total(NAME) == 5
    exporter.close()


def test_a_poll_ends_after_the_write_that_is_under_way(tmp_path: Path) -> None:
    """At a reload the next poll goes on with the same memory: no thread may still read it."""
    entered, released = threading.Event(), threading.Event()

    class Slow(MarksStore):
        """A store whose disk hangs."""

        def save(self, application: str, memory: Memory) -> None:
            """Write once it is released."""
            entered.set()
            assert released.wait(30)
            super().save(application, memory)

    async def main(port: int) -> bool:
        redis = RedisTarget(name="metrics", url=f"redis://127.0.0.1:{port}", timeout=5.0)
        target, clock = ApplicationTarget(name="shop", redis=redis), WallClock()
        store = Slow(SqliteStore(tmp_path / "state.sqlite"))
        poll = ApplicationPoll(target, clock, Telemetry(0.0), lambda *_: True, store=store)
        running = asyncio.create_task(poll.run())
        await asyncio.to_thread(entered.wait, 30)
        running.cancel()
        await asyncio.wait({running})
        closing = asyncio.create_task(poll.close())
        early, _ = await asyncio.wait({closing}, timeout=0.2)
        released.set()
        await closing
        return not early

    with servers.redis(tmp_path) as server:
        assert asyncio.run(main(server.port))


def test_no_application_is_no_poll() -> None:
    """Without a target the collector reads nothing."""
    collector = ApplicationCollector(None, WallClock(), Telemetry(0.0), lambda _since, _now: True)
    assert collector.polls() == ()
    asyncio.run(collector.close())
