"""The bridge's acknowledgements in this process, beside real servers."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.bridge import acknowledging
from exporter.bridge.acknowledgement_part import AcknowledgementPart
from exporter.bridge.incidents import FiringIncident
from exporter.clock import WallClock
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from tests.exporter.bridge.notified import journal
from tests.servers import wait_until

UNSEEN = 1.0  # seconds in place of four minutes


def settings(alertmanager: int, prometheus: int, **sections: object) -> Settings:
    """Return settings that read from servers on these ports."""
    servers = {"alertmanagers": [f"127.0.0.1:{alertmanager}"], "address": f"127.0.0.1:{prometheus}"}
    return Settings.model_validate({"prometheus": servers, **sections})


@contextmanager
def acknowledgers(folder: Path, given: Settings) -> Iterator[AcknowledgementPart]:
    """Run the part of the bridge that acknowledges, on a journal in the folder."""
    with pytest.MonkeyPatch.context() as patch, journal(folder / "journal.sqlite") as kept:
        patch.setattr(acknowledging, "UNSEEN", UNSEEN)
        part = AcknowledgementPart(
            settings=given, journal=kept, clock=WallClock(), telemetry=Telemetry(0.0)
        )
        loop = asyncio.new_event_loop()
        running = loop.create_task(part.run())
        thread = threading.Thread(target=_run, args=(loop, running), daemon=True)
        thread.start()
        try:
            yield part
        finally:
            loop.call_soon_threadsafe(running.cancel)
            thread.join()
            loop.close()


def _run(loop: asyncio.AbstractEventLoop, running: asyncio.Task[None]) -> None:
    try:
        loop.run_until_complete(running)
    except asyncio.CancelledError:
        return


def until_fires(part: AcknowledgementPart, **labels: str) -> FiringIncident:
    """Return the incident with these labels, once it fires and its beginning is known."""

    def found() -> list[FiringIncident]:
        every = part.firing.now().incidents
        return [
            each for each in every if labels.items() <= each.alert.labels.items() and each.since
        ]

    wait_until(lambda: bool(found()), f"an incident with {labels}")
    return found()[0]
