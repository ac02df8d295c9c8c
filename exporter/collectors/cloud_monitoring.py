"""Families read from Cloud Monitoring: a poll for each family of each project, or of a scope."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import grpc

from exporter.cloud_monitoring.own_ledgers import OwnLedgers
from exporter.cloud_monitoring.owners import OwnSeries
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.collectors.family_poll import FamilyPoll, family_poll
from exporter.collectors.scope_poll import ScopePoll


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

    def polls(self) -> Sequence[FamilyPoll | ScopePoll]:
        """Return a poll for each family of each project that is called."""
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


def _poll(target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> FamilyPoll | ScopePoll:
    """Return the poll of a target; that of a listed project reads only the project's series."""
    if target.scope:
        return ScopePoll(target, shared, pool)
    client, store = OwnSeries(shared.client, target), OwnLedgers(shared.store, target)
    return family_poll(target, replace(shared, client=client, store=store), pool)
