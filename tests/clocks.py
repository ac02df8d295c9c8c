"""Clocks for tests: one that is set by hand, and one that hurries."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path


class HandClock:
    """Time that moves when it is set; the wall clock may be wrong by `off` seconds."""

    def __init__(self, now: float = 0.0, off: float = 0.0) -> None:
        self.time, self.off = now, off

    def now(self) -> float:
        """Return the Unix time, as wrong as it is set."""
        return self.time + self.off

    def monotonic(self) -> float:
        """Return the seconds on the monotonic clock."""
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
        self.start, self._speed = start, speed

    def now(self) -> float:
        """Return the Unix time in seconds, as this clock has it."""
        return self.start + (time.time() - self.start) * self._speed

    def monotonic(self) -> float:
        """Return the seconds on the monotonic clock."""
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Wait so many of this clock's seconds."""
        await asyncio.sleep(seconds / self._speed)


def faked(file: Path, *, monotonic: bool = False) -> Sequence[str]:
    """Return the words before a command that give it a clock which a file can set."""
    settings = [f"FAKETIME_TIMESTAMP_FILE={file}", "FAKETIME_NO_CACHE=1", "TZ=UTC"]
    if not monotonic:
        settings += ["FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"]
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return ("env", f"LD_PRELOAD={library}", *settings)
