"""The bridge as a process: settings, journal, web server, parts, signals, reload."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exporter.bridge.acknowledgement_part import AcknowledgementPart
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.digest.sender import DigestSender
from exporter.bridge.dispatch import Dispatch
from exporter.bridge.explaining import Explaining
from exporter.bridge.intake import Dispatching, Intake
from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.site import BridgeSite, Paths
from exporter.bridge.tending import Tending
from exporter.bridge.token import BridgeToken
from exporter.catalog import own
from exporter.clock import Clock
from exporter.errors import IonmonError, SettingsError
from exporter.lifecycle import Lifecycle, record_settings
from exporter.settings import BridgeSettings, Settings, journal_file
from exporter.telemetry import Telemetry
from exporter.web.server import ServerOptions, WebServer

log = logging.getLogger("ionmon.bridge")

HEARTBEAT = 1.0
MISSING = """no bridge is configured; add it to monitoring.yaml:
notifications:
  bridge: {}"""


class Applying(Protocol):
    """A part of the bridge that depends on the settings."""

    def apply(self, settings: Settings) -> None:
        """Go on with other settings."""


class Running(Applying, Protocol):
    """A part of the bridge that works in the loop."""

    async def run(self) -> None:
        """Work until this is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeParts:
    """What works beside the intake: who is owed what, parts that run, parts that answer paths.

    journal_faults  where it is noted that the journal fails
    applying        parts that only have to learn of other settings, before those that run do
    """

    dispatching: Dispatching
    journal_faults: DeliveryFaults
    applying: tuple[Applying, ...] = ()
    running: tuple[Running, ...] = ()
    paths: tuple[Paths, ...] = ()


class BridgeProgram:
    """Runs until a signal stops it."""

    def __init__(self, load: Callable[[], Settings], clock: Clock, listen: Sequence[str]) -> None:
        """Load settings with `load`, now and at each reload; listen where it is reached by default.

        Raises SettingsError.
        """
        self._load, self._clock, self._listen = load, clock, tuple(listen)
        self.settings = load()
        configured(self.settings)
        self.telemetry = Telemetry(self._clock.now())
        self.lifecycle = Lifecycle(self.reload)
        self._defect: BaseException | None = None

    async def run(self, started: Callable[[WebServer], None] = lambda _: None) -> None:
        """Serve and deliver until a signal stops it. Raises IonmonError at the start only.

        Raises RuntimeError where a part ends by itself: then nothing would be delivered any more.
        """
        self.lifecycle.begin()
        self._journal = AlertJournal(journal_file(self.settings), limits(configured(self.settings)))
        try:
            self._journal.records.begin(self._clock.now())
            await self._serve(started)
        finally:
            # What still runs in a thread may be writing the journal.
            await asyncio.get_running_loop().shutdown_default_executor()
            self._journal.close()
        if self._defect:
            raise RuntimeError("a part of the bridge was stopped by a defect") from self._defect

    async def _serve(self, started: Callable[[WebServer], None]) -> None:
        self._parts = parts(self.settings, self._journal, self._clock, self.telemetry)
        self._health = JournalHealth(self.telemetry, self._parts.journal_faults)
        self._tending = Tending(self._journal, self.telemetry, self._clock, self._health)
        self.site = self._site()
        server = WebServer(self.site, self._options())
        check_scheme(server, configured(self.settings))
        # Before it can be reached: whoever finds it there may send SIGHUP, which would end it.
        self.lifecycle.install_signals()
        server.start()
        try:
            record_settings(self.telemetry, self.settings.digest, self._clock.now())
            self._warn_exposed(server)
            for part in (self._beat, self._tending.run, *(p.run for p in self._parts.running)):
                self.lifecycle.spawn(part()).add_done_callback(self._note_end)
            started(server)
            await self.lifecycle.stopping.wait()
        finally:
            await self._close(server)

    def _site(self) -> BridgeSite:
        at = self.settings.notifications
        path = configured(self.settings).credentials_file
        intake = Intake(
            journal=self._journal,
            telemetry=self.telemetry,
            clock=self._clock,
            dispatching=self._parts.dispatching,
            token=BridgeToken(at.secret(path) if path else None),
            health=self._health,
        )
        return BridgeSite(
            clock=self._clock,
            telemetry=self.telemetry,
            intake=intake,
            parts=self._parts.paths,
            reload=self.lifecycle.reload_from_thread,
            telemetry_path=self.settings.web.telemetry_path,
        )

    def _options(self) -> ServerOptions:
        web = self.settings.web
        return ServerOptions(
            listen=self._listen or (configured(self.settings).address,),
            telemetry_path=web.telemetry_path,
            config_file=web.config_file,
            enable_lifecycle=web.enable_lifecycle,
        )

    async def _close(self, server: WebServer) -> None:
        """Stop everything; what is being journaled is finished and answered."""
        log.info("stopping")
        self.lifecycle.stopping.set()
        await asyncio.to_thread(server.close)
        running = tuple(self.lifecycle.tasks)
        self.lifecycle.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self.site.close)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """Stop the program where a part has ended by itself, by a defect."""
        if task.cancelled() or self.lifecycle.stopping.is_set():
            return
        self._defect = task.exception() or RuntimeError("a part ended without an error")
        log.critical("a part of the bridge was stopped by a defect", exc_info=self._defect)
        self.lifecycle.stopping.set()

    async def _beat(self) -> None:
        """Let the site know each second that this loop is not blocked."""
        while True:
            self.site.beat()
            await asyncio.sleep(HEARTBEAT)

    async def reload(self) -> None:
        """Load and apply new settings. Raises IonmonError, and keeps all of the old ones."""
        if self.lifecycle.stopping.is_set():
            raise IonmonError("the bridge is stopping; start it again to load settings")
        try:
            settings = self._load()
            bridge = configured(settings)
        except Exception:  # whatever it is, the metric says so; it is raised on
            self.telemetry.set(own.CONFIG_RELOAD_SUCCESS, (), 0)
            raise
        self._warn_unapplied(settings)
        self._journal.limit(limits(bridge))
        for part in (*self._parts.applying, *self._parts.running):
            part.apply(settings)
        self.settings = settings
        record_settings(self.telemetry, settings.digest, self._clock.now())
        log.info("settings loaded", extra={"fields": {"hash": settings.digest[:12]}})

    def _warn_unapplied(self, settings: Settings) -> None:
        """Warn of what only a start applies."""
        before, after = configured(self.settings), configured(settings)
        served = ("address", "tls", "credentials_file")
        changed = any(getattr(before, name) != getattr(after, name) for name in served)
        if changed or _started_with(settings) != _started_with(self.settings):
            log.warning(
                "changes of web, storage, log, sentry.own_errors, and the bridge's address, tls "
                "and credentials_file apply at the next start"
            )

    def _warn_exposed(self, server: WebServer) -> None:
        self.telemetry.set(own.WEB_EXPOSED, (), float(server.exposed))
        if server.exposed:
            log.warning(
                "alerts can be read by any machine that reaches this one; set TLS and passwords "
                "with --web.config.file, or listen on 127.0.0.1"
            )
        if server.asks_password and configured(self.settings).credentials_file is None:
            log.warning(
                "the web configuration requires a password, which the generated alertmanager.yml "
                "and prometheus.yml do not send; set notifications.bridge.credentials_file"
            )


