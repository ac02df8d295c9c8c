"""Finds the servers of a target: queries to a cluster's node or a sentinel, and their replies."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exporter.errors import PollError, Reason
from exporter.redis.client import Command, Reply
from exporter.redis.target import Address, RedisTarget


@dataclass(frozen=True, slots=True)
class Topology:
    """The servers that are polled, and the other sentinels that know them."""

    members: tuple[Address, ...]
    sentinels: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class TopologyQuery:
    """Commands for one server, and the function that reads their replies; it raises PollError."""

    commands: tuple[Command, ...]
    read: Callable[[Sequence[Reply], Address], Topology]


def topology_query(target: RedisTarget) -> TopologyQuery | None:
    """Return the query for the servers of a target; None where the URL names the only one."""
    if target.mode == "cluster":
        return TopologyQuery(
            (("CLUSTER", "NODES"),),
            lambda replies, queried: _cluster(replies[0], queried, tls=target.tls),
        )
    if target.mode == "sentinel":
        master = target.sentinel_master or ""
        return TopologyQuery(
            (
                ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master),
                ("SENTINEL", "REPLICAS", master),
                ("SENTINEL", "SENTINELS", master),
            ),
            lambda replies, _: _sentinel(replies, master),
        )
    return None


def _cluster(reply: Reply, queried: Address, *, tls: bool) -> Topology:
    if not isinstance(reply, bytes):
        text = f"CLUSTER NODES: {reply}, use mode standalone, or grant +cluster|nodes"
        raise PollError(Reason.MISMATCH, text)
    lines = reply.decode("utf-8", "replace").splitlines()
    members = tuple(sorted({node for line in lines for node in _node(line, queried, tls=tls)}))
    if not members:
        raise PollError(Reason.MISMATCH, "CLUSTER NODES: no node in the reply")
    return Topology(members)


def _node(line: str, queried: Address, *, tls: bool) -> Iterator[Address]:
    """Read `id ip:port@bus,hostname flags …`; an empty ip is the queried node."""
    words = line.split()
    if len(words) < 8 or {"noaddr", "handshake"} & set(words[2].split(",")):  # noqa: PLR2004 - documented columns
        return
    address, *extra = words[1].split(",")
    host, _, port = address.partition("@")[0].rpartition(":")
    # A certificate names the host, where the node announces one; without TLS, an IP needs no DNS.
    if tls and extra and extra[0]:
        host = extra[0]
    yield from _valid(host or queried.host, port)


def _sentinel(replies: Sequence[Reply], master: str) -> Topology:
    address, replicas, sentinels = replies
    if not isinstance(address, list) or len(address) != 2:  # noqa: PLR2004 - host and port
        why = f": {address}" if address else ""
        text = f"the sentinel knows no primary {master!r}{why}, check sentinel_master"
        raise PollError(Reason.NOT_FOUND, text)
    primary = tuple(_valid(_text(address[0]), _text(address[1])))
    members = {*primary, *_peers(replicas)}
    return Topology(tuple(sorted(members)), tuple(sorted(set(_peers(sentinels)))))


def _peers(reply: Reply) -> Iterator[Address]:
    for peer in reply if isinstance(reply, list) else ():
        if isinstance(peer, list):
            words = [_text(word) for word in peer]
            row = dict(zip(words[::2], words[1::2], strict=False))
            yield from _valid(row.get("ip", ""), row.get("port", ""))


def _valid(host: str, port: str) -> Iterator[Address]:
    if host and port.isascii() and port.isdigit() and 0 < int(port) < 65536:  # noqa: PLR2004 - TCP
        yield Address(host, int(port))


def _text(word: object) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)
