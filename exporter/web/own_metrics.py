"""The exporter's own metrics at the time of a scrape; a defect in one source costs only that."""

import logging
import platform
from collections.abc import Callable, Iterable, Iterator

from exporter import __version__
from exporter.catalog import own
from exporter.catalog.model import Family
from exporter.clock import Clock
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

    def __init__(
        self, telemetry: Telemetry, poller: Callable[[], Poller | None], clock: Clock
    ) -> None:
        """Read the current poller at each call."""
        self._telemetry, self._poller, self._clock = telemetry, poller, clock
        self._process = Process()

    def families(self, now: float) -> Families:
        """Return all families; `now` is monotonic, in seconds."""
        wall = self._clock.now() - now  # from the monotonic to the wall clock
        poller = self._poller()
        computed = [*self._read("build", _build), *self._read("process", self._process.read)]
        if poller is not None:
            computed += self._read("polls", lambda: _poll_metrics(poller, now, wall))
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


def _poll_metrics(poller: Poller, now: float, wall: float) -> Iterator[Computed]:
    """Yield the state of polls and collectors at the time of the scrape.

    Ages may be negative: a source that is ahead must be seen.
    """
    yield own.SNAPSHOT_AGE, (), now - poller.changed
    for state in poller.states:
        yield own.POLL_SUCCESS, (state.collector, state.name), float(state.healthy())
        poll = state.poll
        if state.data_time is not None and poll.family:
            yield own.DATA_AGE, (poll.project, poll.family), now - state.data_time
    for collector in poller.collectors:
        states = [s for s in poller.states if s.collector == collector.name]
        yield from _collector_metrics(collector.name, states, now, wall)


def _collector_metrics(
    name: str, states: list[PollState], now: float, wall: float
) -> Iterator[Computed]:
    key = (name,)
    yield own.UP, key, float(any(s.delivery and not s.fault for s in states))
    yield own.COLLECTOR_SUCCESS, key, float(all(s.healthy() for s in states))
    yield own.COLLECTOR_DURATION, key, max(s.duration for s in states)
    successes = [s.last_success for s in states if s.last_success is not None]
    if successes:
        yield own.COLLECTOR_LAST_SUCCESS, key, max(successes) + wall
    times = [s.data_time for s in states if s.data_time is not None]
    if times:
        yield own.COLLECTOR_DATA_AGE, key, now - min(times)
    yield own.SERIES, key, sum(s.series() for s in states)
