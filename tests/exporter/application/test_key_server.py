"""The one server that has the keys is queried, and followed when it moves."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from exporter.application.key_server import KeyServer
from exporter.errors import PollError, Reason
from exporter.redis.client import Command, RedisTarget
from tests import servers
from tests.exporter.redis.test_tls import certificates, tls_options


def test_a_slot_that_moves_is_followed(tmp_path: Path) -> None:
    """A node that has a key no more names the one that has, which is queried from then on."""
    with servers.redis_cluster(tmp_path) as nodes:
        url = f"redis://127.0.0.1:{nodes[0].port}"
        target = RedisTarget(name="metrics", url=url, mode="cluster", timeout=20.0)
        found = asyncio.run(followed(target, nodes))
    assert found == [[b"OK"], [b"1"], [None]]


async def followed(target: RedisTarget, nodes: list[servers.Redis]) -> list[list[object]]:
    """Write, read, move the slot of the key elsewhere, and read again."""
    place, found = KeyServer(target), []
    found.append(await place.query([("SET", "{shop}", "1")]))
    found.append(await place.query([("GET", "{shop}")]))
    slot = nodes[0].cli("CLUSTER", "KEYSLOT", "{shop}")
    (owner,) = [node for node in nodes if node.cli("GET", "{shop}") == "1"]
    owner.cli("DEL", "{shop}")
    other = next(node for node in nodes if node is not owner)
    name = other.cli("CLUSTER", "MYID")
    for node in (other, owner):
        assert node.cli("CLUSTER", "SETSLOT", slot, "NODE", name) == "OK"
    found.append(await place.query([("GET", "{shop}")]))
    await place.close()
    return found


def test_a_primary_that_fails_is_looked_for_again(tmp_path: Path) -> None:
    """After a failover the sentinels name another, and the next question goes there."""
    with servers.redis(tmp_path) as first:
        replica = ("--replicaof", "127.0.0.1", str(first.port))
        with (
            servers.redis(tmp_path, *replica) as second,
            servers.sentinel(tmp_path, first) as watch,
        ):
            servers.wait_until(lambda: "slaves=1" in watch.info("master0"), "a known replica")
            url = f"redis://127.0.0.1:{watch.port}"
            target = RedisTarget(
                name="m", url=url, mode="sentinel", sentinel_master="cache", timeout=20.0
            )
            with asyncio.Runner() as runner:
                place = KeyServer(target)
                assert runner.run(place.query([("SET", "k", "1")])) == [b"OK"]
                servers.wait_until(lambda: second.cli("GET", "k") == "1", "replication")
                runner.run(place.close())
                first.kill()
                servers.wait_until(lambda: second.info("role") == "master", "a failover")
                servers.wait_until(
                    lambda: f":{second.port}," in watch.info("master0"), "its being known"
                )
                assert runner.run(place.query([("SET", "k", "2"), ("GET", "k")])) == [b"OK", b"2"]
                runner.run(place.close())


KEY = "{shop}"


def cluster_target(server: servers.Redis, **options: Any) -> RedisTarget:
    """Return the target of a cluster that one of its nodes is known of."""
    options = {"url": f"redis://127.0.0.1:{server.port}", "timeout": 20.0, **options}
    return RedisTarget(name="metrics", mode="cluster", **options)


def replies(target: RedisTarget, *batches: Sequence[Command]) -> list[list[object]]:
    """Send batches of commands, one after the other."""

    async def run() -> list[list[object]]:
        place = KeyServer(target)
        found = [await place.query(batch) for batch in batches]
        await place.close()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["unknown-endpoint", "hostname"])
def test_a_node_is_found_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    """MOVED without a host leads to the host that was asked; a name, or none of it, to the node."""
    options = ["--cluster-preferred-endpoint-type", kind]
    with servers.redis_cluster(tmp_path, *options) as nodes:
        nodes[0].cli("CONFIG", "SET", "cluster-announce-hostname", "localhost")
        for server in nodes:
            found = replies(cluster_target(server), [("SET", KEY, "1")], [("GET", KEY)])
            assert found == [[b"OK"], [b"1"]]


def test_a_cluster_whose_certificates_have_names_only(tmp_path: Path) -> None:
    """With TLS, MOVED to an address leads to the name that the node announces."""
    certificates(tmp_path, "localhost")
    ca = str(tmp_path / "ca.pem")
    options = [*tls_options(tmp_path), "--tls-cluster", "yes"]
    announced = ["--cluster-announce-hostname", "localhost"]
    login = ("--tls", "--insecure")
    with servers.redis_cluster(
        tmp_path, *options, *announced, listen="--tls-port", login=login
    ) as nodes:
        for server in nodes:
            url = f"rediss://localhost:{server.port}"
            target = cluster_target(server, url=url, ca_file=Path(ca))
            assert replies(target, [("SET", KEY, "1")], [("GET", KEY)]) == [[b"OK"], [b"1"]]


def test_keys_on_their_way_are_read_where_they_are(tmp_path: Path) -> None:
    """ASK leads to the other node for one query; a transaction over keys on both has to wait."""
    with servers.redis_cluster(tmp_path) as nodes:
        slot = nodes[0].cli("CLUSTER", "KEYSLOT", KEY)
        target = cluster_target(nodes[0])
        assert replies(target, [("SET", f"{KEY}a", "1"), ("SET", f"{KEY}b", "2")]) == [[b"OK"] * 2]
        owner = next(node for node in nodes if node.cli("GET", f"{KEY}a") == "1")
        other = next(node for node in nodes if node is not owner)
        ids = {node.port: node.cli("CLUSTER", "MYID") for node in nodes}
        other.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[owner.port])
        owner.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[other.port])
        move = ("MIGRATE", "127.0.0.1", str(other.port), f"{KEY}a", "0", "5000")
        assert owner.cli(*move) == "OK"
        assert replies(target, [("GET", f"{KEY}a"), ("GET", f"{KEY}a")]) == [[b"1", b"1"]]
        both = [("MULTI",), ("GET", f"{KEY}a"), ("GET", f"{KEY}b"), ("EXEC",)]
        with pytest.raises(PollError, match="TRYAGAIN") as raised:
            replies(target, both)
        assert raised.value.reason is Reason.UNAVAILABLE
        assert owner.cli(*move[:3], f"{KEY}b", *move[4:]) == "OK"
        [found] = replies(target, both)
        assert found[-1] == [b"1", b"2"]


def test_a_dead_seed_is_no_loss(tmp_path: Path) -> None:
    """Any of the nodes that the URL names leads to the keys; the error names all that failed."""
    dead = [servers.free_port(), servers.free_port()]
    with servers.redis_cluster(tmp_path) as nodes:
        url = f"redis://127.0.0.1:{dead[0]},127.0.0.1:{nodes[1].port}"
        assert replies(cluster_target(nodes[0], url=url), [("SET", KEY, "1")]) == [[b"OK"]]
    url = f"redis://127.0.0.1:{dead[0]},127.0.0.1:{dead[1]}"
    with pytest.raises(PollError) as raised:
        replies(cluster_target(nodes[0], url=url), [("PING",)])
    assert all(f"127.0.0.1:{port}: Error" in str(raised.value) for port in dead)


@pytest.mark.deep
def test_a_primary_that_became_a_replica_is_left(tmp_path: Path) -> None:
    """Its connection lives on: the refused write is the sign, and the next query goes elsewhere."""
    with servers.redis(tmp_path) as first:
        replica = ("--replicaof", "127.0.0.1", str(first.port))
        with (
            servers.redis(tmp_path, *replica) as second,
            servers.sentinel(tmp_path, first) as watch,
        ):
            servers.wait_until(lambda: "slaves=1" in watch.info("master0"), "a known replica")
            servers.wait_until(lambda: second.info("master_link_status") == "up", "a linked one")
            target = RedisTarget(
                name="m",
                url=f"redis://127.0.0.1:{watch.port}",
                mode="sentinel",
                sentinel_master="cache",
                timeout=20.0,
            )
            with asyncio.Runner() as runner:
                place = KeyServer(target)
                assert runner.run(place.query([("SET", "k", "1")])) == [b"OK"]
                assert watch.cli("SENTINEL", "FAILOVER", "cache") == "OK"
                servers.wait_until(lambda: first.info("role") == "slave", "a demoted primary")
                write = [("SET", "k", "2")]
                servers.wait_until(lambda: runner.run(place.query(write)) == [b"OK"], "a write")
                runner.run(place.close())
                assert second.cli("GET", "k") == "2"
