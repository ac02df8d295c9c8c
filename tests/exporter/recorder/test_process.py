"""Forks, SIGTERM and the end of a process."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import Counter, Enum, Gauge, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from exporter.recorder import process
from tests import servers
from tests.exporter.recorder.reading import page, recorder

ROOT = Path(__file__).parents[3]
NAME = "app_c_total"
BEGIN = """
import os, signal, sys, threading, time
from prometheus_client import CollectorRegistry, Counter
from exporter.recorder import Recorder
r = Recorder(sys.argv[1], application="shop", registry=CollectorRegistry(), interval=3600)
c = Counter("c", "C.", registry=r.registry)
r.start()
"""
WAIT = "threading.Event().wait(60)"  # for the signal to end the process; more is a failure
TERM = "os.kill(os.getpid(), signal.SIGTERM)"
ENDS = {
    "at exit": ("c.inc(3)", 0, 3),
    "on an error": ("c.inc(3); raise SystemExit(7)", 7, 3),
    "by SIGTERM": (f"c.inc(3); {TERM}; {WAIT}", -15, 3),
    "by SIGTERM with a lock held": (
        f"""
c.inc(3)
with c._value._lock: {TERM}
{WAIT}
""",
        -15,
        3,
    ),
    "by SIGTERM in a flush": (
        f"""
c.inc(3)
r._flushing.acquire(); {TERM}; r._flushing.release()
{WAIT}
""",
        -15,
        3,
    ),
    "by SIGTERM with another recorder": (
        f"""
q = Recorder(sys.argv[1], application="shop", registry=CollectorRegistry()).start()
Counter("c", "C.", registry=q.registry).inc(4); c.inc(3)
{TERM}; {WAIT}
""",
        -15,
        7,
    ),
    "with a handler of its own": (
        f"""
r.stop(); signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); r.start(); c.inc(3)
{TERM}; {WAIT}
""",
        5,
        3,
    ),
    "after a child of multiprocessing": (
        """
import multiprocessing
def work(): c.inc(10)
c.inc(3)
p = multiprocessing.get_context("fork").Process(target=work); p.start(); p.join()
c.inc(4)
""",
        0,
        17,
    ),
    "after a child that exits": (
        """
c.inc(3)
if os.fork() == 0: c.inc(10); sys.exit()
os.wait(); c.inc(4)
""",
        0,
        17,
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_process_that_ends_flushes(tmp_path: Path, name: str) -> None:
    """What parent and child counted is in Redis once, however they end but by SIGKILL."""
    text, code, total = ENDS[name]
    with servers.redis(tmp_path) as server:
        url = f"redis://127.0.0.1:{server.port}"
        command = [sys.executable, "-c", BEGIN + text, url]
        done = subprocess.run(command, cwd=ROOT, check=False, timeout=60, capture_output=True)
        assert (code, b"") == (done.returncode, done.stderr)
        assert page(server)[NAME] == {("",): total}


class Locked(Collector):
    """A collector with a lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        """Yield a metric."""
        with self._lock:
            yield GaugeMetricFamily("depth", "D.", value=1)


def child(act: Callable[[], None]) -> int:
    """Fork; return how the child ended, which has 20 seconds."""
    forked = os.fork()
    if forked == 0:
        signal.alarm(20)
        try:
            act()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1])


def test_a_fork_counts_once(tmp_path: Path) -> None:
    """What was counted before the fork is the parent's; each sends its own from then on."""
    with servers.redis(tmp_path) as server:
        started = recorder(server).start()
        counted = Counter("c", "C.", registry=started.registry)
        counted.inc(5)
        parent = started.instance

        def work() -> None:
            counted.inc(10)
            os._exit(0 if started.flush() and started.instance != parent else 1)

        assert child(work) == 0
        counted.inc(100)
        assert started.stop()
        assert page(server)[NAME] == {("",): 115}


def test_a_fork_while_other_threads_count(tmp_path: Path) -> None:
    """No lock of a metric is held in the child, and the count of both is exact."""
    with servers.redis(tmp_path) as server:
        started, over = recorder(server).start(), threading.Event()
        counted = Counter("c", "C.", ["label"], registry=started.registry)
        Gauge("g", "G.", registry=started.registry)
        numbers = [0, 0]

        def count(slot: int) -> None:
            while not over.is_set():
                counted.labels(str(numbers[slot] % 50)).inc()
                numbers[slot] += 1

        threads = [threading.Thread(target=count, args=(slot,)) for slot in range(2)]
        for thread in threads:
            thread.start()

        def work() -> None:
            counted.labels("child").inc(1000)
            os._exit(0 if started.flush() else 1)

        codes = [child(work) for _ in range(20)]
        over.set()
        for thread in threads:
            thread.join()
        assert started.stop()
        assert codes == [0] * 20
        assert sum(page(server)[NAME].values()) == sum(numbers) + 20 * 1000


@pytest.mark.parametrize("held", ["number", "children", "bucket", "state"])
def test_a_child_can_count_whatever_is_locked_at_the_fork(tmp_path: Path, held: str) -> None:
    """A thread is in the middle of counting while the process forks: the child has free locks."""
    with servers.redis(tmp_path) as server:
        started, holds, forked = recorder(server).start(), threading.Event(), threading.Event()
        registry = started.registry
        counted = Counter("c", "C.", ["label"], registry=registry)
        timed = Histogram("h", "H.", registry=registry)
        mood = Enum("e", "E.", states=["a", "b"], registry=registry)
        one = counted.labels("a")
        locks = {
            "number": one._value._lock,
            "children": counted._lock,
            "bucket": timed._buckets[0]._lock,
            "state": mood._lock,
        }

        def hold() -> None:
            with locks[held]:
                holds.set()
                assert forked.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        holds.wait()

        def work() -> None:
            one.inc()
            counted.labels("b").inc()
            timed.observe(0)
            mood.state("b")
            os._exit(0 if started.flush() else 1)

        assert child(work) == 0
        forked.set()
        thread.join()
        assert started.stop()
        assert page(server)[NAME] == {("", "a"): 1, ("", "b"): 1}


def test_a_fork_waits_for_a_foreign_collector(tmp_path: Path) -> None:
    """A collector of the application's own is not locked by another thread in the child."""
    with servers.redis(tmp_path) as server:
        started, holds = recorder(server).start(), threading.Event()
        foreign = Locked()
        started.registry.register(foreign)

        def hold() -> None:
            with foreign._lock:
                holds.set()
                servers.wait_until(lambda: bool(process._paused), "a fork")

        thread = threading.Thread(target=hold)
        thread.start()
        holds.wait()
        assert child(lambda: os._exit(0 if started.flush() else 1)) == 0
        thread.join()
        assert started.stop()
