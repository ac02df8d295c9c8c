"""A server that sends without end, or garbage, or half a reply, costs its own poll and no more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from exporter.clock import WallClock
from exporter.collectors.redis import RedisCollector
from exporter.errors import PollError, Reason
from exporter.redis.bounds import MIB
from exporter.redis.client import MOST_BYTES, RedisTarget, ServerLink

Send = Callable[[asyncio.StreamWriter], AsyncIterator[int]]
pytestmark = pytest.mark.slow
SLACK = 8 * MIB  # what sockets and streams hold on their own


class Flood:
    """A server that sends a beginning, and then a piece again and again; it counts the bytes."""

    def __init__(self, beginning: bytes, piece: bytes) -> None:
        self.beginning, self.piece = beginning, piece
        self.sent = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send to one client until it goes."""
        await reader.read(1)
        try:
            writer.write(self.beginning)
            while self.piece:
                writer.write(self.piece)
                await writer.drain()
                self.sent += len(self.piece)
        except OSError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Serve on the port that is returned."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


def target(port: int, **options: float) -> RedisTarget:
    """Return a target on a port."""
    return RedisTarget(name="cache", url=f"redis://127.0.0.1:{port}", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"$9999999999\r\n", b"x" * 65536),
        (b"*9999999999\r\n", b":1\r\n" * 10_000),
        (b"*9999999999\r\n", b"$-1\r\n" * 10_000),
        (b"", b"*2\r\n+a\r\n" * 10_000),
        (b"*9999999999\r\n", b"$60000\r\n" + b"x" * 60000 + b"\r\n"),
    ],
    ids=["one text", "numbers", "nulls", "nested", "texts"],
)
def test_a_reply_without_end_is_cut_off(beginning: bytes, piece: bytes) -> None:
    """Whatever it is made of, no more is read than the limit, and the failure says what it is."""

    async def run() -> tuple[PollError, int]:
        flood = Flood(beginning, piece)
        async with flood.running() as port:
            link = ServerLink(target(port), target(port).addresses()[0], most_bytes=MIB)
            with pytest.raises(PollError) as raised:
                await link.query([("INFO",)])
            await link.close()
        return raised.value, flood.sent

    error, sent = asyncio.run(run())
    assert error.reason in {Reason.TOO_LARGE, Reason.INVALID}
    assert sent < MIB + SLACK


def test_a_limit_is_one_querys_own() -> None:
    """A connection that lives long is not ended for the sum of its replies."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            for _ in range(2):
                await reader.readline()
            writer.write(b"$600000\r\n" + b"x" * 600_000 + b"\r\n")
            await writer.drain()
        writer.close()

    async def run() -> list[int]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            link = ServerLink(target(port), target(port).addresses()[0], most_bytes=MIB)
            replies = [await link.query([("INFO",)]) for _ in range(4)]
            await link.close()
            return [len(reply[0]) for reply in replies if isinstance(reply[0], bytes)]

    assert asyncio.run(run()) == [600_000] * 4


@pytest.mark.parametrize(
    ("beginning", "piece", "reason"),
    [
        (b"$9999999999\r\n", b"x" * 65536, "too_large"),
        (b"$100\r\nredis_version:7", b"", "unavailable"),
        (b"\x00\xff\xfe garbage\r\n", b"", "unavailable"),
        (b"$30\r\n\xff\xfe# Server\r\nuptime_in_seconds:x\r\n", b"", "unavailable"),
        (b"-MOVED nonsense\r\n", b"", "invalid"),
        (b"-ASK 1 :x\r\n", b"", "invalid"),
    ],
    ids=["endless", "half", "garbage", "short", "odd move", "odd ask"],
)
def test_an_odd_server_is_down_and_named_and_others_are_served(
    beginning: bytes, piece: bytes, reason: str
) -> None:
    """The poll of such a server ends with redis_up 0 and the reason; it raises nothing."""

    async def run() -> tuple[str, int]:
        flood = Flood(beginning, piece)
        async with flood.running() as port:
            collector = RedisCollector([target(port, timeout=20.0)], WallClock())
            delivery = await collector.polls()[0].run()
            await collector.close()
        assert [sample.value for part in delivery.parts for sample in part.samples] == [0.0]
        return delivery.notes[0], flood.sent

    note, sent = asyncio.run(run())
    assert f": {reason}: " in note
    assert sent < MOST_BYTES + SLACK


def test_a_server_that_answers_byte_by_byte_ends_at_the_deadline() -> None:
    """Each byte in time is not a reply in time: the deadline is that of the whole poll."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        try:
            writer.write(b"$1000\r\n")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.001)
        except OSError:
            writer.close()

    async def run() -> tuple[str, ...]:
        async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            collector = RedisCollector([target(port, timeout=0.3)], WallClock())
            delivery = await collector.polls()[0].run()
            await collector.close()
            return delivery.notes

    [note] = asyncio.run(run())
    assert "deadline: no reply within 0.3 s" in note
