"""Families read from Cloud Monitoring: one poll for each family of each project."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from exporter.catalog.model import MetricKind
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.collectors.counter_poll import CounterPoll
from exporter.collectors.gauge_poll import GaugePoll


class CloudMonitoringCollector:
    """All families of all projects that are read from Cloud Monitoring."""

    name = "cloud_monitoring"

    def __init__(
        self,
        targets: Sequence[FamilyTarget] = (),
        shared: Shared | None = None,
        parallel: int = 1,
        channel: grpc.Channel | None = None,
    ) -> None:
        """Poll `targets`, so many at a time; the channel is closed with the collector."""
        self._channel = channel
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="monitoring")
        self._polls = tuple(_poll(target, shared, self._pool) for target in targets if shared)

    def polls(self) -> Sequence[CounterPoll | GaugePoll]:
        """Return a poll for each family of each project."""
        return self._polls

    def stretch(self, factors: Mapping[str, float]) -> None:
        """Stretch the intervals of polls by name."""
        for poll in self._polls:
            poll.fetch.stretch(factors.get(poll.name, 1.0))

    async def close(self) -> None:
        """Cut calls under way short, let what they brought be counted, end the threads."""
        if self._channel:
            self._channel.close()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)


def _poll(
    target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor
) -> CounterPoll | GaugePoll:
    poll = GaugePoll if target.source.kind is MetricKind.GAUGE else CounterPoll
    return poll(target, shared, pool)
