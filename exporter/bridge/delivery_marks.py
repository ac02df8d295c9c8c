"""What became of deliveries: noted in the journal, and kept here where that has no room for it.

So a target is not asked again for what it took or refused, nor sooner for what failed, because a
disk is full. What is only known here is lost with the process: then it is delivered once more.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from exporter.bridge.journal_rows import OwedDelivery
from exporter.clock import Clock
from exporter.errors import StateError


class Owed(Protocol):
    """What is owed: the deliveries of a journal."""

    def due(self, now: float) -> tuple[OwedDelivery, ...]:
        """Return what is to be delivered now, that which has waited longest first."""

    def done(self, row: int, now: float) -> None:
        """Note that a target has confirmed a delivery."""

    def later(self, row: int, at: float, why: str) -> None:
        """Note a failure, and when to try again."""

    def dead(self, row: int, why: str) -> None:
        """Give a delivery up."""

    def hasten(self, target: str, now: float) -> None:
        """Make everything that a target is owed due now."""

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many are pending and how many dead, by target and state."""


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """A mark that the journal does not have.

    again  when the delivery is due once more, on the monotonic clock; None for never
    """

    target: str
    write: Callable[[], None]
    tries: int = 0
    again: float | None = None


class DeliveryMarks:
    """The deliveries of a journal; what is said of one here never fails, but `write` does."""

    def __init__(self, owed: Owed, clock: Clock) -> None:
        self._owed, self._clock = owed, clock
        self._unwritten: dict[int, _Unwritten] = {}

    def due(self, now: float) -> tuple[OwedDelivery, ...]:
        """Return what is to be delivered now, by the journal and by what it lacks."""
        found = map(self._known, self._owed.due(now))
        return tuple(each for each in found if each is not None)

    def _known(self, delivery: OwedDelivery) -> OwedDelivery | None:
        mark = self._unwritten.get(delivery.row)
        if mark is None:
            return delivery
        if mark.again is None or self._clock.monotonic() < mark.again:
            return None
        return replace(delivery, tries=mark.tries)

    def done(self, delivery: OwedDelivery) -> None:
        """Note that a target has confirmed a delivery."""
        row, now = delivery.row, self._clock.now()
        self._mark(row, _Unwritten(delivery.target, lambda: self._owed.done(row, now)))

    def dead(self, delivery: OwedDelivery, why: str) -> None:
        """Give a delivery up."""
        row = delivery.row
        self._mark(row, _Unwritten(delivery.target, lambda: self._owed.dead(row, why)))

    def later(self, delivery: OwedDelivery, wait: float, why: str) -> None:
        """Note a failure; it is tried again after so many seconds."""
        row, at = delivery.row, self._clock.now() + wait
        again = self._clock.monotonic() + wait
        self._mark(
            row,
            _Unwritten(
                delivery.target,
                lambda: self._owed.later(row, at, why),
                tries=delivery.tries + 1,
                again=again,
            ),
        )

    def _mark(self, row: int, mark: _Unwritten) -> None:
        waits = bool(self._unwritten)
        self._unwritten[row] = mark
        if waits:
            return  # a journal that is locked would cost each of them a time-out
        with suppress(StateError):  # `write` raises it again
            self._write(row, mark)

    def _write(self, row: int, mark: _Unwritten) -> None:
        mark.write()
        del self._unwritten[row]

    def write(self) -> None:
        """Note what the journal lacks. Raises StateError at the first that it has no room for."""
        for row, mark in tuple(self._unwritten.items()):
            self._write(row, mark)

    def hasten(self, target: str) -> None:
        """Make everything that a target is owed due now: it takes deliveries again."""
        for row, mark in self._unwritten.items():
            if mark.target == target and mark.again is not None:
                self._unwritten[row] = replace(mark, again=self._clock.monotonic())
        with suppress(StateError):  # what the journal puts off is due soon by itself
            self._owed.hasten(target, self._clock.now())

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many are pending and how many dead, by target and state."""
        return self._owed.counts()
