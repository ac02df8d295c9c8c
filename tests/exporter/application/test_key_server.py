"""The one server that has the keys is queried, and followed when it moves."""

import asyncio
from pathlib import Path

from exporter.application.key_server import KeyServer
from exporter.redis.client import RedisTarget
from tests import servers


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
