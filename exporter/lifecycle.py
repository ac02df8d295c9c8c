"""What every program that serves does until a signal stops it: signals, tasks, reloads."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import Future

from exporter.catalog import own
from exporter.errors import IonmonError
from exporter.telemetry import Telemetry
from exporter.web.routes import StillLoading

log = logging.getLogger("ionmon")

RELOAD_TIMEOUT = 25.0  # below the deadline of an answer, so that the client gets a reply


class Lifecycle:
    """SIGTERM and SIGINT set `stopping`, SIGHUP reloads; `begin` is called in the loop."""

    def __init__(self, reload: Callable[[], Coroutine[None, None, None]]) -> None:
        """Take what loads the settings again, and raises IonmonError where they are wrong."""
        self.stopping = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self._reload = reload

    def begin(self) -> None:
        """Belong to the running loop."""
        self._loop = asyncio.get_running_loop()

    def install_signals(self) -> None:
        """Let signals stop the program and reload its settings."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self.stopping.set)
        self._loop.add_signal_handler(signal.SIGHUP, self.reload_by_signal)

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run something until it ends, or until `cancel`."""
        task = self._loop.create_task(work)
        self.tasks.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self.tasks.discard)
        return task

    def cancel(self) -> None:
        """Cancel what still runs."""
        for task in self.tasks:
            task.cancel()

    def reload_by_signal(self) -> None:
        """Reload, and log the outcome."""
        self.spawn(self.reload_and_report())

    async def reload_and_report(self) -> None:
        """Reload; an error is logged."""
        try:
            await self._reload()
        except Exception as error:  # noqa: BLE001 - the process boundary: it costs the reload only
            _report(error)

    def reload_from_thread(self) -> None:
        """Reload, called from the web server's thread. Raises IonmonError."""
        reload = asyncio.run_coroutine_threadsafe(self._reload(), self._loop)
        try:
            reload.result(RELOAD_TIMEOUT)
        except TimeoutError:
            if reload.done():
                raise
            reload.add_done_callback(_report_late)
            raise StillLoading("the reload goes on; its result will be logged") from None


def record_settings(telemetry: Telemetry, digest: str, now: float) -> None:
    """Show which settings are in force, and since when; `now` is Unix time."""
    telemetry.drop(own.CONFIG_HASH)
    telemetry.set(own.CONFIG_HASH, (digest[:12],), 1)
    telemetry.set(own.CONFIG_RELOAD_SUCCESS, (), 1)
    telemetry.set(own.CONFIG_RELOAD_TIME, (), now)


def _report(error: BaseException) -> None:
    if isinstance(error, IonmonError):
        log.error("reload refused, the old settings stay: %s", error)
    else:
        log.error("reload failed by a defect", exc_info=error)


def _report_late(reload: Future[None]) -> None:
    """Log the error of a reload that nobody waits for any more; success is logged anyway."""
    if not reload.cancelled() and (error := reload.exception()):
        _report(error)
