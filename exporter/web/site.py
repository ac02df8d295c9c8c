"""What the web server serves: the exposition of the current snapshot, health, landing page."""

import platform
from collections.abc import Callable, Iterator

from exporter import __version__
from exporter.catalog import own
from exporter.catalog.model import Family
from exporter.clock import Clock, steady
from exporter.engine import Engine
from exporter.exposition.exposition import Exposition, Format
from exporter.exposition.snapshot import Part, snapshot
from exporter.poller import Poller, PollState
from exporter.telemetry import Telemetry
from exporter.web.landing import render
from exporter.web.process_metrics import Process
from exporter.web.scrapers import Scrapers
from exporter.web.status import RefusedReload, status

MAX_SILENCE = 30.0

Computed = tuple[Family, tuple[str, ...], float]


class ExporterSite:
    """Serves one engine at a time; only the web server's thread calls it."""

    def __init__(
        self,
        clock: Clock,
        telemetry: Telemetry,
        scrapers: Scrapers,
        reload: Callable[[], None],
        *,
        telemetry_path: str = "/metrics",
    ) -> None:
        self.engine: Engine | None = None
        self.reloading = False
        self.last_heartbeat: float | None = None
        self.refusal: RefusedReload | None = None
        self._clock, self._telemetry, self._scrapers = clock, telemetry, scrapers
        self._reload = reload
        self._telemetry_path = telemetry_path
        self._encoder = Exposition()
        self._process = Process()
        self._cached: dict[tuple[Format, bool], tuple[tuple[int, int], bytes]] = {}

    def exposition(self, fmt: Format, *, gzip: bool, client: str | None) -> bytes:
        """Return the exposition; the exporter's own metrics are updated once a second."""
        poller = self._poller()
        if poller is None:
            return b""
        now, shown = self._clock.monotonic(), poller.snapshot
        stamp = (shown.generation, int(now))
        at, body = self._cached.get((fmt, gzip), (None, b""))
        if at != stamp:
            families = (*shown.families, *snapshot(self._own_parts(poller, now), 0).families)
            body = self._encoder.body(families, fmt, gzip=gzip)
            self._cached[fmt, gzip] = (stamp, body)
        if client is not None:
            self._scrapers.note(client, now, shown.generation)
        return body

    def landing(self) -> bytes:
        """Return the landing page."""
        return render(
            status(self.engine, self._telemetry, self._clock, self._telemetry_path, self.refusal)
        )

    def healthy(self) -> tuple[bool, str]:
        """Return whether the poller works: its loop runs and its tasks have not ended."""
        if self.last_heartbeat is not None and steady() - self.last_heartbeat > MAX_SILENCE:
            return False, f"the polling loop has been blocked for over {MAX_SILENCE:.0f} s"
        if self.engine is None:
            return True, "starting"
        if self.reloading:
            return True, "reloading"
        return (True, "alive") if self.engine.alive() else (False, "polling has stopped")

    def ready(self) -> tuple[bool, str]:
        """Return whether every poll was tried, and at least one delivered."""
        poller = self._poller()
        if poller is None:
            return False, "starting"
        if poller.ready():
            return True, "ready"
        tried = poller.tried()
        if tried < len(poller.states):
            return False, f"{tried} of {len(poller.states)} polls tried"
        return False, "no current data; / lists the faults"

    def reload(self) -> None:
        """Reload the settings. Raises IonmonError, and keeps the old ones."""
        self._reload()

    def _poller(self) -> Poller | None:
        return self.engine.poller if self.engine else None

    def _own_parts(self, poller: Poller, now: float) -> Iterator[Part]:
        wall = self._clock.now() - now  # from the monotonic to the wall clock
        computed = (*_build(), *self._process.read(), *_poll_metrics(poller, now, wall))
        yield from self._telemetry.parts(computed)


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
