"""One Redis server over time: the commands it gets, those it refused, when it started."""

from collections.abc import Mapping
from dataclasses import dataclass

from redis.exceptions import NoPermissionError, ResponseError

from exporter.errors import PollError, Reason
from exporter.redis import info as redis_info
from exporter.redis.client import Command, Reply, ServerLink, is_passing
from exporter.redis.info import Info
from exporter.redis.target import Address, RedisTarget
from exporter.redis.topology import Topology, TopologyQuery

REFUSED_FOR = 86_400.0  # seconds

_INFO: tuple[Command, ...] = (("INFO", "everything"), ("INFO", "all"), ("INFO",))
_SLOWLOG_LEN = ("SLOWLOG", "LEN")
_SLOWLOG_GET = ("SLOWLOG", "GET", "1")
_CONFIG = ("CONFIG", "GET", "max*")
_CLUSTER_INFO = ("CLUSTER", "INFO")
# A sentinel counts connections and commands of its own, not the cache's.
_OF_SENTINELS = ("server", "sentinel", "sentinel_masters")


@dataclass(frozen=True, slots=True)
class NodeReading:
    """What a server replied: its rows, when it started (Unix time), and its peers.

    `topology_error` is the reason where its peers were queried and are unknown.
    """

    info: Info
    start: float | None = None
    topology: Topology | None = None
    topology_error: str = ""


class Node:
    """A server, with the state that its replies left."""

    def __init__(self, target: RedisTarget, address: Address, *, is_sentinel: bool = False) -> None:
        """Connect at the first reading."""
        self._link = ServerLink(target, address, is_sentinel=is_sentinel)
        self._address = address
        self._is_sentinel = is_sentinel
        self._is_cluster = target.mode == "cluster"
        self._form = 0
        self._refused: dict[Command, float] = {}
        self._run_id = ""
        self._start: float | None = None
        self._errors: frozenset[str] = frozenset()

    async def read(self, now: float, query: TopologyQuery | None = None) -> NodeReading:
        """Send all commands in one round trip. Raises PollError where INFO cannot be read."""
        peers = self._permitted(query, now) if query else ()
        commands = (_INFO[self._form], *self._optional(now), *peers)
        replies = dict(zip(commands, await self._link.query(commands), strict=True))
        info = self._known(redis_info.parse(await self._info(replies[commands[0]])), now)
        self._learn(replies, query, now)
        info = _joined(info, replies)
        if not query:
            return NodeReading(info, self._start)
        try:
            topology = query.read([replies.get(c) for c in query.commands], self._address)
        except PollError as error:
            return NodeReading(info, self._start, topology_error=str(error))
        return NodeReading(info, self._start, topology)

    async def close(self) -> None:
        """Close the connection."""
        await self._link.close()

    def _optional(self, now: float) -> list[Command]:
        if self._is_sentinel:
            return []
        cluster = [_CLUSTER_INFO] if self._is_cluster else []
        commands = [_SLOWLOG_LEN, _SLOWLOG_GET, _CONFIG, *cluster]
        return [command for command in commands if now >= self._refused.get(command, now)]

    def _permitted(self, query: TopologyQuery, now: float) -> tuple[Command, ...]:
        return tuple(c for c in query.commands if now >= self._refused.get(c, now))

    async def _info(self, reply: Reply) -> str:
        """Return INFO's text; where the server refuses this form, try the next and keep it."""
        while not (isinstance(reply, bytes) and reply):
            if isinstance(reply, NoPermissionError):
                raise PollError(Reason.PERMISSION, "the user may not run INFO, grant +info")
            if is_passing(reply):
                raise PollError(Reason.UNAVAILABLE, f"INFO: {reply}")
            if self._form + 1 == len(_INFO):
                self._form = 0
                raise PollError(Reason.INVALID, f"INFO: {reply or 'an empty reply'}")
            self._form += 1
            [reply] = await self._link.query([_INFO[self._form]])
        return reply.decode("utf-8", "replace")

    def _known(self, info: Info, now: float) -> Info:
        """Note which server this is; a new process may allow what the last one refused."""
        [server] = info.get("server", ()) or ({},)
        uptime = redis_info.number(server.get("uptime_in_seconds", ""))
        run_id = server.get("run_id", "")
        if run_id != self._run_id:
            self._run_id = run_id
            self._start = None if uptime is None else float(round(now - uptime))
            self._refused.clear()
        [cluster] = info.get("cluster", ()) or ({},)
        self._is_cluster = cluster.get("cluster_enabled") == "1"
        if self._is_sentinel:
            return {section: info[section] for section in _OF_SENTINELS if section in info}
        errors, self._errors = redis_info.keep_errors(info.get("errorstats", ()), self._errors)
        return {**info, "errorstats": errors}

    def _learn(
        self, replies: Mapping[Command, Reply], query: TopologyQuery | None, now: float
    ) -> None:
        """Remember refused commands: a managed Redis counts each refusal among its errors."""
        needed = {*_INFO, *(set(query.commands) - query.optional if query else ())}
        for command, reply in replies.items():
            if isinstance(reply, ResponseError) and not is_passing(reply) and command not in needed:
                self._refused[command] = now + REFUSED_FOR


def _joined(info: Info, replies: Mapping[Command, Reply]) -> Info:
    joined = {**info, "poll": ({"up": "1"},)}
    slowlog = _slowlog(replies.get(_SLOWLOG_LEN), replies.get(_SLOWLOG_GET))
    if slowlog:
        joined["slowlog"] = (slowlog,)
    cluster = replies.get(_CLUSTER_INFO)
    if isinstance(cluster, bytes):
        joined["cluster_info"] = (redis_info.fields(cluster.decode("utf-8", "replace")),)
    config = _config(replies.get(_CONFIG))
    # INFO of old versions has no limits, managed ones refuse CONFIG: one has them.
    for section, name in (("clients", "maxclients"), ("memory", "maxmemory")):
        if name in config and section in joined:
            joined[section] = ({name: config[name], **joined[section][0]},)
    return joined


def _slowlog(length: Reply, newest: Reply) -> dict[str, str]:
    row = {"length": str(length)} if isinstance(length, int) else {}
    if isinstance(newest, list) and newest and isinstance(newest[0], list):
        # number, Unix time, microseconds, and the command itself, which may contain users' data
        row["last_id"], _, row["last_usec"] = (str(part) for part in (*newest[0], "", "", "")[:3])
    return row


def _config(reply: Reply) -> dict[str, str]:
    if not isinstance(reply, list):
        return {}
    words = [word.decode("utf-8", "replace") for word in reply if isinstance(word, bytes)]
    return dict(zip(words[::2], words[1::2], strict=False))
