"""What the bridge serves: its own metrics, health, and the paths of its parts."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Protocol

from exporter.bridge.intake import Intake
from exporter.clock import Clock, steady
from exporter.exposition.exposition import Body, Format
from exporter.exposition.snapshot import Snapshot
from exporter.telemetry import Telemetry
from exporter.web.encoder import Encoder
from exporter.web.own_metrics import OwnMetrics
from exporter.web.routes import READ, Request, Response

MAX_SILENCE = 30.0  # seconds without a sign of life of the loop that delivers


class Paths(Protocol):
    """A part of the bridge that answers paths of its own."""

    def body_limit(self, request: Request) -> int:
        """Return the bytes of a body that it takes, 0 for none."""

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the response, None for a path of another part; `user` gave a password."""


class BridgeSite:
    """Serves the bridge; only the web server's thread calls it."""

    def __init__(
        self,
        clock: Clock,
        telemetry: Telemetry,
        intake: Intake,
        parts: Sequence[Paths],
        reload: Callable[[], None],
        *,
        telemetry_path: str = "/metrics",
    ) -> None:
        self.last_heartbeat: float | None = None
        self._clock, self._intake, self._reload = clock, intake, reload
        self._parts: tuple[Paths, ...] = (intake, *parts)
        self._telemetry_path = telemetry_path
        self._encoder = Encoder(OwnMetrics(telemetry).families, telemetry)

    @property
    def encoder(self) -> Executor:
        """The thread in which the exposition is encoded."""
        return self._encoder.executor

    def prepared(self, fmt: Format, *, gzip: bool, client: str | None) -> Body | None:
        """Return the exposition where nothing has to be encoded for it, else None."""
        del client
        ready = self._encoder.current((fmt, gzip), Snapshot(), self._clock.monotonic())
        return ready.body if ready else None

    def exposition(self, fmt: Format, *, gzip: bool, client: str | None) -> Body:
        """Return the exposition; the bridge's own metrics are updated once a second."""
        del client
        return self._encoder.encode((fmt, gzip), Snapshot(), self._clock.monotonic()).body

    def beat(self) -> None:
        """Note that the loop that delivers is not blocked, and let own metrics be encoded anew."""
        self.last_heartbeat = steady()
        self._encoder.ahead(lambda: (Snapshot(), self._clock.monotonic()))

    def healthy(self) -> tuple[bool, str]:
        """Return whether the loop runs."""
        if self.last_heartbeat is not None and steady() - self.last_heartbeat > MAX_SILENCE:
            return False, f"the bridge has been blocked for over {MAX_SILENCE:.0f} s"
        return True, "alive"

    def ready(self) -> tuple[bool, str]:
        """Return whether notifications can be journaled."""
        if self.last_heartbeat is None:
            return False, "starting"
        fault = self._intake.health.fault
        return (False, fault) if fault else (True, "ready")

    def reload(self) -> None:
        """Reload the settings. Raises IonmonError, and keeps the old ones."""
        self._reload()

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the response of the part that has the path."""
        for part in self._parts:
            found = await part.answer(request, user)
            if found is not None:
                return found
        return None

    def unanswered(self, request: Request, status: int) -> None:
        """Note what is lost with a request that was refused before it came here, or cut off."""
        self._intake.unanswered(request, status)

    def unheard(self, start: bytes, status: int) -> None:
        """Note what may be lost with a request whose head did not come in."""
        self._intake.unheard(start, status)

    def body_limit(self, request: Request) -> int:
        """Return what the part that takes most of a body takes."""
        return max(part.body_limit(request) for part in self._parts)

    def admits(self, request: Request) -> bool:
        """Return whether a request has the token, and needs no more: a notification, a scrape."""
        scrape = request.path == self._telemetry_path and request.method in READ
        return (scrape or self._intake.body_limit(request) > 0) and self._intake.shows_token(
            request
        )

    def close(self) -> None:
        """End the threads."""
        self._encoder.close()
        self._intake.close()
