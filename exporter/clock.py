"""Time as an argument, so that hours of polling can be tested in a second.

Durations, schedules and expiry stand on the monotonic clock; the wall clock, which may be set at
any moment, says only what date it is. No other module reads either, which a test holds.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Protocol

# Goes on while the machine is suspended, as what is waited for does; Linux has it, others may not.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Reads the time and waits."""

    def now(self) -> float:
        """Return the machine's Unix time in seconds: for dates, never for durations."""

    def monotonic(self) -> float:
        """Return seconds since an unknown moment; they never step and never go back."""

    async def sleep(self, seconds: float) -> None:
        """Wait until this clock has advanced by so many seconds."""


class Steady:
    """A clock that never goes back: where `read` does, it goes on from the last reading."""

    def __init__(self, read: Callable[[], float]) -> None:
        self._read = read
        self._mutex = threading.Lock()
        self._last = read()
        self._ahead = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        with self._mutex:
            reading = self._read()
            if reading < self._last:
                self._ahead += self._last - reading
            self._last = reading
            return reading + self._ahead


def _running() -> float:
    return time.clock_gettime(_RUNNING)


steady = Steady(_running)


class WallClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since an unknown moment, those of a suspended machine included."""
        return steady()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SteadyLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers stand on the steady clock.

    So timers that came due while the machine was suspended run at once, and none waits for an
    hour where a faked or virtual monotonic clock goes back by one.
    """

    def time(self) -> float:
        """Return the loop's time in seconds."""
        return steady()
