"""A million counts from many processes, while Redis is killed and processes come and go."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.exporter.recorder.counting import THREADS, progress
from tests.exporter.recorder.reading import DURABLE, Exporter

PROCESSES, COUNTS, KILLS = 8, 1_000_000, 4
ROOT = Path(__file__).parents[3]
NAME = "app_storm_total"


@dataclass(frozen=True)
class Worker:
    """A process that counts, its numbers, and how often each of its threads is to count."""

    running: subprocess.Popen[bytes]
    done: memoryview
    times: tuple[int, ...]

    @property
    def counted(self) -> int:
        """How often it has counted, whether flushed or not."""
        return sum(self.done[:THREADS])

    @property
    def confirmed(self) -> int:
        """How much of it a flush confirmed to be in Redis."""
        return int(self.done[THREADS])

    @property
    def rest(self) -> tuple[int, ...]:
        """How often its threads have still to count."""
        return tuple(times - done for times, done in zip(self.times, self.done, strict=False))


@dataclass
class Crowd:
    """All processes that ever counted."""

    port: int
    folder: Path
    stack: ExitStack
    workers: list[Worker]

    def add(self, times: tuple[int, ...]) -> Worker:
        """Start a process."""
        path = self.folder / f"counts-{len(self.workers)}"
        done, url = progress(path), f"redis://127.0.0.1:{self.port}"
        module = "tests.exporter.recorder.counting"
        command = [sys.executable, "-m", module, url, str(path), *map(str, times)]
        log = self.folder / "counting.log"
        running = self.stack.enter_context(servers.process(command, log, ROOT))
        self.workers.append(Worker(running, done, times))
        return self.workers[-1]

    def counted(self) -> int:
        """Return how often all have counted."""
        return sum(worker.counted for worker in self.workers)

    def finish(self) -> None:
        """Wait until all that were not killed have ended well."""
        for worker in self.workers:
            worker.running.wait(servers.READY_WITHIN)


@contextmanager
def crowd(folder: Path, processes: int, counts: int) -> Iterator[Crowd]:
    """Run so many processes that together count so often."""
    each = (counts // (processes * THREADS),) * THREADS
    with ExitStack() as stack:
        found = Crowd(servers.free_port(), folder, stack, [])
        for _ in range(processes):
            found.add(each)
        yield found


def codes(found: Crowd) -> set[int | None]:
    """Return how processes ended."""
    return {worker.running.returncode for worker in found.workers}


def loaded(server: servers.Redis) -> None:
    """Wait until a Redis has read its files: it answers before, and refuses."""
    servers.wait_until(lambda: server.info("loading") == "0", "the data of Redis")


def test_a_million_counts_are_exact(tmp_path: Path) -> None:
    """Redis is killed and processes are replaced: all that flushes confirmed is there."""
    shown = []
    with crowd(tmp_path, PROCESSES, COUNTS) as found:
        exporter = Exporter(found.port)
        for kill in range(KILLS):
            with servers.redis(tmp_path, *DURABLE, port=found.port) as server:
                loaded(server)
                reached = (kill + 1) * COUNTS // (KILLS + 2)
                servers.wait_until(lambda reached=reached: found.counted() >= reached, "counts")
                servers.wait_until(lambda: exporter.total(NAME) > 0, "a first flush")
                shown.append(exporter.total(NAME))
                assert shown[-1] <= found.counted()
                server.kill()
                leaving = found.workers[kill]
                leaving.running.terminate()
        with servers.redis(tmp_path, *DURABLE, port=found.port) as server:
            loaded(server)
            for leaving in found.workers[:KILLS]:
                assert leaving.running.wait(servers.READY_WITHIN) == 0
                found.add(leaving.rest)
            found.finish()
            shown.append(exporter.total(NAME))
            exporter.close()
            fresh = Exporter(found.port)
            assert (fresh.total(NAME), found.counted()) == (COUNTS, COUNTS)
            fresh.close()
    assert ({0}, KILLS) == (codes(found), sum(any(w.rest) for w in found.workers))
    assert shown == sorted(shown)
    assert shown[-1] == COUNTS


def test_a_killed_process_loses_at_most_what_was_not_confirmed(tmp_path: Path) -> None:
    """After SIGKILL the total is between what was confirmed and what was counted, for good.

    What may be lost is what a process counted since its last flush that returned: one interval's
    worth, or while Redis is away what was counted since it went.
    """
    with crowd(tmp_path, 4, 400_000) as found, servers.redis(tmp_path, port=found.port) as server:
        exporter = Exporter(server.port)
        servers.wait_until(lambda: all(w.confirmed for w in found.workers), "flushes")
        for worker in found.workers[:2]:
            worker.running.kill()
        found.finish()
        total = exporter.total(NAME)
        exporter.close()
    assert codes(found) == {0, -9}
    assert sum(worker.confirmed for worker in found.workers) <= total <= found.counted()
    assert all(w.counted == w.confirmed == sum(w.times) for w in found.workers[2:])
