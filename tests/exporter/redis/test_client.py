"""A link sends real servers its commands and nothing else, and names the reason of a refusal."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.errors import PollError, Reason
from exporter.redis.client import RedisTarget, Reply, ServerLink
from tests import servers

LEN = ("SLOWLOG", "LEN")
CANARY = "canary-secret"


async def ask(target: RedisTarget, *, is_sentinel: bool = False) -> list[Reply]:
    """Ask one command over a new link."""
    link = ServerLink(target, target.addresses()[0], is_sentinel=is_sentinel)
    try:
        return await link.query([LEN])
    finally:
        await link.close()


def refusal(target: RedisTarget) -> PollError:
    """Return the error that asking a target raises; it never holds the password."""
    with pytest.raises(PollError) as raised:
        asyncio.run(ask(target))
    assert CANARY not in str(raised.value) + repr(raised.value) + repr(target)
    return raised.value


def at(port: int) -> RedisTarget:
    """Return a plain target on a port."""
    return RedisTarget(name="cache", url=f"redis://127.0.0.1:{port}")


def test_only_what_is_asked_goes_over_the_wire(tmp_path: Path) -> None:
    """Neither HELLO, CLIENT SETINFO nor PING is sent, on the first connection or later."""

    async def twice(target: RedisTarget) -> None:
        link = ServerLink(target, target.addresses()[0])
        await link.query([LEN, ("ECHO", "a")])
        await link.query([LEN])
        await link.close()

    with servers.redis(tmp_path) as server:
        server.cli("CONFIG", "RESETSTAT")
        asyncio.run(twice(at(server.port)))
        stats = server.cli("INFO", "commandstats").splitlines()[1:]
        counts = {line.split(":")[0]: line.split("=")[1].split(",")[0] for line in stats}
        reset = {"cmdstat_config|resetstat": "1"}
        assert counts == {"cmdstat_slowlog|len": "2", "cmdstat_echo": "1"} | reset


def test_an_error_takes_the_place_of_its_reply(tmp_path: Path) -> None:
    """A refused command does not cost the replies beside it."""

    async def both(target: RedisTarget) -> list[Reply]:
        link = ServerLink(target, target.addresses()[0])
        replies = await link.query([("NONSENSE",), LEN])
        await link.close()
        return replies

    with servers.redis(tmp_path) as server:
        error, length = asyncio.run(both(at(server.port)))
        assert "unknown command" in str(error)
        assert length == 0


def test_a_connection_that_the_server_closed_is_opened_again(tmp_path: Path) -> None:
    """A restart or an idle limit between two polls costs no poll."""

    async def across(target: RedisTarget, server: servers.Redis) -> list[Reply]:
        link = ServerLink(target, target.addresses()[0])
        await link.query([LEN])
        await asyncio.to_thread(server.cli, "CLIENT", "KILL", "TYPE", "normal")
        replies = await link.query([LEN])
        await link.close()
        return replies

    with servers.redis(tmp_path) as server:
        assert asyncio.run(across(at(server.port), server)) == [0]


def test_a_unix_socket_is_a_server_too(tmp_path: Path) -> None:
    """The path stands in place of host and port."""
    path = tmp_path / "s"
    with servers.redis(tmp_path, "--unixsocket", str(path)):
        assert asyncio.run(ask(RedisTarget(name="cache", url=f"unix://{path}"))) == [0]


def test_nobody_listening_is_unavailable() -> None:
    """The error names the address that refused."""
    error = refusal(at(servers.free_port()))
    assert error.reason is Reason.UNAVAILABLE
    assert "127.0.0.1" in str(error)


def test_the_password_file_is_read_at_each_connect(tmp_path: Path) -> None:
    """A rotated password needs no restart; a wrong, missing or empty one says what to fix."""
    file = tmp_path / "password"
    with servers.redis(tmp_path, "--requirepass", CANARY) as server:
        target = replace(at(server.port), password_file=file)
        assert "No such file" in str(refusal(target))
        file.write_text("\n")
        assert "is empty" in str(refusal(target))
        file.write_bytes(b"\xff\xfe")
        assert "is not UTF-8" in str(refusal(target))
        file.write_text(f"not-{CANARY}")
        error = refusal(target)
        assert error.reason is Reason.CREDENTIALS
        assert "check username and password_file" in str(error)
        assert "set password_file" in str(refusal(at(server.port)))
        file.write_text(f"{CANARY}\n")
        assert asyncio.run(ask(target)) == [0]


def test_a_user_logs_in_with_name_and_password(tmp_path: Path) -> None:
    """ACL users are named beside their password file."""
    file = tmp_path / "password"
    file.write_text(CANARY)
    user = ("--user", "watcher", "on", f">{CANARY}", "+slowlog|len")
    with servers.redis(tmp_path, *user) as server:
        target = replace(at(server.port), username="watcher", password_file=file)
        assert asyncio.run(ask(target)) == [0]
        assert refusal(replace(target, username="other")).reason is Reason.CREDENTIALS


def test_a_server_that_repeats_what_it_refuses_leaks_nothing(tmp_path: Path) -> None:
    """A renamed AUTH answers with its arguments; they are kept out of the error."""
    file = tmp_path / "password"
    file.write_text(CANARY)
    with servers.redis(tmp_path, "--rename-command", "AUTH", "X") as server:
        error = refusal(replace(at(server.port), password_file=file))
    assert error.reason is Reason.CREDENTIALS


def test_a_sentinel_may_do_without_the_password(tmp_path: Path) -> None:
    """Redis requires a password that its sentinels often do not know."""
    file = tmp_path / "password"
    file.write_text(CANARY)
    with servers.redis(tmp_path) as server:
        target = replace(at(server.port), username="watcher", password_file=file)
        assert asyncio.run(ask(target, is_sentinel=True)) == [0]


@pytest.mark.parametrize(
    "reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":x\r\n", b"$x\r\n", b"*1\r\n" * 5000, b""]
)
def test_what_is_no_redis_is_a_fault_of_that_server(reply: bytes) -> None:
    """A wrong port, whatever answers on it, ends in a PollError."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            await ask(at(server.sockets[0].getsockname()[1]))

    with pytest.raises(PollError) as raised:
        asyncio.run(run())
    assert raised.value.reason in {Reason.UNAVAILABLE, Reason.INVALID}
