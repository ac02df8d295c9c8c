"""The exporter's own program on a clock that hurries: python -m … START SPEED CONFIG."""

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
    setup("warn")
    asyncio.run(Program(lambda: load(path), FastClock(start, speed)).run())


if __name__ == "__main__":
    main()