def configured(settings: Settings) -> BridgeSettings:
    """Return the settings of the bridge. Raises SettingsError where there are none."""
    bridge = settings.notifications.active_bridge
    if bridge is None:
        raise SettingsError(MISSING)
    return bridge


def _started_with(settings: Settings) -> tuple[object, ...]:
    """Return what only a start applies, beside the bridge's own keys."""
    sentry = settings.notifications.sentry
    return settings.web, settings.storage, settings.log, bool(sentry and sentry.own_errors)


def limits(bridge: BridgeSettings) -> JournalLimits:
    """Return how much the journal keeps."""
    return JournalLimits(keep=bridge.keep, max_alerts=bridge.max_alerts)


def check_scheme(server: WebServer, bridge: BridgeSettings) -> None:
    """Refuse to serve https where Alertmanager posts to http. Raises SettingsError."""
    if server.scheme == "https" and not bridge.tls:
        raise SettingsError(
            "the web configuration has TLS, but Alertmanager and Prometheus reach the bridge by "
            "http; set notifications.bridge.tls: true, and run ionmon configs"
        )


def parts(
    settings: Settings, journal: AlertJournal, clock: Clock, telemetry: Telemetry
) -> BridgeParts:
    """Return what works beside the intake."""
    explaining = Explaining(settings, clock)
    alerts = AcknowledgementPart(settings, journal, clock, telemetry, explain=explaining.of)
    owed, records = journal.deliveries, journal.records
    dispatch = Dispatch(
        settings=settings,
        owed=owed,
        records=records,
        clock=clock,
        telemetry=telemetry,
        explain=explaining.of,
    )
    digests = DigestSender(
        settings=settings, journal=journal, clock=clock, faults=dispatch.faults, telemetry=telemetry
    )
    running = (dispatch, alerts, digests)
    return BridgeParts(
        dispatching=dispatch,
        journal_faults=dispatch.journal_faults,
        applying=(explaining,),
        running=running,
        paths=alerts.paths,
    )
