"""The exporter as a process: settings, state file, engine, web server, signals, reload."""

import asyncio
import logging
import signal
from collections.abc import Callable

from exporter.catalog import own
from exporter.clock import Clock, WallClock
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.engine import Engine, Outside
from exporter.errors import IonmonError
from exporter.settings import Settings, default_state_file
from exporter.telemetry import Telemetry
from exporter.web.scrapers import Scrapers
from exporter.web.server import WebServer, WebSettings
from exporter.web.site import ExporterSite

log = logging.getLogger("ionmon")

RELOAD_TIMEOUT = 60.0


class Program:
    """Runs until it is told to stop."""

    def __init__(self, load: Callable[[], Settings], clock: Clock | None = None) -> None:
        """Take settings from `load`, now and at each reload."""
        self._load = load
        self._clock = clock or WallClock()
        self.settings = load()
        self.telemetry = Telemetry(self._clock.now())
        self.scrapers = Scrapers()
        self._stop = asyncio.Event()
        self._reloading = asyncio.Lock()

    async def run(self, started: Callable[[WebServer], None] = lambda _: None) -> None:
        """Serve and poll until a signal says stop. Raises IonmonError at the start only."""
        self._loop = asyncio.get_running_loop()
        state_file = self.settings.storage.state_file or default_state_file(self.settings)
        store = SqliteStore(state_file)
        try:
            await self._serve(store, started)
        finally:
            store.close()

    async def _serve(self, store: SqliteStore, started: Callable[[WebServer], None]) -> None:
        self._outside = Outside(
            self._clock, self.telemetry, store, self.scrapers.seen, self.scrapers.visited
        )
        self.site = ExporterSite(
            self._clock,
            self.telemetry,
            self.scrapers,
            self.reload_from_thread,
            telemetry_path=self.settings.web.telemetry_path,
        )
        self.site.engine = Engine(self.settings, self._outside)
        server = WebServer(self.site, web_settings(self.settings))
        server.start()
        try:
            self._note_settings()
            self._warn_exposed(server)
            self._install_signals()
            self.site.engine.start()
            started(server)
            await self._stop.wait()
        finally:
            log.info("stopping")
            await self.site.engine.stop()
            await asyncio.to_thread(server.close)

    def stop(self) -> None:
        """End the run; called in the loop."""
        self._stop.set()

    def _install_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self.stop)
        self._loop.add_signal_handler(signal.SIGHUP, self._reload_by_signal)

    def _reload_by_signal(self) -> None:
        self._reload_task = self._loop.create_task(self._reload_and_report())

    async def _reload_and_report(self) -> None:
        try:
            await self.reload()
        except IonmonError as error:
            log.error("reload refused, the old settings stay: %s", error)  # noqa: TRY400 - a user's

    def reload_from_thread(self) -> None:
        """Reload, called from the web server's thread. Raises IonmonError."""
        asyncio.run_coroutine_threadsafe(self.reload(), self._loop).result(RELOAD_TIMEOUT)

    async def reload(self) -> None:
        """Swap settings: all of the new ones or none. Raises IonmonError and keeps the old."""
        async with self._reloading:
            try:
                settings = self._load()
                old = self.site.engine
                new = Engine(settings, self._outside)
            except IonmonError:
                self.telemetry.set(own.CONFIG_RELOAD_SUCCESS, (), 0)
                raise
            self._warn_fixed(settings)
            if old:
                await old.stop()
                new.take_over(old)
            self.site.engine, self.settings = new, settings
            new.start()
            self._note_settings()
            log.info("settings loaded", extra={"fields": {"hash": settings.digest[:12]}})

    def _note_settings(self) -> None:
        self.telemetry.drop(own.CONFIG_HASH)
        self.telemetry.set(own.CONFIG_HASH, (self.settings.digest[:12],), 1)
        self.telemetry.set(own.CONFIG_RELOAD_SUCCESS, (), 1)
        self.telemetry.set(own.CONFIG_RELOAD_TIME, (), self._clock.now())

    def _warn_fixed(self, settings: Settings) -> None:
        if (settings.web, settings.storage) != (self.settings.web, self.settings.storage):
            log.warning("changes of web and storage are taken up at the next start only")

    def _warn_exposed(self, server: WebServer) -> None:
        self.telemetry.set(own.WEB_EXPOSED, (), float(server.exposed))
        if server.exposed:
            log.warning(
                "the page can be read by any machine that reaches this one; "
                "--web.config.file sets TLS and passwords, or listen on 127.0.0.1"
            )


def web_settings(settings: Settings) -> WebSettings:
    """Return what the web server needs of the settings."""
    web = settings.web
    return WebSettings(tuple(web.listen), web.telemetry_path, web.config_file, web.enable_lifecycle)
