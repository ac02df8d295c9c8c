"""What was exposed is never exposed smaller: over reloads, restarts, and a Redis that goes back."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter

from exporter.recorder import Recorder
from tests import servers
from tests.exporter.application.states import counter
from tests.exporter.application.writing import Writer
from tests.exporter.running import Running, running, written

pytestmark = pytest.mark.slow

SERIES = 'app_n_total{k="a"}'
SHAPE = counter("k")
PATIENCE = 120.0  # seconds; some exporters read every 30 s


def settings(port: int, **application: Any) -> dict[str, Any]:
    """Return settings of an exporter that reads the application `shop` only."""
    target = {"name": "metrics", "url": f"redis://127.0.0.1:{port}", "collect": False}
    return {
        "redis": {"targets": [target]},
        "application": {"redis": "metrics", "name": "shop", **application},
    }


@contextmanager
def exporter(tmp_path: Path, port: int, **application: Any) -> Iterator[Running]:
    """Run an exporter; its state file is that of the last one in this folder."""
    config = written(tmp_path / "monitoring.yaml", settings(port, **application))
    with running(tmp_path, "--config", str(config)) as found:
        yield found


def shows(found: Running, value: float, series: str = SERIES) -> None:
    """Wait until a series has a value; it may never have a higher one, and never fall."""
    seen = [0.0]

    def reached() -> bool:
        now = found.value(series) or 0.0
        assert seen[0] <= now <= value, f"{now} after {seen[0]}, on the way to {value}"
        seen[0] = now
        return now == value

    servers.wait_until(reached, f"{series} {value}", PATIENCE)


def polled(writer: Writer, found: Running) -> None:
    """Wait until the exporter has read Redis as it is now: it writes its state with each change."""
    marker = f"m{time.monotonic_ns()}"
    writer.count("marker_total", counter("m"), (marker,), 1)
    servers.wait_until(lambda: marker in found.page(), "a poll")


def reload(found: Running) -> None:
    """Reload and wait until it is done."""
    before = found.said().count("settings loaded")
    found.process.send_signal(signal.SIGHUP)
    servers.wait_until(lambda: found.said().count("settings loaded") > before, "a reload")


def go_back(writer: Writer, value: float) -> None:
    """Take back what an instance that ended had counted, as a failover does."""
    writer.client.hset(writer.keys.totals, writer.name("n_total", SHAPE, ("a",)), value)


@pytest.mark.parametrize("version", [pytest.param(1, marks=pytest.mark.deep), 2])
def test_the_page_does_not_fall_over_a_reload_and_a_restart(tmp_path: Path, version: int) -> None:
    """A Redis that went back shows what was exposed; what is counted afterwards is not invented."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server, version).begin().count("n_total", SHAPE, ("a",), 1000)
        with exporter(tmp_path, server.port) as found:
            shows(found, 1000)
            go_back(writer, 900)
            polled(writer, found)
            assert found.value(SERIES) == 1000
            reload(found)
            polled(writer, found)
            assert found.value(SERIES) == 1000
        with exporter(tmp_path, server.port) as again:
            shows(again, 1000)
            polled(writer, again)
            writer.count("n_total", SHAPE, ("a",), 150)
            shows(again, 1050)


