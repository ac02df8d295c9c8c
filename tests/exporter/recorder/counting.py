"""A process of four threads that counts, and writes down how far it is, for the storm.

What it counted is five numbers in a file that it maps: one a thread, and last how many of all were
confirmed by flushes that returned True.
"""

import mmap
import signal
import sys
import threading
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter

from exporter.recorder import Recorder

THREADS, INTERVAL, PACE = 4, 0.1, 250


def progress(path: Path) -> memoryview:
    """Map the five numbers of a process."""
    if not path.exists():
        path.write_bytes(bytes(8 * (THREADS + 1)))
    with path.open("r+b") as opened:
        return memoryview(mmap.mmap(opened.fileno(), 0)).cast("q")


def main(url: str, path: Path, times: list[int]) -> None:
    """Count so often, thread by thread, or until SIGTERM; end when all of it is in Redis."""
    registry, over = CollectorRegistry(), threading.Event()
    counter, done = Counter("app_storm", "Counted.", registry=registry), progress(path)
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    recorder = Recorder(url, application="shop", registry=registry, interval=INTERVAL)
    recorder.start()

    def count(slot: int) -> None:
        for number in range(1, times[slot] + 1):
            counter.inc()
            done[slot] = number
            if number % PACE == 0 and over.wait(0.02):
                return

    threads = [threading.Thread(target=count, args=(slot,)) for slot in range(THREADS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        counted = sum(done[:THREADS])
        if recorder.flush():
            done[THREADS] = counted
        threads[0].join(INTERVAL)
    while not (recorder.stop() and recorder.flush()):
        threading.Event().wait(INTERVAL)
    done[THREADS] = sum(done[:THREADS])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), list(map(int, sys.argv[3:])))
