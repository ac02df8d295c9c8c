"""Alertmanagers and a Prometheus whose answers tests set, and the acknowledgements beside them."""

import asyncio
from collections.abc import ItemsView, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import get_ident
from typing import TypeVar

import pytest

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.firing import FiringAlerts, PolledServer
from exporter.bridge.journal import AlertJournal
from exporter.bridge.prometheus import Beginning
from exporter.errors import IonmonError
from tests.clocks import HandClock
from tests.exporter.bridge.notified import journal

BEGAN = 1_795_953_600.0  # 2026-11-29 12:00 UTC
T = TypeVar("T")


def held(
    name: str = "ErrorRateCritical",
    severity: str = "critical",
    *,
    fingerprint: str = "",
    starts_at: float = BEGAN,
    **labels: str,
) -> HeldAlert:
    """Return an alert of a service that fires."""
    every = {"alertname": name, "severity": severity, "signal": "error_rate"}
    every |= {"gcp_project": "shop", "region": "europe-west1", "service_name": "checkout", **labels}
    known = fingerprint or f"{abs(hash(tuple(sorted(every.items())))):016x}"[:16]
    return HeldAlert(
        fingerprint=known,
        labels=every,
        annotations={"summary": "Too many requests fail", "value": "4.2%", "limit": "1%"},
        starts_at=starts_at,
        updated_at=starts_at,
    )


class Watched(dict[str, str]):
    """Annotations that note in which thread they are read for a row."""

    def __init__(self, threads: list[int]) -> None:
        super().__init__(summary="Too many requests fail")
        self._threads = threads

    def items(self) -> ItemsView[str, str]:
        """Note it."""
        self._threads.append(get_ident())
        return super().items()


def began(alert: HeldAlert, at: float) -> Beginning:
    """Return when the condition of an alert began."""
    return Beginning(alert.labels, at)


@dataclass
class Fleet:
    """One Alertmanager and two Prometheus servers; None does not answer."""

    clock: HandClock = field(default_factory=lambda: HandClock(BEGAN + 600))
    alerts: Sequence[HeldAlert] | None = ()
    first: Sequence[Beginning] | None = ()
    second: Sequence[Beginning] | None = ()

    def __post_init__(self) -> None:
        self.firing = FiringAlerts(
            [PolledServer("Alertmanager", lambda: _answer(self.alerts), self.clock)],
            [
                PolledServer("Prometheus a", lambda: _answer(self.first), self.clock),
                PolledServer("Prometheus b", lambda: _answer(self.second), self.clock),
            ],
        )

    def ask(self) -> None:
        """Let every server be asked once."""
        with ThreadPoolExecutor(1) as executor:
            for alertmanager in self.firing.alertmanagers:
                asyncio.run(alertmanager.once(executor))
            for prometheus in self.firing.prometheis:
                asyncio.run(prometheus.once(executor))


@contextmanager
def kept(
    folder: Path, fleet: Fleet, unseen: float = 0.0
) -> Iterator[tuple[Acknowledging, AlertJournal]]:
    """Keep acknowledgements in a journal of the folder, as a bridge that has just started."""
    with journal(folder / "journal.sqlite") as found:
        rows = AcknowledgementRows(found.transaction)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("exporter.bridge.acknowledging.UNSEEN", unseen)
            yield Acknowledging(fleet.firing, rows, fleet.clock), found


@contextmanager
def acknowledging(folder: Path, fleet: Fleet, unseen: float = 0.0) -> Iterator[Acknowledging]:
    """Keep acknowledgements, as above."""
    with kept(folder, fleet, unseen) as (found, _):
        yield found


def _answer(given: Sequence[T] | None) -> tuple[T, ...]:
    if given is None:
        raise IonmonError("it is away")
    return tuple(given)
