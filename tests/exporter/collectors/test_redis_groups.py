"""Clusters and sentinels' groups are found from real servers, and followed as they change."""

import asyncio
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from exporter.clock import WallClock
from exporter.collectors.redis import LEFT_OUT_AFTER, RedisCollector
from tests import servers
from tests.clocks import HandClock
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


def secret(home: Path, name: str, text: str) -> Path:
    """Return a file with a password."""
    file = home / name
    file.write_text(f"{text}\n")
    file.chmod(0o600)
    return file


def test_sentinels_have_a_password_of_their_own(tmp_path: Path) -> None:
    """They get their own user and password; what they refuse is named with the key to fix."""
    data = ("--requirepass", "data", "--masterauth", "data")
    acl = "user watcher on >own +info +sentinel|get-master-addr-by-name +sentinel|replicas"
    lines = (
        "requirepass other",
        f"{acl} +sentinel|sentinels",
        "sentinel auth-pass cache data",
    )
    with (
        servers.redis(tmp_path, *data, login=("-a", "data")) as one,
        servers.sentinel(tmp_path, one, *lines, login=("-a", "other")) as watcher,
    ):
        target = replace(
            at(watcher.port),
            mode="sentinel",
            sentinel_master="cache",
            password_file=secret(tmp_path, "data", "data"),
        )
        [fault] = polled(target).notes
        text = "credentials: the sentinel requires another password, set sentinel_password_file"
        assert fault == f"{node(watcher)}: {text}"
        wrong = replace(target, sentinel_password_file=secret(tmp_path, "wrong", "data"))
        [fault] = polled(wrong).notes
        assert "the sentinel refused the user or password, check sentinel_username" in fault
        for username, password in (("watcher", "own"), (None, "other")):
            file = secret(tmp_path, password, password)
            right = replace(target, sentinel_username=username, sentinel_password_file=file)
            delivery = polled(right)
            assert (up(delivery), delivery.notes) == ({node(watcher): 1.0, node(one): 1.0}, ())


def test_a_sentinel_user_with_too_few_rights_says_what_to_grant(tmp_path: Path) -> None:
    """A primary without its replicas is no topology: the rights that are missing are named."""
    line = "user watcher on >own +info +sentinel|get-master-addr-by-name"
    with servers.redis(tmp_path) as one, servers.sentinel(tmp_path, one, line) as watcher:
        target = replace(
            at(watcher.port),
            mode="sentinel",
            sentinel_master="cache",
            sentinel_username="watcher",
            sentinel_password_file=secret(tmp_path, "own", "own"),
        )
        [fault] = polled(target).notes
    assert "grant +sentinel|get-master-addr-by-name +sentinel|replicas" in fault


@pytest.mark.deep
def test_a_replaced_replica_fails_no_poll_and_leaves_the_page(tmp_path: Path) -> None:
    """Sentinels know it for ever: it is shown as down for an hour, then not until it is back."""

    async def main(one: servers.Redis, watcher: servers.Redis, port: int) -> None:
        clock = HandClock(1000.0)
        target = replace(at(watcher.port), mode="sentinel", sentinel_master="cache")
        collector = RedisCollector([target], clock)
        [poll] = collector.polls()
        rest = {node(watcher): 1.0, node(one): 1.0}
        lost = f"127.0.0.1:{port}"
        for later in (1000.0, 1000.0 + LEFT_OUT_AFTER - 1):
            clock.time = later
            delivery = await poll.run()
            assert (up(delivery), delivery.notes) == (rest | {lost: 0.0}, ())
        for later in (1000.0 + LEFT_OUT_AFTER, 9e6):
            clock.time = later
            delivery = await poll.run()
            assert (up(delivery), delivery.notes) == (rest, ())
        with servers.redis(tmp_path, *follow(one), port=port):
            await asyncio.to_thread(until_flags, watcher, "slave")
            await poll.run()
            assert up(await poll.run()) == rest | {lost: 1.0}
        await collector.close()

    with servers.redis(tmp_path) as one, servers.sentinel(tmp_path, one) as watcher:
        with servers.redis(tmp_path, *follow(one)) as gone:
            servers.wait_until(lambda: "slaves=1" in watcher.info("master0"), "a known replica")
        until_flags(watcher, "s_down,slave,disconnected")
        asyncio.run(main(one, watcher, gone.port))


