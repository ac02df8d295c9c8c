"""Clocks for tests: one that is set by hand, and one that hurries."""

import asyncio
import time


class HandClock:
    """Time that moves when it is set."""

    def __init__(self, now: float = 0.0) -> None:
        self.time = now

    def now(self) -> float:
        """Return the Unix time it was set to."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Move on at once, and let other tasks run."""
        self.time += seconds
        await asyncio.sleep(0)


class FastClock:
    """Time that runs `speed` times as fast as the machine's, from `start`, Unix seconds.

    Two that begin at the same `start` show the same time, in any process of the machine.
    """

    def __init__(self, start: float, speed: float) -> None:
        self._start, self._speed = start, speed

    def now(self) -> float:
        """Return the Unix time in seconds, as this clock has it."""
        return self._start + (time.time() - self._start) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait so many of this clock's seconds."""
        await asyncio.sleep(seconds / self._speed)
