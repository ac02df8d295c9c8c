"""Starts the real servers that tests talk to, on free ports of 127.0.0.1, and ends them by id."""

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

READY_WITHIN = 60.0  # seconds; a guard against hanging, not a measurement
_BLOCK = 500  # ports
_CLAIMS: list[socket.socket] = []


def free_port() -> int:
    """Return a port that nothing listens on, and that no other process of tests is given."""
    return next(port for port in _ports() if _is_free(port))


@cache
def _ports() -> Iterator[int]:
    """Return the ports of this process, again and again: a block that no other one has.

    They lie below those that the kernel gives to connections. A name of a socket in the abstract
    namespace is the claim: it can be bound once, and is free again when the process ends.
    """
    for first in range(10_000, 32_000, _BLOCK):
        claim = socket.socket(socket.AF_UNIX)
        with suppress(OSError):
            claim.bind(f"\0ion-monitoring-tests-{first}")
            _CLAIMS.append(claim)
            return cycle(range(first, first + _BLOCK))
        claim.close()
    raise AssertionError("no block of ports is left; end test runs that hang")


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def wait_until(condition: Callable[[], bool], what: str, within: float = READY_WITHIN) -> None:
    """Return when the condition holds; fail, naming it, when it never does."""
    end, pause = time.monotonic() + within, 0.01
    while not condition():
        assert time.monotonic() < end, f"never came true: {what}"
        time.sleep(pause)
        pause = min(1.1 * pause, 0.2)  # who waits long leaves the processor to what it waits for


