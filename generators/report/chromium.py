"""Pictures of pages, by a Chromium without a window."""

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from exporter.errors import IonmonError, ToolMissing

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--run-all-compositor-stages-before-draw",
    "--virtual-time-budget=20000",
)  # fmt: skip
_WITHIN = 180  # seconds; a guard against hanging
_HIGHEST = 16000  # pixels that Chromium can still draw


def program() -> str:
    """Return Chromium's path; a missing one is an error that names the package."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise ToolMissing("--png: chromium is not here; type: sudo apt-get install chromium")
    return found


def picture(page: Path, place: Path, wide: int, high: int) -> None:
    """Write a picture of a page, so many pixels wide and high."""
    with tempfile.TemporaryDirectory(prefix="ionmon-") as profile:
        command = [
            program(),
            *_QUIET,
            f"--user-data-dir={profile}",
            f"--window-size={wide},{min(high, _HIGHEST)}",
            f"--screenshot={place.resolve()}",
            f"{page.resolve().as_uri()}#width={wide}",
        ]
        try:
            done = subprocess.run(  # noqa: S603 - arguments of our own
                command, capture_output=True, text=True, timeout=_WITHIN, check=False
            )
        except subprocess.TimeoutExpired:
            raise IonmonError(f"{place}: chromium drew nothing within {_WITHIN} s") from None
    if done.returncode or not place.exists():
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise IonmonError(f"{place}: chromium drew nothing: {last}")


def size(place: Path) -> tuple[int, int]:
    """Return a PNG's width and height."""
    wide, high = struct.unpack(">II", place.read_bytes()[16:24])
    return wide, high
