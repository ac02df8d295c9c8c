"""Targets of every kind are read from real servers, and a fault costs no more than its server."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from exporter.catalog.model import Type
from exporter.clock import WallClock
from exporter.collectors.base import Delivery
from exporter.collectors.redis import RedisCollector
from exporter.redis.client import RedisTarget
from tests import servers
from tests.clocks import HandClock

Values = dict[tuple[str, ...], float]


def at(port: int, name: str = "cache") -> RedisTarget:
    """Return a standalone target on a port, with time enough for a slow machine."""
    return RedisTarget(name=name, url=f"redis://127.0.0.1:{port}", timeout=20.0)


def polled(target: RedisTarget, times: int = 1) -> Delivery:
    """Return the last of some deliveries of one target."""

    async def main() -> Delivery:
        collector = RedisCollector([target], WallClock())
        for _ in range(times):
            delivery = await collector.polls()[0].run()
        await collector.close()
        return delivery

    return asyncio.run(main())


def values(delivery: Delivery, name: str) -> Values:
    """Return a family's values by its labels after the target's name."""
    return {
        sample.labels[1:]: sample.value
        for part in delivery.parts
        if part.family.name == name
        for sample in part.samples
        if isinstance(sample.value, float)
    }


def up(delivery: Delivery) -> dict[str, float]:
    """Return redis_up by node."""
    return {node: value for (node,), value in values(delivery, "redis_up").items()}


def node(server: servers.Redis) -> str:
    """Return the label redis_node of a server."""
    return f"127.0.0.1:{server.port}"


def page(delivery: Delivery) -> str:
    """Write a delivery in the text format, plainly."""
    lines = []
    for part in delivery.parts:
        family = part.family
        kind = "gauge" if family.type is Type.INFO else family.type
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {kind}"]
        for sample in part.samples:
            pairs = zip(family.label_names, sample.labels, strict=True)
            labels = ",".join(f'{name}="{value}"' for name, value in pairs)
            lines.append(f"{family.name}{{{labels}}} {sample.value!r}")
    return "\n".join([*lines, ""])


def complaints(delivery: Delivery) -> str:
    """Return what promtool says of a delivery's page: nothing where all is well."""
    done = subprocess.run(
        ["promtool", "check", "metrics"],
        input=page(delivery),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_single_server_is_delivered_whole(tmp_path: Path) -> None:
    """Counts are the server's own, and promtool has nothing to say of the page."""
    with servers.redis(tmp_path, "--maxmemory", "100mb") as server:
        server.cli("SET", "a", "1", "EX", "100")
        server.cli("GET", "a")
        server.cli("GET", "b")
        server.cli("NONSENSE")
        delivery = polled(at(server.port), times=2)
        assert values(delivery, "redis_keyspace_hits_total") == {(node(server),): 1.0}
        assert values(delivery, "redis_keyspace_misses_total") == {(node(server),): 1.0}
        assert values(delivery, "redis_memory_max_bytes") == {(node(server),): 100 * 2.0**20}
        assert values(delivery, "redis_commands_total")[node(server), "get"] == 2.0
        assert values(delivery, "redis_errors_total") == {(node(server), "ERR"): 1.0}
        assert values(delivery, "redis_db_keys_expiring") == {(node(server), "db0"): 1.0}
    assert delivery.notes == ()
    assert {s.labels[0] for part in delivery.parts for s in part.samples} == {"cache"}
    assert complaints(delivery) == ""


def test_values_live_three_intervals_and_at_least_a_minute(tmp_path: Path) -> None:
    """One missed poll takes nothing off the page."""

    async def expiries(target: RedisTarget) -> tuple[float, float | None]:
        collector = RedisCollector([target], HandClock(1000.0))
        delivery = await collector.polls()[0].run()
        await collector.close()
        return delivery.expires, delivery.data_time

    with servers.redis(tmp_path) as server:
        assert asyncio.run(expiries(at(server.port))) == (1060.0, 1000.0)
        slow = replace(at(server.port), interval=60.0)
        assert asyncio.run(expiries(slow)) == (1180.0, 1000.0)


def test_polls_are_due_at_once_and_then_apart(tmp_path: Path) -> None:
    """Targets start together, spread out after the first poll, and keep their interval."""

    async def main(port: int) -> None:
        clock = HandClock(1000.0)
        collector = RedisCollector([at(port, name) for name in "abcdefgh"], clock)
        polls = collector.polls()
        assert {poll.due() for poll in polls} == {1000.0}
        for poll in polls:
            await poll.run()
        second = [poll.due() for poll in polls]
        assert len(set(second)) == len(polls)
        assert all(1007.5 <= due < 1022.5 for due in second)
        for poll in polls:
            clock.time = poll.due()
            await poll.run()
        assert [poll.due() for poll in polls] == [due + 15.0 for due in second]
        clock.time = 5000.0
        await polls[0].run()
        assert polls[0].due() == 5000.0
        await collector.close()

    with servers.redis(tmp_path) as server:
        asyncio.run(main(server.port))


def test_a_replica_tells_of_its_link_and_the_primary_of_its_replica(tmp_path: Path) -> None:
    """Both ends of replication are there, whichever one is a target."""
    with (
        servers.redis(tmp_path) as primary,
        servers.redis(tmp_path, "--replicaof", f"127.0.0.1 {primary.port}") as replica,
    ):
        servers.wait_until(lambda: replica.info("master_link_status") == "up", "a linked replica")
        servers.wait_until(lambda: "state=online" in primary.info("slave0"), "a replica online")
        one, other = polled(at(primary.port)), polled(at(replica.port))
        followed = (node(replica), "127.0.0.1", str(primary.port), "1")
        assert values(other, "redis_slave_info") == {followed: 1.0}
        assert values(other, "redis_master_link_up") == {(node(replica),): 1.0}
        assert values(one, "redis_connected_slaves") == {(node(primary),): 1.0}
        acknowledged = (node(primary), "127.0.0.1", str(replica.port), "online")
        assert acknowledged in values(one, "redis_connected_slave_lag_seconds")
        assert complaints(one) + complaints(other) == ""
        primary.kill()
        servers.wait_until(lambda: replica.info("master_link_status") == "down", "a lost link")
        assert values(polled(at(replica.port)), "redis_master_link_up") == {(node(replica),): 0.0}


def test_a_dead_server_is_down_on_the_page_and_named(tmp_path: Path) -> None:
    """When it is back it is up again, without a restart of the exporter."""

    async def main(port: int) -> None:
        collector = RedisCollector([at(port)], WallClock())
        [poll] = collector.polls()
        with servers.redis(tmp_path, port=port) as server:
            assert up(await poll.run()) == {node(server): 1.0}
            server.kill()
            dead = await poll.run()
        assert up(dead) == {f"127.0.0.1:{port}": 0.0}
        assert [part.family.name for part in dead.parts] == ["redis_up"]
        assert dead.notes[0].startswith(f"127.0.0.1:{port}: unavailable: ")
        with servers.redis(tmp_path, port=port):
            assert up(await poll.run()) == {f"127.0.0.1:{port}": 1.0}
        await collector.close()

    asyncio.run(main(servers.free_port()))


def test_a_wrong_password_is_a_note_without_the_password(tmp_path: Path) -> None:
    """Who reads the landing page learns what to mend, and no secret."""
    file = tmp_path / "password"
    file.write_text("canary-secret")
    with servers.redis(tmp_path, "--requirepass", "right") as server:
        delivery = polled(replace(at(server.port), password_file=file))
    assert up(delivery) == {f"127.0.0.1:{server.port}": 0.0}
    assert "credentials: the server refused the user or password" in delivery.notes[0]
    assert "canary" not in repr(delivery)


@asynccontextmanager
async def deaf_server() -> AsyncIterator[int]:
    """Accept connections on a port and never answer."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


def test_hung_targets_delay_no_other(tmp_path: Path) -> None:
    """Of 200 targets 50 accept and never answer; the 150 others are delivered meanwhile."""

    async def main(port: int) -> None:
        async with deaf_server() as deaf:
            ports = [deaf if n % 4 == 0 else port for n in range(200)]
            targets = [replace(at(p, f"t{n}"), timeout=600.0) for n, p in enumerate(ports)]
            collector = RedisCollector(targets, WallClock())
            tasks = [asyncio.ensure_future(poll.run()) for poll in collector.polls()]
            hung, well = tasks[::4], [task for n, task in enumerate(tasks) if n % 4]
            deliveries = await asyncio.gather(*well)
            assert [set(up(delivery).values()) for delivery in deliveries] == [{1.0}] * 150
            assert [task.done() for task in hung] == [False] * 50
            for task in hung:
                task.cancel()
            await asyncio.gather(*hung, return_exceptions=True)
            await collector.close()

    with servers.redis(tmp_path) as server:
        asyncio.run(main(server.port))


def test_a_server_that_never_answers_ends_at_the_deadline() -> None:
    """The deadline is the target's own, and the note says how to mend it."""

    async def main() -> Delivery:
        async with deaf_server() as deaf:
            collector = RedisCollector([replace(at(deaf), timeout=0.05)], WallClock())
            delivery = await collector.polls()[0].run()
            await collector.close()
        return delivery

    delivery = asyncio.run(main())
    assert set(up(delivery).values()) == {0.0}
    assert "deadline: no reply within 0.05 s" in delivery.notes[0]
