"""Time as an argument, so that hours of polling can be tested in a second."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the program reads the time."""

    def now(self) -> float:
        """Return the Unix time in seconds."""


class WallClock:
    """The machine's own time."""

    def now(self) -> float:
        """Return the Unix time in seconds."""
        return time.time()
