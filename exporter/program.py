"""The exporter as a process: settings, state file, engine, web server, signals, reload."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from exporter.catalog import own
from exporter.clock import Clock
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.collectors.marks_store import MarksStore
from exporter.engine import Engine, Outside
from exporter.errors import IonmonError
from exporter.lifecycle import Lifecycle, record_settings
from exporter.logs.redaction import redacted
from exporter.settings import Settings, state_file
from exporter.telemetry import Telemetry
from exporter.web.scrapers import Scrapers
from exporter.web.server import ServerOptions, WebServer
from exporter.web.site import ExporterSite
from exporter.web.status import RefusedReload

log = logging.getLogger("ionmon")

HEARTBEAT = 1.0


class Program:
    """Runs until a signal stops it."""

    def __init__(self, load: Callable[[], Settings], clock: Clock) -> None:
        """Load settings with `load`, now and at each reload."""
        self._load = load
        self._clock = clock
        self.settings = load()
        self.telemetry = Telemetry(self._clock.now())
        self.scrapers = Scrapers()
        self.lifecycle = Lifecycle(self.reload)
        self._reloading = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None
        self._defect: BaseException | None = None

    async def run(self, started: Callable[[WebServer], None] = lambda _: None) -> None:
        """Serve and poll until a signal stops it. Raises IonmonError at the start only.

        Raises RuntimeError where polling ends by itself: old values must not be served for ever.
        """
        self.lifecycle.begin()
        path = state_file(self.settings)
        if self.settings.storage.state_file is None:
            _warn_anew(path)
        store = SqliteStore(path)
        try:
            await self._serve(store, started)
        finally:
            store.close()
        if self._defect:
            raise RuntimeError("polling was stopped by a defect") from self._defect

    async def _serve(self, store: SqliteStore, started: Callable[[WebServer], None]) -> None:
        self._outside = Outside(
            clock=self._clock,
            source=SourceClock(self._clock, self.telemetry),
            telemetry=self.telemetry,
            store=store,
            seen=self.scrapers.seen,
            visited=self.scrapers.visited,
            marks=MarksStore(store),
            swapped=self._swapped,
        )
        self.site = ExporterSite(
            self._clock,
            self.telemetry,
            self.scrapers,
            self.lifecycle.reload_from_thread,
            telemetry_path=self.settings.web.telemetry_path,
        )
        engine = self.site.engine = Engine(self.settings, self._outside)
        server = WebServer(self.site, web_settings(self.settings))
        server.start()
        self.lifecycle.spawn(self._heartbeat())
        try:
            self._record_settings()
            self._warn_exposed(server)
            self.lifecycle.install_signals()
            self._start_polling(engine)
            started(server)
            await self.lifecycle.stopping.wait()
        finally:
            await self._close(server)

    def _swapped(self) -> None:
        """Let the new snapshot be encoded before it is scraped."""
        self.site.swapped()

    async def _close(self, server: WebServer) -> None:
        """Stop everything, after a running reload: it starts what has to be stopped here."""
        log.info("stopping")
        self.lifecycle.stopping.set()
        async with self._reloading:
            await self._stop_polling()
        self.lifecycle.cancel()
        await asyncio.to_thread(server.close)
        self.site.close()

    def _start_polling(self, engine: Engine) -> None:
        self.site.engine = engine
        self._polling = engine.start()
        self._polling.add_done_callback(self._note_end)

    async def _stop_polling(self) -> None:
        """Stop polling; an error in that must not prevent the next steps."""
        self._polling = None
        try:
            if self.site.engine:
                await self.site.engine.stop()
        except Exception:  # the process boundary: collectors close what they opened themselves
            log.exception("polls could not be stopped cleanly")

    def _note_end(self, polling: asyncio.Task[None]) -> None:
        """Stop the program where polling has ended by itself, by a defect."""
        error = None if polling.cancelled() else polling.exception()
        if polling is self._polling:
            self._defect = error or RuntimeError("polling ended without an error")
            log.critical("polling was stopped by a defect", exc_info=self._defect)
            self.lifecycle.stopping.set()
        elif error:
            log.error("polls ended with a defect", exc_info=error)

    async def _heartbeat(self) -> None:
        """Let the site know each second that this loop is not blocked."""
        while True:
            self.site.beat()
            await asyncio.sleep(HEARTBEAT)

    def stop(self) -> None:
        """End the run; called in the loop."""
        self.lifecycle.stopping.set()

    async def reload(self) -> None:
        """Load and apply new settings. Raises IonmonError, and keeps all of the old ones."""
        async with self._reloading:
            if self.lifecycle.stopping.is_set():
                raise IonmonError("ionmon is stopping; start it again to load settings")
            settings, new = self._loaded()
            self._warn_unapplied(settings)
            self.site.reloading = True
            try:
                await self._swap(new)
            finally:
                self.site.reloading = False
            self.settings = settings
            self._record_settings()
            await asyncio.to_thread(self.site.reloaded)
            log.info("settings loaded", extra={"fields": {"hash": settings.digest[:12]}})

    def _loaded(self) -> tuple[Settings, Engine]:
        """Return new settings and their engine; an error is shown by metric and landing page."""
        try:
            settings = self._load()
            return settings, Engine(settings, self._outside)
        except Exception as error:
            known = isinstance(error, IonmonError)
            text = redacted(str(error)) if known else "a defect; see the log"
            self.telemetry.set(own.CONFIG_RELOAD_SUCCESS, (), 0)
            self.site.refusal = RefusedReload(self._clock.monotonic(), text)
            raise

    async def _swap(self, new: Engine) -> None:
        old = self.site.engine
        await self._stop_polling()
        try:
            if old:
                new.take_over(old)
        finally:
            self._start_polling(new)

    def _record_settings(self) -> None:
        record_settings(self.telemetry, self.settings.digest, self._clock.now())
        self.site.refusal = None

    def _warn_unapplied(self, settings: Settings) -> None:
        if (settings.web, settings.storage) != (self.settings.web, self.settings.storage):
            log.warning("changes of web and storage apply at the next start")

    def _warn_exposed(self, server: WebServer) -> None:
        self.telemetry.set(own.WEB_EXPOSED, (), float(server.exposed))
        if server.exposed:
            log.warning(
                "metrics can be read by any machine that reaches this one; set TLS and passwords "
                "with --web.config.file, or listen on 127.0.0.1"
            )


def _warn_anew(default: Path) -> None:
    """Warn where the default file is new beside one of other projects: its name depends on them."""
    others = [] if default.exists() else sorted(default.parent.glob("counters-*.sqlite"))
    if others:
        log.warning(
            "%s is new, and counting starts now; to go on with the counts of other projects' "
            "settings, set storage.state_file: %s",
            default.name,
            max(others, key=lambda path: path.stat().st_mtime),
        )


def web_settings(settings: Settings) -> ServerOptions:
    """Return the web server's options."""
    web = settings.web
    return ServerOptions(
        listen=tuple(web.listen),
        telemetry_path=web.telemetry_path,
        config_file=web.config_file,
        enable_lifecycle=web.enable_lifecycle,
    )
