"""A process that scrapes servers in turn over kept connections, and prints how long each took."""

import json
import sys
import time

from benchmarks.exporter import Exporter, scrape

EVERY = 0.05  # seconds between two scrapes


def main(lasts: float, ports: list[int]) -> None:
    """Scrape for so many seconds; print a list of seconds for each server."""
    connections = [Exporter(port, 0).connect() for port in ports]
    taken: list[list[float]] = [[] for _ in ports]
    end = time.monotonic() + lasts
    while time.monotonic() < end:
        for connection, seconds in zip(connections, taken, strict=True):
            begun = time.perf_counter()
            scrape(connection)
            seconds.append(time.perf_counter() - begun)
            time.sleep(EVERY / len(ports))
    print(json.dumps(taken))


if __name__ == "__main__":
    main(float(sys.argv[1]), [int(port) for port in sys.argv[2:]])
