"""One instance of a service whose metrics change from version to version: python -m … ARGUMENTS.

It counts until it gets SIGTERM, stops its recorder, and writes what it counted to a file. Orders
have other labels in each version, latencies other buckets.
"""

import json
import random
import signal
import sys
import time
from collections import Counter as Tally
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from exporter.recorder import Recorder

KINDS, PAYS, SHOPS = ("book", "film"), ("card", "cash"), ("north", "south")
SHARED = 0.2  # the one bound that every version has


@dataclass(frozen=True)
class Version:
    """How a version describes its metrics."""

    labels: tuple[str, ...]
    bounds: tuple[float, ...]


VERSIONS = (
    Version(("kind", "pay"), (0.1, SHARED, 0.4)),
    Version(("pay", "kind"), (0.1, SHARED, 0.4)),
    Version(("kind", "pay", "shop"), (SHARED, 0.5)),
    Version(("kind",), (0.05, 0.1, SHARED, 0.4, 1.0)),
)


class Ended:
    """Whether SIGTERM came. An Event would lock where the handler interrupts its own wait."""

    def __init__(self) -> None:
        self.is_set = False

    def set(self, *_: object) -> None:
        """Note it."""
        self.is_set = True


def main() -> None:
    """Count until SIGTERM."""
    url, number, seed, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    ended = Ended()
    signal.signal(signal.SIGTERM, ended.set)
    registry, chance = CollectorRegistry(), random.Random(seed)
    recorder = Recorder(url, application="storm", registry=registry, interval=0.2).start()
    counted = _count(VERSIONS[number], registry, chance, ended)
    while not recorder.stop():
        time.sleep(0.1)
    file.write_text(json.dumps(counted))


def _count(
    version: Version, registry: CollectorRegistry, chance: random.Random, ended: Ended
) -> dict[str, float]:
    orders = Counter("orders", "Orders.", version.labels, registry=registry)
    latency = Histogram("latency_seconds", "Latency.", buckets=version.bounds, registry=registry)
    Gauge("version", "Number of the version.", registry=registry).set(len(version.labels))
    counted: Tally[str] = Tally()
    while not ended.is_set:
        time.sleep(0.002)
        values = {"kind": chance.choice(KINDS), "pay": chance.choice(PAYS)}
        values["shop"] = chance.choice(SHOPS)
        orders.labels(**{name: values[name] for name in version.labels}).inc()
        counted[values["kind"]] += 1
        milliseconds = chance.randrange(0, 1500)
        latency.observe(milliseconds / 1000)
        counted["latencies"] += 1
        counted["milliseconds"] += milliseconds
        counted["within"] += milliseconds <= SHARED * 1000
    return dict(counted)


if __name__ == "__main__":
    main()
