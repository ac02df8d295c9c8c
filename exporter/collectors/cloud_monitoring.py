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
        targets: Sequence[FamilyTarget],
        shared: Shared,
        parallel: int,
        channel: grpc.Channel,
    ) -> None:
        """Poll `targets`, at most `parallel` at a time; the channel is closed on `close`."""
        self._channel = channel
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="monitoring")
        self._polls = tuple(_poll(target, shared, self._pool) for target in targets)

    def polls(self) -> Sequence[CounterPoll | GaugePoll]:
        """Return a poll for each family of each project."""
        return self._polls

    def stretch(self, factors: Mapping[str, float]) -> None:
        """Set the stretch factor of each poll by name; 1 where there is none."""
        for poll in self._polls:
            poll.fetch.stretch(factors.get(poll.name, 1.0))

    async def close(self) -> None:
        """Cancel running calls, let their results be counted, end the threads."""
        # First, so that no thread waits for a slow answer.
        self._channel.close()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)


def _poll(
    target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor
) -> CounterPoll | GaugePoll:
    poll = GaugePoll if target.source.kind is MetricKind.GAUGE else CounterPoll
    return poll(target, shared, pool)
