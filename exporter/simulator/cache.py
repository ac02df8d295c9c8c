"""The simulated deployment's L2 cache: a real Redis with the world's hit rate, or its answers."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from exporter.clock import Clock
from exporter.errors import IonmonError
from exporter.simulator.cache_answers import CacheAnswers
from exporter.simulator.chance import unit
from exporter.simulator.world import MINUTE, World

LIMIT = "64mb"
KEYS, VALUE = 2000, b"x" * 512
READS, PAUSE = 40, 0.2  # 200 reads a second
START_TIMEOUT = 10.0
_EVICTING = ("--maxmemory-policy", "allkeys-lru")
_NO_RETRY = Retry(NoBackoff(), 0)


class RedisServer:
    """A redis-server of our own on a private port, its files in a temporary directory."""

    def __init__(self, program: str, *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ionmon-redis-")
        self._process, self.port = _start(program, Path(self._folder.name), options)

    def close(self) -> None:
        """End the server and remove its files."""
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


class RealRedis:
    """A real cache under a steady load."""

    def __init__(self, program: str, hit_rate: Callable[[], float]) -> None:
        self._server = RedisServer(program, "--maxmemory", LIMIT, *_EVICTING)
        self._hit_rate, self.port = hit_rate, self._server.port
        self._closing = Event()
        self._client = redis.Redis(port=self.port, retry=_NO_RETRY)
        self._fill()
        self._thread = Thread(target=self._load, name="simulated-cache", daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for number in range(KEYS):
            pipeline.set(f"ion:{number}", VALUE)
        pipeline.execute()

    def _load(self) -> None:
        """Read keys until closed: known ones for hits, unknown ones for misses."""
        turn, debt = 0, 0.0
        while not self._closing.wait(PAUSE):
            debt += READS * self._hit_rate()
            hits = int(debt)
            debt -= hits
            try:
                self._read(turn, hits)
            except redis.ConnectionError:
                return
            turn += 1

    def _read(self, turn: int, hits: int) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for number in range(READS):
            known = number < hits
            key = int(unit(turn, number) * KEYS)
            pipeline.get(f"ion:{key}" if known else f"ion:gone:{key}")
        pipeline.set(f"ion:{turn % KEYS}", VALUE)
        pipeline.execute()

    def close(self) -> None:
        """End the load, the server and its directory."""
        self._closing.set()
        self._thread.join()
        self._client.close()
        self._server.close()


def _start(
    program: str, folder: Path, options: Sequence[str]
) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a server on a free port; where the port is taken meanwhile, try another."""
    for _ in range(5):
        port = _free_port()
        process = subprocess.Popen(  # noqa: S603 - a program from the PATH, our own arguments
            [*_ended_with_us(), program, *_arguments(port, folder), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if _answers(process, port):
            return process, port
        process.kill()
        process.wait()
    raise IonmonError("redis-server does not start; take it off the PATH for simulated answers")


def _ended_with_us() -> tuple[str, ...]:
    """Let the kernel end the server where this process is killed and cannot."""
    found = shutil.which("setpriv")
    return (found, "--pdeathsig", "KILL") if found else ()


def _arguments(port: int, folder: Path) -> list[str]:
    return [
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
        *("--save", "", "--appendonly", "no"),
    ]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until the server answers; return False where it ended or does not in time."""
    waiting, waited = Event(), 0.0
    with redis.Redis(port=port, retry=_NO_RETRY) as client:
        while process.poll() is None and waited < START_TIMEOUT:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                waiting.wait(0.02)
                waited += 0.02
    return False


class SimulatedCache:
    """The L2 cache; `simulated` is true where redis-server is missing: a simulated one answers."""

    def __init__(self, world: World, clock: Clock) -> None:
        found = shutil.which("redis-server")
        self.simulated = found is None

        def hit_rate() -> float:
            return world.traffic.hit_rate(int(clock.now() // MINUTE) + 1)

        self._server = RealRedis(found, hit_rate) if found else CacheAnswers(world, clock)
        self.address = f"127.0.0.1:{self._server.port}"

    def close(self) -> None:
        """End the server."""
        self._server.close()
