"""Recorders on a Redis of the test, and the page that the exporter makes of it."""

import asyncio
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from exporter.clock import WallClock
from exporter.collectors.application import ApplicationPoll, ApplicationTarget
from exporter.collectors.base import Delivery
from exporter.recorder import Recorder
from exporter.redis.client import RedisTarget
from exporter.telemetry import Telemetry
from tests import servers

Page = dict[str, dict[tuple[str, ...], Any]]
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


def recorder(server: servers.Redis, **options: Any) -> Recorder:
    """Return a recorder of a registry of its own; nothing flushes by itself."""
    options = {"application": "shop", "registry": CollectorRegistry(), "interval": 3600, **options}
    return Recorder(f"redis://127.0.0.1:{server.port}", **options)


def scraped(since: float, now: float) -> bool:
    """Return that every scraper has come."""
    del since, now
    return True


class Exporter:
    """An exporter's poll of the application `shop`, alive over many readings."""

    def __init__(self, port: int, **options: Any) -> None:
        options = {"url": f"redis://127.0.0.1:{port}", "timeout": 20.0, **options}
        target = ApplicationTarget(name="shop", redis=RedisTarget(name="metrics", **options))
        self.telemetry = Telemetry(0.0)
        self._runner = asyncio.Runner()
        self.poll = ApplicationPoll(target, WallClock(), self.telemetry, scraped)

    def read(self) -> Delivery:
        """Poll once."""
        return self._runner.run(self.poll.run())

    def page(self) -> Page:
        """Return values by family and labels; new series have shown their zero by then."""
        self.read()
        return {
            part.family.name: {sample.labels: sample.value for sample in part.samples}
            for part in self.read().parts
        }

    def total(self, name: str) -> float:
        """Return the sum of a counter's series."""
        return float(sum(self.page().get(name, {}).values()))

    def created(self, name: str) -> set[float | None]:
        """Return when the counting of a family's series began."""
        return {s.created for p in self.read().parts if p.family.name == name for s in p.samples}

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self.poll.close())
        self._runner.close()


def page(server: servers.Redis) -> Page:
    """Return what an exporter that starts now shows."""
    exporter = Exporter(server.port)
    try:
        return exporter.page()
    finally:
        exporter.close()


def everything(home: Path) -> bytes:
    """Return all that a Redis wrote to files."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
