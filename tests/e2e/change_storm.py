"""A storm of changes: versions, buckets, Redis' snapshots, reloads and kills, while all count.

Every instance ends by SIGTERM and writes down what it counted, so the truth is known to the last
event.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests import servers
from tests.e2e.changing_instance import VERSIONS

ROOT = Path(__file__).parents[2]
ROUNDS = 6
SHORT = 2
Labels = tuple[tuple[str, str], ...]


@dataclass
class Watch:
    """Reads the exposition again and again, and notes what must never be: a failure, a fall."""

    port: int
    failures: list[str] = field(default_factory=list)
    falls: list[str] = field(default_factory=list)
    highest: dict[str, float] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Read until the storm has passed."""
        while not self.ended.wait(0.1):
            self.look()

    def look(self) -> None:
        """Read once; an exporter that is being restarted does not answer, which is no failure."""
        try:
            found = sums(exposition(self.port))
        except urllib.error.HTTPError as error:
            self.failures.append(f"{error.code}: {error.read()[:200]!r}")
            return
        except OSError:
            return
        for name, value in found.items():
            if value < self.highest.get(name, 0.0):
                self.falls.append(f"{name}: {self.highest[name]} -> {value}")
            self.highest[name] = max(value, self.highest.get(name, 0.0))


def exposition(port: int) -> str:
    """Return the text of /metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def sums(text: str) -> dict[str, float]:
    """Return what an exposition says of the service, in the words of its instances' files."""
    found: Tally[str] = Tally()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "app_orders_total":
                found[sample.labels["kind"]] += sample.value
            elif sample.name == "app_latency_seconds_count":
                found["latencies"] += sample.value
            elif sample.name == "app_latency_seconds_sum":
                found["milliseconds"] += round(sample.value * 1000)
            elif sample.name == "app_latency_seconds_bucket" and sample.labels["le"] == "0.2":
                found["within"] += sample.value
    return dict(found)


@dataclass
class Storm:
    """The pieces of a storm: a Redis with snapshots, an exporter, instances."""

    folder: Path
    redis_port: int
    port: int
    stack: ExitStack
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    instances: list[tuple[subprocess.Popen[bytes], Path]] = field(default_factory=list)
    truth: Tally[str] = field(default_factory=Tally)
    started: int = 0

    def start_redis(self) -> None:
        """Start Redis on what its folder holds."""
        listen = ("--port", str(self.redis_port), "--bind", "127.0.0.1", "--appendonly", "no")
        command = ["redis-server", *listen, "--dir", str(self.folder / "redis"), "--save", ""]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.redis = servers.Redis(self.redis_port, running)
        servers.wait_until(lambda: servers.answers(self.redis_port), "Redis")

    def end_redis(self) -> None:
        """Kill the Redis that runs now, which is not the one that ran first."""
        self.redis.kill()

    def restore(self, snapshot: Path) -> None:
        """Kill Redis and start it from an older snapshot."""
        self.redis.kill()
        shutil.copy(snapshot, self.folder / "redis" / "dump.rdb")
        self.start_redis()

    def snapshot(self) -> Path:
        """Return a copy of what Redis has now."""
        assert self.redis.cli("SAVE") == "OK"
        return Path(shutil.copy(self.folder / "redis" / "dump.rdb", self.folder / "older.rdb"))

    def start_exporter(self) -> None:
        """Start the exporter's own program, and wait until it is ready."""
        command = [sys.executable, "-c", "from exporter.cli import main; main()", "run"]
        with (self.folder / "log").open("ab") as log:
            self.exporter = subprocess.Popen(
                [*command, "--config", str(self.folder / "monitoring.yaml")], cwd=ROOT, stderr=log
            )
        servers.wait_until(lambda: bool(self._text()), "the exposition")

    def _text(self) -> str:
        try:
            return exposition(self.port)
        except OSError:
            return ""

    def start_instance(self, version: int) -> None:
        """Start an instance of a version."""
        self.started += 1
        file = self.folder / f"counted-{self.started}.json"
        command = [sys.executable, "-m", "tests.e2e.changing_instance"]
        arguments = [f"redis://127.0.0.1:{self.redis_port}", version, self.started, file]
        running = subprocess.Popen([*command, *map(str, arguments)], cwd=ROOT)
        self.instances.append((running, file))

    def end_instances(self, number: int) -> None:
        """End the oldest instances, and add what they counted to the truth."""
        for _ in range(min(number, len(self.instances))):
            running, file = self.instances.pop(0)
            running.terminate()
            assert running.wait(60) == 0
            self.truth.update(json.loads(file.read_text()))

    def progress(self) -> None:
        """Wait until the exposition has counted on: what changed last has been through."""
        before = sum(sums(self._text()).values())
        servers.wait_until(
            lambda: sum(sums(self._text()).values()) > before + 200, "further counts", 60
        )


def configure(storm: Storm) -> None:
    """Write the exporter's settings."""
    target = {"name": "metrics", "url": f"redis://127.0.0.1:{storm.redis_port}"}
    settings = {
        "redis": {"targets": [target | {"collect": False}]},
        "application": {"redis": "metrics", "name": "storm"},
        "web": {"listen": [f"127.0.0.1:{storm.port}"]},
        "storage": {"state_file": str(storm.folder / "state.sqlite")},
    }
    (storm.folder / "monitoring.yaml").write_text(yaml.safe_dump(settings))


@contextmanager
def begun(folder: Path) -> Iterator[Storm]:
    """Give Redis, the exporter and two instances of the first version; end all of them."""
    (folder / "redis").mkdir()
    with ExitStack() as stack:
        storm = Storm(folder, servers.free_port(), servers.free_port(), stack)
        configure(storm)
        storm.start_redis()
        stack.callback(storm.end_redis)
        storm.start_exporter()
        stack.callback(lambda: (storm.exporter.kill(), storm.exporter.wait()))
        stack.callback(lambda: [running.kill() for running, _ in storm.instances])
        for _ in range(2):
            storm.start_instance(0)
        yield storm


def weathered(folder: Path, rounds: int = ROUNDS) -> tuple[dict[str, float], Tally[str], Watch]:
    """Let a storm pass; return what the exposition says, what happened, and what was watched."""
    with begun(folder) as storm:
        watch = Watch(storm.port)
        watching = threading.Thread(target=watch.run)
        watching.start()
        for number in range(rounds):
            _round(storm, number)
        storm.end_instances(len(storm.instances))
        servers.wait_until(lambda: sums(storm._text()) == storm.truth, "every count", 30)
        found = sums(storm._text())
        watch.ended.set()
        watching.join()
    return found, storm.truth, watch


def _round(storm: Storm, number: int) -> None:
    """Change the version, take Redis back to an older state, reload and kill the exporter."""
    storm.progress()
    older = storm.snapshot()
    storm.start_instance((number + 1) % len(VERSIONS))  # born after the snapshot
    storm.progress()
    storm.exporter.send_signal(signal.SIGHUP)
    storm.restore(older)
    storm.progress()
    storm.exporter.kill()
    storm.exporter.wait()
    storm.start_exporter()
    storm.progress()
    if len(storm.instances) > 3:
        storm.end_instances(1)