@pytest.mark.parametrize("how", ["reload", pytest.param("restart", marks=pytest.mark.deep)])
def test_a_redis_emptied_meanwhile_is_filled_again(tmp_path: Path, how: str) -> None:
    """Also where the exporter is reloaded or restarted between the loss and the next count."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin("one").count("n_total", SHAPE, ("a",), 1000)
        with exporter(tmp_path, server.port) as found:
            shows(found, 1000)
            if how == "reload":
                server.cli("FLUSHALL")
                reload(found)
                writer.begin("two").count("n_total", SHAPE, ("a",), 1)
                shows(found, 1001)
        if how == "restart":
            server.cli("FLUSHALL")
            writer.begin("two").count("n_total", SHAPE, ("a",), 1)
        with exporter(tmp_path, server.port) as again:
            shows(again, 1001)
            assert writer.client.hget(writer.keys.meta, "seeded") == b"one"
            name = writer.name("n_total", SHAPE, ("a",))
            assert writer.client.hget(writer.keys.totals, name) == b"1001"


def test_an_epoch_that_comes_back_is_not_filled(tmp_path: Path) -> None:
    """A snapshot of before the loss has its totals: to add the exposed ones would double them."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin("one").count("n_total", SHAPE, ("a",), 1000)
        with exporter(tmp_path, server.port) as found:
            shows(found, 1000)
            server.cli("FLUSHALL")
            writer.begin("two").count("n_total", SHAPE, ("a",), 1)
            shows(found, 1001)
            server.cli("FLUSHALL")
            writer.begin("one").count("n_total", SHAPE, ("a",), 1000)
            polled(writer, found)
            assert found.value(SERIES) == 1001
        with exporter(tmp_path, server.port) as again:
            shows(again, 1001)
            assert writer.client.hget(writer.keys.meta, "seeded") is None


def test_a_snapshot_of_the_first_minutes_is_not_filled(tmp_path: Path) -> None:
    """Its epoch was never read, but its numbers are of a generation that was."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin("one").count("n_total", SHAPE, ("a",), 1000)
        server.cli("DEL", writer.keys.meta)
        writer.begin("two", seeded="kept")
        with exporter(tmp_path, server.port) as found:
            shows(found, 1000)
        with exporter(tmp_path, server.port) as found:
            server.cli("DEL", writer.keys.meta)
            writer.begin("one")
            polled(writer, found)
            assert found.value(SERIES) == 1000
            name = writer.name("n_total", SHAPE, ("a",))
            assert writer.client.hget(writer.keys.totals, name) == b"1000"
            assert writer.client.hget(writer.keys.meta, "seeded") is None


def test_two_exporters_show_the_same(tmp_path: Path) -> None:
    """Of an HA pair one fills the emptied Redis; neither counts anything twice."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin("one").count("n_total", SHAPE, ("a",), 1000)
        for name in "ab":
            (tmp_path / name).mkdir()
        with (
            exporter(tmp_path / "a", server.port) as one,
            exporter(tmp_path / "b", server.port) as two,
        ):
            shows(one, 1000)
            shows(two, 1000)
            server.cli("FLUSHALL")
            writer.begin("two").count("n_total", SHAPE, ("a",), 1)
            shows(one, 1001)
            shows(two, 1001)


@pytest.mark.parametrize(
    "interval",
    ["1s", pytest.param("30s", marks=pytest.mark.deep)],
)
def test_a_redis_restored_from_an_older_snapshot_catches_up(tmp_path: Path, interval: str) -> None:
    """Instances send again what it lacks; the page is flat until then, and swallows nothing."""
    options = ("--dir", str(tmp_path), "--dbfilename", "dump.rdb")
    port = servers.free_port()
    instances = [_instance(port), _instance(port)]
    with exporter_and_redis(tmp_path, port, options, interval) as (found, restart):
        _count(instances[0], 500)
        shows(found, 500, 'app_n_total{k="a"}')
        servers_cli(port, "SAVE")
        _count(instances[0], 100)
        _count(instances[1], 40)  # born after the snapshot
        shows(found, 640, 'app_n_total{k="a"}')
        restart()
        for turn in range(1, 4):
            _count(instances[0], 1)
            _count(instances[1], 1)
            shows(found, 640 + 2 * turn, 'app_n_total{k="a"}')
        reload(found)
        _count(instances[1], 4)
        shows(found, 650, 'app_n_total{k="a"}')


def _instance(port: int) -> tuple[Recorder, Counter]:
    registry = CollectorRegistry()
    recorder = Recorder(
        f"redis://127.0.0.1:{port}", application="shop", registry=registry, interval=3600
    )
    return recorder, Counter("n", "N.", ["k"], registry=registry)


def _count(instance: tuple[Recorder, Counter], number: int) -> None:
    recorder, counted = instance
    counted.labels("a").inc(number)
    servers.wait_until(recorder.flush, "a flush")


