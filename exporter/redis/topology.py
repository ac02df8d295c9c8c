"""Finds the servers of a target: queries to a cluster's node or a sentinel, and their replies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from redis.exceptions import AskError, NoPermissionError

from exporter.errors import PollError, Reason
from exporter.redis.client import Command, Reply
from exporter.redis.target import Address, RedisTarget

MOST_MEMBERS = 1000  # Redis recommends no larger cluster; a reply can name servers without end
CLUSTER_NODES: Command = ("CLUSTER", "NODES")
CLUSTER_SLOTS: Command = ("CLUSTER", "SLOTS")
_UNKNOWN = {"", "?", "NULL"}
_COLUMNS = 8  # of a line of CLUSTER NODES, before the slots


@dataclass(frozen=True, slots=True)
class Topology:
    """The servers that are polled, and the other sentinels that know them.

    down  members that the group itself reports as down: what they reply is no fault of the poll
    gone  those of them that the group does without: they were replaced, or may have been
    """

    members: tuple[Address, ...]
    sentinels: tuple[Address, ...] = ()
    down: frozenset[Address] = frozenset()
    gone: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True)
class TopologyQuery:
    """Commands for one server, and the function that reads their replies; it raises PollError.

    The reply to a command in `optional` may be missing: then it is None.
    """

    commands: tuple[Command, ...]
    read: Callable[[Sequence[Reply], Address], Topology]
    optional: frozenset[Command] = field(default=frozenset())


def topology_query(target: RedisTarget) -> TopologyQuery | None:
    """Return the query for the servers of a target; None where the URL names the only one."""
    if target.mode == "cluster":
        return TopologyQuery(
            (CLUSTER_NODES, CLUSTER_SLOTS),
            lambda replies, queried: _cluster(replies, queried, tls=target.tls),
            frozenset({CLUSTER_SLOTS}),
        )
    if target.mode == "sentinel":
        master = target.sentinel_master or ""
        return TopologyQuery(
            (
                ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master),
                ("SENTINEL", "REPLICAS", master),
                ("SENTINEL", "SENTINELS", master),
            ),
            lambda replies, queried: _sentinel(replies, master, queried),
        )
    return None


def endpoint(
    host: str, port: str, queried: Address, name: str = "", *, tls: bool = False
) -> Address | None:
    """Return the server that a reply names; None where the reply names none.

    An empty host is the host that was queried. `name` is what the server is called beside that:
    under TLS it is used in place of an address, which certificates seldom contain.
    """
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):  # noqa: PLR2004 - TCP
        return None
    if tls and name not in _UNKNOWN and (host in _UNKNOWN or _is_ip(host)):
        return Address(name, int(port))
    return Address(queried.host if host in _UNKNOWN else host, int(port))


def redirected(
    error: AskError, replies: Sequence[Reply], queried: Address, *, tls: bool
) -> Address | None:
    """Return where MOVED or ASK redirects to; `replies` are those to CLUSTER NODES and SLOTS."""
    host, port = str(error.host), str(error.port)
    nodes = [node for node in _nodes(replies) if node.port == port]
    nodes = [node for node in nodes if host in _UNKNOWN or host in (node.host, node.name)]
    if len(nodes) == 1 and (host == "?" or tls):
        return nodes[0].address(queried, tls=tls)
    return endpoint(host, port, queried, tls=tls)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClusterNode:
    """A node as a cluster describes it; `preferred` is the host that clients are to use."""

    host: str
    port: str
    name: str
    preferred: str | None
    flags: frozenset[str]
    has_slots: bool

    def address(self, queried: Address, *, tls: bool) -> Address | None:
        """Return where clients reach the node."""
        if self.preferred == "":
            return endpoint("", self.port, queried)
        host = self.host if self.preferred in (None, "?") else self.preferred
        return endpoint(host or "", self.port, queried, self.name, tls=tls)


def _nodes(replies: Sequence[Reply]) -> Iterator[_ClusterNode]:
    """Read `id ip:port@bus,hostname flags … slots`, a line for each node."""
    nodes, *more = replies
    preferred = _preferred(more[0]) if more else {}
    for line in _text(nodes).splitlines() if isinstance(nodes, bytes) else ():
        words = line.split()
        if len(words) < _COLUMNS:
            continue
        address, *extra = words[1].split(",")
        host, _, port = address.partition("@")[0].rpartition(":")
        yield _ClusterNode(
            host=host,
            port=port,
            name=extra[0] if extra else "",
            preferred=preferred.get(words[0]),
            flags=frozenset(words[2].split(",")),
            has_slots=len(words) > _COLUMNS,
        )


def _preferred(reply: Reply) -> dict[str, str]:
    """Return, from CLUSTER SLOTS, the host that clients are to use, by the node's identity.

    Without one, an empty host: it is the one that was queried.
    """
    found: dict[str, str] = {}
    for entry in reply if isinstance(reply, list) else ():
        for node in entry[2:] if isinstance(entry, list) else ():
            if isinstance(node, list) and len(node) > 2:  # noqa: PLR2004 - host, port, identity
                found[_text(node[2])] = "" if node[0] is None else _text(node[0])
    return found


def _cluster(replies: Sequence[Reply], queried: Address, *, tls: bool) -> Topology:
    if not isinstance(replies[0], bytes):
        text = f"CLUSTER NODES: {replies[0]}, use mode standalone, or grant +cluster|nodes"
        raise PollError(Reason.MISMATCH, text)
    found: dict[Address, _ClusterNode] = {}
    for node in _nodes(replies):
        address = node.address(queried, tls=tls)
        if address and not {"noaddr", "handshake"} & node.flags:
            found[address] = node
    if not found:
        raise PollError(Reason.MISMATCH, "CLUSTER NODES: no node in the reply")
    down = frozenset(address for address, node in found.items() if "fail" in node.flags)
    gone = frozenset(address for address in down if not found[address].has_slots)
    return Topology(tuple(sorted(found)[:MOST_MEMBERS]), down=down, gone=gone)


def _sentinel(replies: Sequence[Reply], master: str, queried: Address) -> Topology:
    address, replicas, sentinels = replies
    for reply in replies:
        if isinstance(reply, NoPermissionError):
            rights = "+sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|sentinels"
            raise PollError(Reason.PERMISSION, f"the user may not run SENTINEL, grant {rights}")
    primary = primary_address(address, queried)
    if primary is None:
        why = f": {address}" if address else ""
        text = f"the sentinel knows no primary {master!r}{why}, check sentinel_master"
        raise PollError(Reason.NOT_FOUND, text)
    peers = dict(peers_of(replicas, queried))
    down = frozenset(
        peer
        for peer, flags in peers.items()
        if "disconnected" in flags and {"s_down", "o_down"} & flags and peer != primary
    )
    others = sorted({peer for peer, _ in peers_of(sentinels, queried)})
    members = sorted({primary, *peers})[:MOST_MEMBERS]
    return Topology(tuple(members), tuple(others[:MOST_MEMBERS]), down=down, gone=down)


def primary_address(reply: Reply, queried: Address) -> Address | None:
    """Return the primary in a sentinel's reply; None where there is none."""
    if not isinstance(reply, list) or len(reply) != 2:  # noqa: PLR2004 - host and port
        return None
    return endpoint(_text(reply[0]), _text(reply[1]), queried)


def peers_of(reply: Reply, queried: Address) -> Iterator[tuple[Address, frozenset[str]]]:
    """Read a sentinel's replicas or other sentinels: where each is, and its flags."""
    for peer in reply if isinstance(reply, list) else ():
        row = _row(peer) if isinstance(peer, list) else {}
        address = endpoint(row["ip"], row.get("port", ""), queried) if row.get("ip") else None
        if address:
            yield address, frozenset(row.get("flags", "").split(","))


def _row(reply: Sequence[object]) -> Mapping[str, str]:
    words = [_text(word) for word in reply]
    return dict(zip(words[::2], words[1::2], strict=False))


def _text(word: object) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
