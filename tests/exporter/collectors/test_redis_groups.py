"""Clusters and sentinels' groups are found from real servers, and followed as they change."""

import asyncio
from dataclasses import replace
from pathlib import Path

from exporter.clock import WallClock
from exporter.collectors.redis import RedisCollector
from tests import servers
from tests.exporter.collectors.test_redis import at, complaints, node, polled, up, values


def test_sentinels_name_primary_and_replicas_and_follow_a_failover(tmp_path: Path) -> None:
    """The target keeps its name while its primary moves; the dead one is shown as down."""
    with (
        servers.redis(tmp_path) as one,
        servers.redis(tmp_path, "--replicaof", f"127.0.0.1 {one.port}") as two,
        servers.sentinel(tmp_path, one) as watcher,
    ):
        servers.wait_until(lambda: "slaves=1" in watcher.info("master0"), "a known replica")
        servers.wait_until(lambda: two.info("master_link_status") == "up", "a linked replica")
        url = f"redis://127.0.0.1:{servers.free_port()},127.0.0.1:{watcher.port}"
        target = replace(at(1), url=url, mode="sentinel", sentinel_master="cache")
        delivery = polled(target, times=2)
        dead = url.removeprefix("redis://").split(",", maxsplit=1)[0]
        expected = {dead: 0.0, node(watcher): 1.0, node(one): 1.0, node(two): 1.0}
        assert up(delivery) == expected
        assert values(delivery, "redis_sentinel_masters") == {(node(watcher),): 1.0}
        state = (node(watcher), "cache", "ok")
        assert values(delivery, "redis_sentinel_master_status") == {state: 1.0}
        clients = values(delivery, "redis_connected_clients")
        assert set(clients) == {(node(one),), (node(two),)}
        assert complaints(delivery) == ""
        one.kill()
        servers.wait_until(lambda: two.info("role") == "master", "a failover")
        servers.wait_until(lambda: str(two.port) in watcher.info("master0"), "its announcement")
        assert up(polled(target)) == expected | {node(one): 0.0}


def test_an_unknown_master_says_which_key_to_check(tmp_path: Path) -> None:
    """The sentinel is up, and what it does not know is named."""
    with servers.redis(tmp_path) as one, servers.sentinel(tmp_path, one) as watcher:
        target = replace(at(watcher.port), mode="sentinel", sentinel_master="other")
        delivery = polled(target)
        assert up(delivery) == {node(watcher): 1.0}
        assert "check sentinel_master" in delivery.notes[0]


def test_a_cluster_is_found_from_one_node_and_a_dead_node_costs_itself(tmp_path: Path) -> None:
    """Any name of any node leads to all, each once, by the address that the cluster gives it."""

    async def main(nodes: list[servers.Redis]) -> None:
        url = f"redis://localhost:{nodes[0].port}"
        collector = RedisCollector([replace(at(1), url=url, mode="cluster")], WallClock())
        [poll] = collector.polls()
        whole = await poll.run()
        assert up(whole) == {node(server): 1.0 for server in nodes}
        assert whole.notes == ()
        assert set(values(whole, "redis_cluster_state").values()) == {1.0}
        assert complaints(whole) == ""
        nodes[0].kill()
        part = await poll.run()
        assert up(part) == {node(server): float(server is not nodes[0]) for server in nodes}
        assert [note.split(": ")[0] for note in part.notes] == [node(nodes[0])]
        again = await poll.run()
        assert up(again) == up(part)
        await collector.close()

    with servers.redis_cluster(tmp_path) as nodes:
        asyncio.run(main(nodes))


def test_a_node_that_left_the_cluster_leaves_the_page(tmp_path: Path) -> None:
    """A node that was reset knows itself alone; what the others say counts."""

    async def main(nodes: list[servers.Redis]) -> None:
        gone, *left = sorted(nodes, key=lambda server: server.port)
        collector = RedisCollector([replace(at(gone.port), mode="cluster")], WallClock())
        [poll] = collector.polls()
        assert len(up(await poll.run())) == 3
        identity = gone.cli("CLUSTER", "MYID")
        gone.cli("CLUSTER", "RESET", "HARD")
        for server in left:
            server.cli("CLUSTER", "FORGET", identity)
        assert up(await poll.run()) == {node(server): 1.0 for server in left}
        await collector.close()

    with servers.redis_cluster(tmp_path) as nodes:
        asyncio.run(main(nodes))