def follow(primary: servers.Redis) -> tuple[str, ...]:
    """Return the options of a replica."""
    return ("--replicaof", f"127.0.0.1 {primary.port}")


def until_flags(watcher: servers.Redis, flags: str) -> None:
    """Wait until a sentinel gives its one replica these flags."""

    def found() -> bool:
        words = watcher.cli("SENTINEL", "REPLICAS", "cache").splitlines()
        return words[words.index("flags") + 1] == flags

    servers.wait_until(found, flags, within=60.0)


def test_a_primary_that_is_down_fails_the_poll(tmp_path: Path) -> None:
    """Without it nothing is written: only what the group does without is left out."""
    with servers.redis(tmp_path) as one, servers.sentinel(tmp_path, one) as watcher:
        target = replace(at(watcher.port), mode="sentinel", sentinel_master="cache")
        one.kill()
        servers.wait_until(lambda: "status=ok" not in watcher.info("master0"), "a lost primary")
        delivery = polled(target)
    assert up(delivery) == {node(watcher): 1.0, node(one): 0.0}
    assert len(delivery.notes) == 1


def test_a_cluster_node_that_failed_fails_no_poll(tmp_path: Path) -> None:
    """A node that the cluster itself calls failed is shown as down; without slots, for an hour."""

    async def main(nodes: list[servers.Redis]) -> None:
        clock = HandClock(1000.0)
        replica = next(server for server in nodes if server.info("role") == "slave")
        left = [server for server in nodes if server is not replica]
        collector = RedisCollector([replace(at(left[0].port), mode="cluster")], clock)
        [poll] = collector.polls()
        assert len(up(await poll.run())) == 6
        replica.kill()
        texts = (server.cli("CLUSTER", "NODES") for server in cycle(left))
        await asyncio.to_thread(
            servers.wait_until, lambda: all(",fail " in next(texts) for _ in left), "a failed node"
        )
        lives = {node(server): 1.0 for server in left}
        delivery = await poll.run()
        assert (up(delivery), delivery.notes) == (lives | {node(replica): 0.0}, ())
        clock.time += LEFT_OUT_AFTER
        delivery = await poll.run()
        assert (up(delivery), delivery.notes) == (lives, ())
        await collector.close()

    quick = ("--cluster-node-timeout", "1000")
    with servers.redis_cluster(tmp_path, *quick, replicas=1) as nodes:
        asyncio.run(main(nodes[:]))


def test_clusters_whose_nodes_are_reached_by_other_names(tmp_path: Path) -> None:
    """Preferred host names are used, and nodes without a known name have the queried host."""
    announced = ("--cluster-announce-hostname", "localhost")
    prefers = ("--cluster-preferred-endpoint-type",)
    for kind, host in (("hostname", "localhost"), ("unknown-endpoint", "127.0.0.1")):
        home = tmp_path / kind
        home.mkdir()
        with servers.redis_cluster(home, *announced, *prefers, kind) as nodes:
            delivery = polled(replace(at(nodes[1].port), mode="cluster"), times=2)
            assert up(delivery) == {f"{host}:{server.port}": 1.0 for server in nodes}
            assert delivery.notes == ()


def test_a_user_without_cluster_slots_reads_a_cluster(tmp_path: Path) -> None:
    """What names are preferred is no need: it is refused once, and not asked for again."""
    user = ("--user", "watcher", "on", ">own", "+info", "+cluster|nodes")
    with servers.redis_cluster(tmp_path, *user) as nodes:
        target = replace(
            at(nodes[0].port),
            mode="cluster",
            username="watcher",
            password_file=secret(tmp_path, "own", "own"),
        )
        delivery = polled(target, times=3)
        assert (len(up(delivery)), delivery.notes) == (3, ())
        assert "rejected_calls=1" in nodes[0].info("cmdstat_cluster|slots")
