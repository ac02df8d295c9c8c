"""What the polls of Cloud Monitoring have in common: a fetch with its schedule, a worker thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from exporter.collectors.base import Delivery
from exporter.collectors.family_fetch import FamilyFetch


class ScheduledPoll(Protocol):
    """Reads when the timetable of its fetch says so, in a thread of the pool."""

    name: str
    project: str
    family: str
    fetch: FamilyFetch
    pool: ThreadPoolExecutor

    def __init__(self, fetch: FamilyFetch, pool: ThreadPoolExecutor) -> None:
        self.fetch, self.pool = fetch, pool
        target = fetch.target
        self.name, self.project, self.family = target.name, target.project, target.family.name

    @property
    def interval(self) -> float:
        """Seconds between runs."""
        return self.fetch.timetable.interval

    @property
    def stretched(self) -> bool:
        """Return whether the interval is longer than configured."""
        return self.fetch.stretched

    def due(self) -> float:
        """Return the monotonic time of the next run."""
        return self.fetch.timetable.next

    def read(self) -> Delivery:
        """Read once, in this thread. Raises PollError."""

    async def run(self) -> Delivery:
        """Read once in a worker thread. Raises PollError."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.read)
