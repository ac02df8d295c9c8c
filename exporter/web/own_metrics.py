"""A program's own metrics at the time of a scrape; a defect in one source costs only that."""

import logging
import platform
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from exporter import __version__
from exporter.catalog import own
from exporter.catalog.model import Family
from exporter.exposition.exposition import Families
from exporter.exposition.snapshot import snapshot
from exporter.logs import once, over
from exporter.telemetry import Telemetry
from exporter.web.process_metrics import Process

log = logging.getLogger("ionmon.web")

Computed = tuple[Family, tuple[str, ...], float]
Source = Callable[[float], Iterable[Computed]]


class OwnMetrics:
    """Reads the state of the process, what was counted, and further sources by their names."""

    def __init__(self, telemetry: Telemetry, **sources: Source) -> None:
        """Read each source at each call; it takes the monotonic time in seconds."""
        self._telemetry, self._sources = telemetry, sources
        self._process = Process()

    def families(self, now: float) -> Families:
        """Return all families; `now` is monotonic, in seconds."""
        computed = [*self._read("build", _build), *self._read("process", self._process.read)]
        for name, source in self._sources.items():
            computed += self._read(name, partial(source, now))
        return snapshot(self._telemetry.parts(computed), 0).families

    def _read(self, source: str, read: Callable[[], Iterable[Computed]]) -> list[Computed]:
        """Return what a source knows; without it the rest is served."""
        try:
            found = list(read())
        except Exception as error:  # noqa: BLE001 - the process boundary: it costs one source only
            text = f"own metrics cannot be read: {type(error).__name__}: {error}"
            once(log, f"own {source}", text, source=source)
            self._telemetry.count(own.EXPOSITION_FAILURES, (source, "internal"))
            return []
        over(log, f"own {source}", "own metrics are read again", source=source)
        return found


def _build() -> Iterator[Computed]:
    yield own.BUILD_INFO, (__version__, platform.python_version()), 1
