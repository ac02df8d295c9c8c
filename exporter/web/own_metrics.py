"""The exporter's own metrics at the time of a scrape; a defect in one source costs only that."""

import logging
import platform
from collections.abc import Callable, Iterable, Iterator

from exporter import __version__
from exporter.catalog import own
from exporter.catalog.model import Family
from exporter.exposition.exposition import Families
from exporter.exposition.snapshot import snapshot
from exporter.logs import once, over
from exporter.poller import Poller, PollState
from exporter.telemetry import Telemetry
from exporter.web.process_metrics import Process

log = logging.getLogger("ionmon.web")

Computed = tuple[Family, tuple[str, ...], float]


class OwnMetrics:
    """Reads the state of polls, of the process, and what was counted."""

    def __init__(self, telemetry: Telemetry, poller: Callable[[], Poller | None]) -> None:
        """Read the current poller at each call."""
        self._telemetry, self._poller = telemetry, poller
        self._process = Process()

    def families(self, now: float) -> Families:
        """Return all families; `now` is Unix time in seconds."""
        poller = self._poller()
        computed = [*self._read("build", _build), *self._read("process", self._process.read)]
        if poller is not None:
            computed += self._read("polls", lambda: _poll_metrics(poller, now))
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


def _poll_metrics(poller: Poller, now: float) -> Iterator[Computed]:
    """Yield the state of polls and collectors at the time of the scrape."""
    yield own.SNAPSHOT_AGE, (), max(0.0, now - poller.changed)
    for state in poller.states:
        yield own.POLL_SUCCESS, (state.collector, state.name), float(state.healthy())
        poll = state.poll
        if state.data_time is not None and poll.family:
            yield own.DATA_AGE, (poll.project, poll.family), max(0.0, now - state.data_time)
    for collector in poller.collectors:
        states = [s for s in poller.states if s.collector == collector.name]
        yield from _collector_metrics(collector.name, states, now)


def _collector_metrics(name: str, states: list[PollState], now: float) -> Iterator[Computed]:
    key = (name,)
    yield own.UP, key, float(any(s.delivery and not s.fault for s in states))
    yield own.COLLECTOR_SUCCESS, key, float(all(s.healthy() for s in states))
    yield own.COLLECTOR_DURATION, key, max(s.duration for s in states)
    successes = [s.last_success for s in states if s.last_success]
    if successes:
        yield own.COLLECTOR_LAST_SUCCESS, key, max(successes)
    times = [s.data_time for s in states if s.data_time]
    if times:
        yield own.COLLECTOR_DATA_AGE, key, max(0.0, now - min(times))
    yield own.SERIES, key, sum(s.series() for s in states)