def servers_cli(port: int, *words: str) -> str:
    """Run a command on a port."""
    return servers.Redis(port, None).cli(*words)  # type: ignore[arg-type]


@contextmanager
def exporter_and_redis(
    tmp_path: Path, port: int, options: tuple[str, ...], interval: str
) -> Iterator[tuple[Running, Callable[[], None]]]:
    """Run an exporter and a Redis; with a function that kills Redis and restores its snapshot."""
    with ExitStack() as stack:
        running_now = [stack.enter_context(servers.redis(tmp_path, *options, port=port))]

        def restart() -> None:
            running_now[-1].kill()
            running_now.append(stack.enter_context(servers.redis(tmp_path, *options, port=port)))

        found = stack.enter_context(exporter(tmp_path, port, poll_interval=interval))
        yield found, restart


@pytest.mark.deep
def test_forgotten_series_leave_the_page_of_running_exporters(tmp_path: Path) -> None:
    """Redis, the page and the state file have them no more; other series stay as they are."""
    with servers.redis(tmp_path) as server:
        writer = Writer(server).begin().count("n_total", SHAPE, ("a",), 5)
        writer.count("n_total", SHAPE, ("b",), 6).count("m_total", counter(), (), 7)
        config = str(written(tmp_path / "monitoring.yaml", settings(server.port)))
        with exporter(tmp_path, server.port) as found:
            shows(found, 5)
            _run("application", "forget", "shop", "--config", config, "--yes", "--series", "k=a")
            servers.wait_until(lambda: found.value(SERIES) is None, "a to be gone")
            assert found.value('app_n_total{k="b"}') == 6
            listed = _run("application", "show", "--config", config, "--json")
            schemas = {row["exported"]: row["series"] for row in json.loads(listed)["schemas"]}
            assert schemas == {"app_n_total": 1, "app_m_total": 1}
        _run("application", "forget", "shop", "--config", config, "--yes", "--family", "m_total")
        with exporter(tmp_path, server.port) as again:
            shows(again, 6, 'app_n_total{k="b"}')
            assert again.value(SERIES) is again.value("app_m_total") is None
        _run("application", "forget", "shop", "--config", config, "--yes", "--series", "k=b")
        writer.count("n_total", SHAPE, ("b",), 2)
        with exporter(tmp_path, server.port) as last:
            shows(last, 2, 'app_n_total{k="b"}')
        writer.client.sadd(writer.keys.regions, "eu")
        _run("application", "forget", "shop", "--config", config, "--yes")
        keys = writer.keys
        assert writer.client.exists(keys.totals, keys.families, keys.regions) == 0


def _run(*arguments: str) -> str:
    code = "from exporter.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_another_server_has_its_own_counts(tmp_path: Path) -> None:
    """Settings may name another Redis, or one to which the counts were moved, which goes on.

    Nothing of the first is written to the second.
    """
    with servers.redis(tmp_path) as first, servers.redis(tmp_path) as second:
        ours = Writer(first).begin("ours", created="2000.0").count("n_total", SHAPE, ("a",), 1000)
        theirs = Writer(second).begin("theirs", created="1000.0")
        theirs.count("n_total", SHAPE, ("a",), 300)
        with exporter(tmp_path, first.port) as found:
            shows(found, 1000)
            written(tmp_path / "monitoring.yaml", settings(second.port))
            found.process.send_signal(signal.SIGHUP)
            servers.wait_until(lambda: found.value(SERIES) == 300, "the counts of the second")
        with exporter(tmp_path, second.port) as found:
            shows(found, 300)
        with exporter(tmp_path, first.port) as found:
            shows(found, 1000)
        theirs.client.hset(theirs.keys.meta, "epoch", "ours")
        with exporter(tmp_path, second.port) as found:
            polled(theirs.count("n_total", SHAPE, ("b",), 1), found)
            shows(found, 1000)
        assert (
            theirs.client.hget(theirs.keys.totals, theirs.name("n_total", SHAPE, ("a",))) == b"300"
        )
        assert ours.client.hlen(ours.keys.totals) == 1
