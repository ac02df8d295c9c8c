"""What the web server serves: the exposition of the current snapshot, health, landing page."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor

from exporter.clock import Clock, steady
from exporter.engine import Engine
from exporter.exposition.exposition import Body, Format
from exporter.exposition.snapshot import Snapshot
from exporter.poller import Poller
from exporter.summary.headline import headline
from exporter.summary.service_json import PATH, service_json
from exporter.telemetry import Telemetry
from exporter.web.encoder import Encoder, Ready
from exporter.web.landing import render
from exporter.web.own_metrics import Computed, OwnMetrics
from exporter.web.poll_metrics import poll_metrics
from exporter.web.routes import JSON, Request, Response, html_page, read_only
from exporter.web.scrapers import Scrapers
from exporter.web.status import RefusedReload, status

MAX_SILENCE = 30.0


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
        self._encoder = Encoder(OwnMetrics(telemetry, polls=self._polls).families, telemetry)

    def prepared(self, fmt: Format, *, gzip: bool, client: str | None) -> Body | None:
        """Return the exposition where nothing has to be encoded for it, else None."""
        poller = self._poller()
        if poller is None:
            return None
        now = self._clock.monotonic()
        return self._noted(self._encoder.current((fmt, gzip), poller.snapshot, now), client, now)

    def exposition(self, fmt: Format, *, gzip: bool, client: str | None) -> Body:
        """Return the exposition; the exporter's own metrics are updated once a second."""
        poller = self._poller()
        if poller is None:
            return Body((), gzip=False)
        now = self._clock.monotonic()
        ready = self._encoder.encode((fmt, gzip), poller.snapshot, now)
        self._noted(ready, client, now)
        return ready.body

    @property
    def encoder(self) -> Executor:
        """The thread in which the exposition is encoded."""
        return self._encoder.executor

    def swapped(self) -> None:
        """Encode the new snapshot before scrapers come; any thread may call it."""
        self._encoder.ahead(self._shown)

    def beat(self) -> None:
        """Note that the polling loop is not blocked, and let own metrics be encoded anew."""
        self.last_heartbeat = steady()
        self._encoder.ahead(self._shown)

    def reloaded(self) -> None:
        """Show what a reload has set to whoever scrapes after its answer."""
        self._encoder.renew()

    def close(self) -> None:
        """End the encoder's thread."""
        self._encoder.close()

    def _noted(self, ready: Ready | None, client: str | None, now: float) -> Body | None:
        """Note which generation a client gets."""
        if ready is None:
            return None
        if client is not None:
            self._scrapers.note(client, now, ready.generation)
        return ready.body

    def _shown(self) -> tuple[Snapshot, float]:
        poller = self._poller()
        return (poller.snapshot if poller else Snapshot()), self._clock.monotonic()

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the landing page at /, and the service at its path; None for any other."""
        del user
        if request.path == PATH:
            return read_only(request, self.service, JSON)
        return html_page(request, self.landing) if request.path == "/" else None

    def unanswered(self, request: Request, status: int) -> None:
        """Nothing is lost: whoever asks can ask again."""

    def unheard(self, start: bytes, status: int) -> None:
        """Nothing is lost here either."""

    def body_limit(self, request: Request) -> int:
        """Return 0: no body is read."""
        del request
        return 0

    def admits(self, request: Request) -> bool:
        """Return False: passwords and certificates are the only ways in."""
        del request
        return False

    def landing(self) -> bytes:
        """Return the landing page."""
        return render(
            status(self.engine, self._telemetry, self._clock, self._telemetry_path, self.refusal)
        )

    def service(self) -> bytes:
        """Return the service as JSON: what the landing page shows of it, and more signals."""
        known = self.engine.watch.service if self.engine else None
        return service_json(known, headline(known))

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
        """Return whether every poll was tried, one delivered, and the exposition is encoded."""
        poller = self._poller()
        if poller is None:
            return False, "starting"
        if self._encoder.failure:
            return False, f"the exposition cannot be encoded: {self._encoder.failure}"
        if poller.ready():
            left_out = self._encoder.left_out()
            return True, f"ready; cannot be encoded: {', '.join(left_out)}" if left_out else "ready"
        tried = poller.tried()
        if tried < len(poller.states):
            return False, f"{tried} of {len(poller.states)} polls tried"
        return False, "no current data; / lists the faults"

    def reload(self) -> None:
        """Reload the settings. Raises IonmonError, and keeps the old ones."""
        self._reload()

    def _polls(self, now: float) -> Iterable[Computed]:
        """Return the state of polls; `now` is monotonic, in seconds."""
        poller = self._poller()
        return poll_metrics(poller, now, self._clock.now() - now) if poller else ()

    def _poller(self) -> Poller | None:
        return self.engine.poller if self.engine else None
