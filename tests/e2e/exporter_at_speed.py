"""The exporter's own program on a clock that hurries: python -m … START SPEED CONFIG [OFFSET].

OFFSET is a file with the seconds by which the wall clock is wrong, read again and again.
"""

import asyncio
import sys
from pathlib import Path

from exporter.logs import setup
from exporter.program import Program
from exporter.settings import load
from tests.clocks import FastClock


def main() -> None:
    """Serve until a signal says stop."""
    start, speed, path = float(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    offset = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    clock = WrongClock(start, speed, offset) if offset else FastClock(start, speed)
    setup("warn")
    asyncio.run(Program(lambda: load(path), clock).run())


class WrongClock(FastClock):
    """A clock that hurries, whose wall clock is set while it runs."""

    def __init__(self, start: float, speed: float, offset: Path) -> None:
        super().__init__(start, speed)
        self._offset = offset

    def now(self) -> float:
        """Return the Unix time, as wrong as the file says."""
        return super().now() + float(self._offset.read_text() or 0)

    def monotonic(self) -> float:
        """Return the seconds on the monotonic clock, which nobody sets."""
        return super().now()


if __name__ == "__main__":
    main()
