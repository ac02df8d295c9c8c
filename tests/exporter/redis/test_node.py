"""A node queries all in one round trip, learns what is refused, and when its server started."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.errors import PollError, Reason
from exporter.redis.client import RedisTarget
from exporter.redis.node import REFUSED_FOR, Node, NodeReading
from exporter.redis.topology import topology_query
from tests import servers

NOW = 1_800_000_000.0


class Turns:
    """A proxy that counts how often the client speaks after the server has answered."""

    def __init__(self, port: int) -> None:
        """Forward to `port` of 127.0.0.1."""
        self._to = port
        self.turns = 0
        self.closed = asyncio.Event()
        self._client_speaks = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection both ways."""
        upstream = await asyncio.open_connection("127.0.0.1", self._to)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(reader, upstream[1], is_client=True))
            group.create_task(self._pump(upstream[0], writer, is_client=False))
        self.closed.set()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_client: bool
    ) -> None:
        while piece := await reader.read(65536):
            self.turns += is_client and not self._client_speaks
            self._client_speaks = is_client
            writer.write(piece)
        writer.close()


def target(port: int, username: str | None = None, file: Path | None = None) -> RedisTarget:
    """Return a standalone target on a port."""
    url = f"redis://127.0.0.1:{port}"
    return RedisTarget(name="cache", url=url, username=username, password_file=file)


def readings(of: RedisTarget, *times: float) -> list[NodeReading]:
    """Read a target's server at these times over one node."""

    async def read() -> list[NodeReading]:
        node = Node(of, of.addresses()[0])
        try:
            return [await node.read(now) for now in times]
        finally:
            await node.close()

    return asyncio.run(read())


def calls(server: servers.Redis, command: str) -> tuple[int, int]:
    """Return how often a command was called, and how often refused or failed."""
    fields = dict(
        part.split("=") for part in server.info(f"cmdstat_{command}").split(",") if "=" in part
    )
    refused = int(fields.get("rejected_calls", 0)) + int(fields.get("failed_calls", 0))
    return int(fields.get("calls", 0)), refused


@contextmanager
def limited(home: Path, *rights: str) -> Iterator[tuple[servers.Redis, RedisTarget]]:
    """Run a server with a user `watcher` who has these rights alone."""
    file = home / "password"
    file.write_text("secret")
    with servers.redis(home, "--user", "watcher", "on", ">secret", *rights) as server:
        yield server, target(server.port, "watcher", file)


def test_a_poll_is_one_round_trip_on_one_connection(tmp_path: Path) -> None:
    """Three polls are three turns, and only the needed commands are sent."""

    async def run(server: servers.Redis) -> int:
        turns = Turns(server.port)
        proxy = await asyncio.start_server(turns.serve, "127.0.0.1", 0)
        async with proxy:
            of = target(proxy.sockets[0].getsockname()[1])
            node = Node(of, of.addresses()[0])
            for second in range(3):
                await node.read(NOW + second)
            await node.close()
            await turns.closed.wait()
        return turns.turns

    with servers.redis(tmp_path) as server:
        server.cli("CONFIG", "RESETSTAT")
        assert asyncio.run(run(server)) == 3
        sent = {name: calls(server, name) for name in ("info", "slowlog|len", "config|get")}
        assert sent == {"info": (3, 0), "slowlog|len": (3, 0), "config|get": (3, 0)}
        assert server.info("total_error_replies") == "0"


def test_everything_a_server_says_is_there(tmp_path: Path) -> None:
    """INFO, the slow log and the limits are rows of one reading."""
    with servers.redis(tmp_path, "--slowlog-log-slower-than", "0", "--maxclients", "99") as server:
        server.cli("SET", "a", "1")
        info = readings(target(server.port), NOW)[0].info
    assert info["poll"] == ({"up": "1"},)
    assert info["clients"][0]["maxclients"] == "99"
    assert int(info["slowlog"][0]["length"]) > 0
    assert int(info["slowlog"][0]["last_usec"]) >= 0
    assert "set" in {row["cmd"] for row in info["commandstats"]}
    assert "set" in {row["cmd"] for row in info["latencystats"]}


def test_commands_that_are_refused_are_not_asked_again(tmp_path: Path) -> None:
    """A user with few rights costs the server one refusal each, then none for a day."""
    with limited(tmp_path, "+info", "+slowlog|len") as (server, of):
        found = readings(of, NOW, NOW + 15, NOW + 30, NOW + REFUSED_FOR - 1)
        assert [set(reading.info["slowlog"][0]) for reading in found] == [{"length"}] * 4
        assert calls(server, "config|get") == (0, 1)
        assert calls(server, "slowlog|get") == (0, 1)
        assert calls(server, "slowlog|len") == (4, 0)


def test_after_a_day_what_was_refused_is_tried_again(tmp_path: Path) -> None:
    """Rights that were granted later are used without a restart."""
    with limited(tmp_path, "+info") as (server, of):
        readings(of, NOW, NOW + REFUSED_FOR)
        assert calls(server, "config|get") == (0, 2)


def test_a_renamed_command_is_learnt_too(tmp_path: Path) -> None:
    """Managed services answer `unknown command`; the limits then come from INFO."""
    with servers.redis(tmp_path, "--rename-command", "CONFIG", "") as server:
        found = readings(target(server.port), NOW, NOW + 15)
        assert found[1].info["clients"][0]["maxclients"] == "10000"
        assert server.info("total_error_replies") == "1"


