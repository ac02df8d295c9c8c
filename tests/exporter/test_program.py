"""The exporter as a process: reload by signal and by request, and an end that loses nothing."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.simulator.server import Simulator
from tests.exporter.running import (
    INSTANCES,
    IONMON,
    REQUESTS,
    UP,
    Running,
    address,
    running,
    simulator,
    tree,
    written,
)
from tests.exporter.simulator.worlds import true_total
from tests.servers import redis, wait_until

FAMILIES = (REQUESTS, INSTANCES, UP)
RELOADED = "ionmon_config_last_reload_successful"


@pytest.fixture(scope="module")
def project() -> Iterator[Simulator]:
    """Serve a project that all tests of this file read."""
    with simulator(*FAMILIES) as found:
        yield found


def hashes(exporter: Running) -> list[str]:
    """Return the hashes of settings on the page."""
    return [line for line in exporter.page().splitlines() if line.startswith("ionmon_config_hash")]


def test_a_signal_swaps_the_settings(project: Simulator, tmp_path: Path) -> None:
    """SIGHUP loads the file: families come and go, what stays is still there, the hash is new."""
    path = written(tmp_path / "m.yaml", tree(address(project), REQUESTS, INSTANCES))
    with running(tmp_path, "--config", str(path)) as exporter:
        for name in (REQUESTS, INSTANCES):
            wait_until(lambda name=name: f"{name}{{" in exporter.page(), f"{name} on the page")
        before = hashes(exporter)
        written(path, tree(address(project), REQUESTS, UP, budget_usd_per_month=5))
        exporter.process.send_signal(signal.SIGHUP)
        wait_until(lambda: f"{UP}{{" in exporter.page(), "the new family on the page")
        page = exporter.page()
        assert f"{INSTANCES}{{" not in page
        assert f"# TYPE {REQUESTS} counter" in page
        assert exporter.value(RELOADED) == 1
        assert exporter.value("ionmon_cost_budget_dollars") == 5
        assert len(hashes(exporter)) == len(before) == 1
        assert hashes(exporter) != before
        written(path, tree(address(project), REQUESTS))
        exporter.process.send_signal(signal.SIGHUP)
        wait_until(lambda: exporter.value("ionmon_cost_budget_dollars") is None, "no budget")
        assert f'ionmon_poll_interval_seconds{{gcp_project="ion-demo",family="{UP}"}}' not in (
            exporter.page()
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("google: {projcts: [x]}", "projcts"),
        ("google: [", "monitoring.yaml"),
        ("log: {level: info}", "nothing to read"),
    ],
)
def test_a_bad_file_keeps_the_old_settings(
    project: Simulator, tmp_path: Path, text: str, said: str
) -> None:
    """A file that cannot be taken changes nothing but the metric and the log, which name it."""
    path = written(tmp_path / "monitoring.yaml", tree(address(project), REQUESTS))
    with running(tmp_path, "--config", str(path)) as exporter:
        exporter.wait_ready()
        before = hashes(exporter)
        path.write_text(text)
        exporter.process.send_signal(signal.SIGHUP)
        exporter.wait_for_log("reload refused, the old settings stay")
        assert said in exporter.said().split("reload refused")[1]
        wait_until(lambda: exporter.value(RELOADED) == 0, "the failed reload on the page")
        assert hashes(exporter) == before
        assert f"{REQUESTS}{{" in exporter.page()
        assert exporter.ask("/-/healthy")[0] == 200
        written(path, tree(address(project), REQUESTS))
        exporter.process.send_signal(signal.SIGHUP)
        wait_until(lambda: exporter.value(RELOADED) == 1, "a reload that works")


def test_reload_by_request_is_off_unless_asked_for(project: Simulator, tmp_path: Path) -> None:
    """POST /-/reload is refused, and says what switches it on."""
    path = written(tmp_path / "m.yaml", tree(address(project), REQUESTS))
    with running(tmp_path, "--config", str(path)) as exporter:
        status, body = exporter.ask("/-/reload", "POST")
        assert (status, "--web.enable-lifecycle" in body) == (403, True)


def test_reload_by_request(project: Simulator, tmp_path: Path) -> None:
    """Where it is on, POST /-/reload answers once the settings are in force, or says why not."""
    path = written(tmp_path / "m.yaml", tree(address(project), REQUESTS))
    with running(tmp_path, "--config", str(path), "--web.enable-lifecycle") as exporter:
        before = hashes(exporter)
        written(path, tree(address(project), UP))
        assert exporter.ask("/-/reload", "POST") == (200, "loaded\n")
        assert hashes(exporter) != before
        path.write_text("google: {projcts: [x]}")
        status, body = exporter.ask("/-/reload", "POST")
        assert (status, "the old settings stay" in body, "projcts" in body) == (400, True, True)
        assert exporter.ask("/-/reload")[0] == 405


def test_changes_that_need_a_start_are_named(project: Simulator, tmp_path: Path) -> None:
    """A reload that would change the web server or the state file says that it does not."""
    settings = tree(address(project), REQUESTS)
    path = written(tmp_path / "m.yaml", settings)
    with running(tmp_path, "--config", str(path)) as exporter:
        written(path, {**settings, "web": {"telemetry_path": "/other"}})
        exporter.process.send_signal(signal.SIGHUP)
        exporter.wait_for_log("web and storage apply at the next start")
        assert exporter.ask("/metrics")[0] == 200


def counted(path: Path) -> tuple[int, int, float]:
    """Return what a state file that nobody holds has counted: after, until, and how many."""
    with sqlite3.connect(path) as store:
        cut, covered = store.execute("SELECT cut, covered FROM ledger").fetchone()
        (total,) = store.execute("SELECT coalesce(sum(value), 0) FROM total").fetchone()
    return cut // 10**9, covered // 10**9, float(total)


def stop(exporter: Running, number: int) -> None:
    """End an exporter by a signal, which is an end without a fault."""
    exporter.process.send_signal(number)
    assert exporter.process.wait(15) == 0
    assert "Traceback" not in exporter.said()


def test_a_signal_ends_it_while_a_poll_runs(tmp_path: Path) -> None:
    """SIGTERM amid slow calls ends with 0; the next start counts all since the first, once."""
    with simulator(REQUESTS, faults="slow=1:20s") as slow:
        path = written(tmp_path / "m.yaml", tree(address(slow), REQUESTS))
        with running(tmp_path, "--config", str(path)) as exporter:
            wait_until(lambda: slow.calls > 0, "a call under way")
            stop(exporter, signal.SIGTERM)
    begun = counted(tmp_path / "state.sqlite")[0]
    with simulator(REQUESTS) as sound:
        written(path, tree(address(sound), REQUESTS))
        with running(tmp_path, "--config", str(path)) as exporter:
            wait_until(lambda: f"{REQUESTS}{{" in exporter.page(), "counters")
            stop(exporter, signal.SIGINT)
        after, until, total = counted(tmp_path / "state.sqlite")
        truth = true_total(sound.world, "run.googleapis.com/request_count", after, until)
    assert (after, {(): total}) == (begun, truth)
    assert total > 0


def ended(*arguments: str) -> tuple[int, str]:
    """Run ionmon to its end; return its exit code and what it says."""
    done = subprocess.run(
        (*IONMON, *arguments), capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


def test_what_is_taken_is_named(project: Simulator, tmp_path: Path) -> None:
    """A state file that is held ends with 4, a port that is taken with 1; each names its thing."""
    path = str(written(tmp_path / "m.yaml", tree(address(project), REQUESTS)))
    with running(tmp_path, "--config", path) as exporter:
        taken = ("run", "--config", path, "--web.listen-address", f"127.0.0.1:{exporter.port}")
        state = tmp_path / "state.sqlite"
        code, text = ended(*taken, "--storage.state-file", str(state))
        assert (code, str(state) in text, "Traceback" in text) == (4, True, False)
        code, text = ended(*taken, "--storage.state-file", str(tmp_path / "other.sqlite"))
        assert (code, str(exporter.port) in text, "Traceback" in text) == (1, True, False)
        assert exporter.ask("/-/healthy")[0] == 200


def test_a_redis_is_enough(tmp_path: Path) -> None:
    """Without a project no credentials are asked for, and Redis is read."""
    with redis(tmp_path) as server:
        target = {"name": "cache", "url": f"redis://127.0.0.1:{server.port}"}
        config = written(tmp_path / "monitoring.yaml", {"redis": {"targets": [target]}})
        with running(tmp_path, "--config", str(config)) as found:
            up = f'redis_up{{redis_id="cache",redis_node="127.0.0.1:{server.port}"}}'
            wait_until(lambda: found.value(up) == 1, "Redis on the page")
            assert "redentials" not in found.said()