@contextmanager
def process(
    command: Sequence[str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in `log`, in its folder or `cwd`; end it by its id."""
    with log.open("ab") as output:
        running = subprocess.Popen(command, stdout=output, stderr=output, cwd=cwd or log.parent)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(READY_WITHIN)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@dataclass(frozen=True)
class Redis:
    """A running Redis server: how to reach it, and its process."""

    port: int
    running: subprocess.Popen[bytes]
    login: tuple[str, ...] = ()

    def cli(self, *words: str) -> str:
        """Run one command with redis-cli and return what it prints."""
        command = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *self.login, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.stdout.strip()

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self.running.kill()
        self.running.wait()

    def info(self, field: str) -> str:
        """Return a field of INFO everything."""
        lines = self.cli("INFO", "everything").splitlines()
        return dict(line.partition(":")[::2] for line in lines).get(field, "")


def answers(port: int) -> bool:
    """Tell whether something accepts connections on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def redis(
    directory: Path, *options: str, port: int = 0, login: tuple[str, ...] = ()
) -> Iterator[Redis]:
    """Run redis-server until it answers; `login` is what redis-cli needs to get in."""
    port = port or free_port()
    home = directory / f"redis-{port}"
    home.mkdir(exist_ok=True)
    listen = () if "--port" in options else ("--port", str(port))
    command = ["redis-server", *listen, "--bind", "127.0.0.1", "--save", "", *options]
    with process(command, home / "log") as running:
        server = Redis(port, running, login)
        wait_until(lambda: answers(port) or running.poll() is not None, f"Redis on {port}")
        assert running.poll() is None, (home / "log").read_text()
        yield server


@contextmanager
def sentinel(
    directory: Path,
    primary: Redis,
    *lines: str,
    name: str = "cache",
    login: tuple[str, ...] = (),
) -> Iterator[Redis]:
    """Run a sentinel that watches a primary, until it knows it; `login` gets redis-cli in."""
    port = free_port()
    settings = directory / f"sentinel-{port}.conf"
    watch = f"sentinel monitor {name} 127.0.0.1 {primary.port} 1"
    quick = f"sentinel down-after-milliseconds {name} 500\nsentinel failover-timeout {name} 3000"
    settings.write_text("\n".join([f"port {port}", "bind 127.0.0.1", watch, quick, *lines, ""]))
    with process(["redis-server", str(settings), "--sentinel"], directory / "log") as running:
        server = Redis(port, running, login)
        wait_until(lambda: "status=ok" in server.info("master0"), f"sentinel on {port}")
        yield server


@contextmanager
def redis_cluster(
    directory: Path,
    *options: str,
    size: int = 3,
    replicas: int = 0,
    listen: str = "--port",
    login: tuple[str, ...] = (),
) -> Iterator[list[Redis]]:
    """Run a cluster until all of its nodes find it whole: primaries, each with its replicas.

    `listen` is the option that takes the port of clients, `login` what redis-cli needs to get in.
    """
    with ExitStack() as stack:
        nodes = []
        for _ in range(size * (1 + replicas)):
            port, bus = free_port(), str(free_port())
            own = ("--cluster-enabled", "yes", "--cluster-port", bus, listen, str(port), *options)
            plain = () if listen == "--port" else ("--port", "0")
            server = redis(_home(directory), *plain, *own, port=port, login=login)
            nodes.append(stack.enter_context(server))
        addresses = [f"127.0.0.1:{node.port}" for node in nodes]
        more = ("--cluster-replicas", str(replicas))
        nodes[0].cli("--cluster", "create", *addresses, *more, "--cluster-yes")
        wait_until(
            lambda: all("cluster_state:ok" in node.cli("CLUSTER", "INFO") for node in nodes),
            "a whole cluster",
        )
        yield nodes


def _home(directory: Path) -> Path:
    """Return a new directory: nodes.conf lies where a node runs."""
    home = directory / f"home-{len(list(directory.iterdir()))}"
    home.mkdir()
    return home


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    port: int

    def api(self, path: str, **parameters: str) -> Any:
        """Return the data of an answer of the HTTP API."""
        text = urllib.parse.urlencode(parameters)
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{text}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)["data"]

    def query(self, text: str, at: float) -> dict[tuple[tuple[str, str], ...], float]:
        """Return the values of an instant query by their labels."""
        found = self.api("query", query=text, time=str(at))["result"]
        return {tuple(sorted(one["metric"].items())): float(one["value"][1]) for one in found}


def blocks(samples: Path, data: Path) -> None:
    """Have promtool make blocks of samples in OpenMetrics, for a Prometheus on `data`."""
    wide = "--max-block-duration=768h"  # by default the file is read anew for every two hours
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", wide]
    subprocess.run([*command, str(samples), str(data)], check=True, capture_output=True)


@contextmanager
def prometheus(directory: Path, config: str, *options: str, port: int = 0) -> Iterator[Prometheus]:
    """Run Prometheus on a configuration until it is ready; its data is below `directory`."""
    port = port or free_port()
    (directory / "prometheus.yml").write_text(config)
    command = [
        "prometheus",
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *options,
    ]
    with process(command, directory / "prometheus.log") as running:
        _until_ready(running, port, directory / "prometheus.log")
        yield Prometheus(port)


def _until_ready(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait for a server that says when it is ready; fail with its log where it ends before."""
    address = f"http://127.0.0.1:{port}/-/ready"
    wait_until(lambda: running.poll() is not None or _ready(address), f"an answer of {address}")
    assert running.poll() is None, log.read_text()


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True)
class Alertmanager:
    """A running Alertmanager."""

    port: int

    def post(self, body: Any, path: str = "alerts") -> None:
        """Hand over alerts, as Prometheus does, or a silence."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200

    def reload(self, config: Path, text: str) -> None:
        """Write another configuration, and return when it is in force."""
        config.write_text(text)
        url = f"http://127.0.0.1:{self.port}/-/reload"
        with urllib.request.urlopen(urllib.request.Request(url, b""), timeout=60) as answer:
            assert answer.status == 200

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that it holds, muted ones too."""
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/api/v2/alerts", timeout=60
        ) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@contextmanager
def alertmanager(
    directory: Path, config: Path, *options: str, port: int = 0
) -> Iterator[Alertmanager]:
    """Run Alertmanager alone on a configuration until it is ready; its data is in `directory`."""
    port = port or free_port()
    command = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        *options,
    ]
    with process(command, directory / "alertmanager.log") as running:
        _until_ready(running, port, directory / "alertmanager.log")
        yield Alertmanager(port)
