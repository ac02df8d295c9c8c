"""The simulated service's own code: a small application in each region, with a recorder each."""

from collections.abc import Callable, Iterator
from threading import Event, Thread

from prometheus_client import CollectorRegistry

from exporter.clock import Clock
from exporter.recorder import Application, Recorder
from exporter.simulator import deployment
from exporter.simulator.business import Business, business
from exporter.simulator.world import MINUTE, World

CHECK_EVERY = 0.25


class SimulatedApplication:
    """Counts each minute of the world when it ends; its counters start with the simulator."""

    def __init__(self, world: World, clock: Clock, redis_url: str, name: str) -> None:
        self._world, self._clock = world, clock
        self.lived = int(clock.now() // MINUTE)
        self._parts = {
            region.name: self._begin(redis_url, name, region.name) for region in deployment.REGIONS
        }
        self._closing = Event()
        self._thread: Thread | None = None

    def _begin(self, redis_url: str, name: str, region: str) -> Application:
        recorder = Recorder(
            redis_url,
            application=name,
            region=region,
            registry=CollectorRegistry(),
        )
        return Application(recorder)

    def start(self) -> None:
        """Count in the background."""
        for recorder in self._recorders():
            recorder.start()
        self._thread = Thread(target=self._live, name="simulated-application", daemon=True)
        self._thread.start()

    def _recorders(self) -> Iterator[Recorder]:
        for application in self._parts.values():
            assert application.recorder is not None  # noqa: S101 - made above
            yield application.recorder

    def _live(self) -> None:
        while not self._closing.wait(CHECK_EVERY):
            self.catch_up()

    def catch_up(self) -> None:
        """Count the minutes that have ended."""
        for minute in range(self.lived + 1, int(self._clock.now() // MINUTE) + 1):
            for region in deployment.REGIONS:
                live(self._parts[region.name], business(self._world.traffic, region, minute))
            self.lived = minute

    def flush(self) -> bool:
        """Send what changed; return whether all of it arrived."""
        arrived = [recorder.flush() for recorder in self._recorders()]
        return all(arrived)

    def close(self) -> None:
        """End the background thread and the recorders."""
        self._closing.set()
        if self._thread:
            self._thread.join()
        for recorder in self._recorders():
            recorder.stop()


def live(application: Application, seen: Business) -> None:
    """Make all calls of an application's code in a minute."""
    for visit in seen.visits:
        _repeat(
            visit.number, application.request, visit.endpoint, "POST", visit.status, visit.seconds
        )
    _repeat(seen.l1_hits, application.cache_hit)
    _repeat(seen.l1_misses, application.cache_miss)
    application.cache_eviction(seen.l1_evictions)
    for persona, confidence in seen.decisions:
        application.routing_decision(confidence, persona)
    for user in seen.users:
        application.active_user(user)
    for name, number in seen.features:
        _repeat(number, application.feature_used, name)
    for seconds in seen.queries:
        application.query(seconds)
    application.pool(*seen.pool)


def _repeat(times: int, call: Callable[..., None], *arguments: object) -> None:
    for _ in range(times):
        call(*arguments)