def test_a_user_who_may_not_run_info_gets_what_to_grant(tmp_path: Path) -> None:
    """Without INFO there is nothing to serve."""
    with (
        limited(tmp_path, "+ping") as (_, of),
        pytest.raises(PollError, match=r"grant \+info") as e,
    ):
        readings(of, NOW)
    assert e.value.reason is Reason.PERMISSION


def test_the_start_is_found_once_for_each_run_of_the_server(tmp_path: Path) -> None:
    """Counters keep one beginning, until a new process begins anew and may allow more."""
    port = servers.free_port()

    async def run() -> list[NodeReading]:
        node = Node(target(port), target(port).addresses()[0])
        with servers.redis(tmp_path, "--rename-command", "CONFIG", "", port=port):
            found = [await node.read(NOW), await node.read(NOW + 0.9)]
        with pytest.raises(PollError):
            await node.read(NOW + 50)
        with servers.redis(tmp_path, "--maxclients", "99", port=port) as server:
            found += [await node.read(NOW + 100), await node.read(NOW + 101)]
            assert calls(server, "config|get") == (1, 0)
        await node.close()
        return found

    starts = [reading.start for reading in asyncio.run(run())]
    assert starts[0] == starts[1]
    assert starts[2] == starts[3]
    assert starts[2] is not None
    assert starts[2] >= NOW + 90


def test_a_server_that_loads_its_data_is_up_and_says_so(tmp_path: Path) -> None:
    """INFO is allowed while a dump is read; commands that are not are no refusals to remember."""
    loading = ("--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024")
    port, home = servers.free_port(), tmp_path / "data"
    home.mkdir()
    with servers.redis(home, port=port) as server:
        server.cli("EVAL", "for i=1,200 do redis.call('SET', i, string.rep('x', 1000)) end", "0")
        server.cli("SAVE")
    with servers.redis(home, *loading, port=port) as server:
        reading = readings(target(port), NOW)[0]
        assert reading.info["persistence"][0]["loading"] == "1"
        server.kill()


def test_a_busy_server_is_unavailable_for_now(tmp_path: Path) -> None:
    """A script that never ends blocks INFO; that is a fault, and not a lesson."""
    with servers.redis(tmp_path, "--busy-reply-threshold", "1") as server:
        script = ["redis-cli", "-p", str(server.port), "EVAL", "while true do end", "0"]
        with servers.process(script, tmp_path / "log"):
            servers.wait_until(lambda: "BUSY" in server.cli("PING"), "a busy server")
            with pytest.raises(PollError, match="BUSY") as raised:
                readings(target(server.port), NOW)
            server.cli("SCRIPT", "KILL")
    assert raised.value.reason is Reason.UNAVAILABLE


def test_a_cluster_is_asked_only_where_there_is_one(tmp_path: Path) -> None:
    """A single server gets no CLUSTER command; queried for peers, it reports why it has none."""
    with servers.redis(tmp_path) as server:
        readings(target(server.port), NOW, NOW + 15)
        assert calls(server, "cluster|info") == (0, 0)
        of = RedisTarget(name="cache", url=f"redis://127.0.0.1:{server.port}", mode="cluster")

        async def read() -> NodeReading:
            node = Node(of, of.addresses()[0])
            reading = await node.read(NOW, topology_query(of))
            await node.close()
            return reading

        assert "use mode standalone" in asyncio.run(read()).topology_error


@pytest.mark.parametrize("known", [b"all", b""])
def test_old_servers_are_asked_for_info_in_their_own_words(known: bytes) -> None:
    """Before Redis 7 an unknown section is answered by nothing; the form that works is kept."""
    sent: list[bytes] = []
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await command(reader):
            sent.append(b" ".join(words))
            if words[0] == b"INFO":
                whole = b"".join(words[1:]) == known
                text = b"# Server\r\nuptime_in_seconds:1\r\n" if whole else b""
                writer.write(b"$%d\r\n%b\r\n" % (len(text), text))
            else:
                writer.write(b"-ERR unknown command\r\n")
        writer.close()
        closed.set()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            of = target(server.sockets[0].getsockname()[1])
            node = Node(of, of.addresses()[0])
            for _ in range(2):
                reading = await node.read(NOW)
                assert reading.info["server"] == ({"uptime_in_seconds": "1"},)
            await node.close()
            await closed.wait()

    asyncio.run(run())
    assert sent[-1] == b"INFO " + known if known else sent[-1] == b"INFO"


def test_a_server_without_info_is_no_redis(tmp_path: Path) -> None:
    """When no form of INFO is known, the fault says what the server answered."""
    with (
        servers.redis(tmp_path, "--rename-command", "INFO", "") as server,
        pytest.raises(PollError, match="INFO: unknown command") as raised,
    ):
        readings(target(server.port), NOW)
    assert raised.value.reason is Reason.INVALID


async def command(reader: asyncio.StreamReader) -> list[bytes]:
    """Read one command as clients send it; nothing at the end of the connection."""
    head = await reader.readline()
    words = []
    for _ in range(int(head[1:] or 0)):
        size = int((await reader.readline())[1:])
        words.append((await reader.readexactly(size + 2))[:-2])
    return words
