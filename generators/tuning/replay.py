"""When an alert would have been pending and firing, by the states that Prometheus goes through.

An alert is pending while its condition is true, and fires once it has been for `for`. It ends with
the first evaluation that is `keep_firing_for` after the first one without its condition. What its
own firing decides is known by then: there is a condition for each of the two states.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from exporter.prometheus.api import Labels
from generators.tuning.model import TimeGrid
from generators.tuning.sample_windows import Flags, through


@dataclass(frozen=True, slots=True)
class Conditions:
    """Whether an alert's condition is true at each evaluation.

    begins   while the alert does not fire
    goes_on  while it fires; true wherever `begins` is
    """

    begins: Flags
    goes_on: Flags


@dataclass(frozen=True, slots=True)
class Stretch:
    """Evaluations from `start` up to, and without, `end`; None where history ends before it."""

    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class AlertStates:
    """When an alert fired, the earliest first, and at which evaluations it was pending."""

    firing: tuple[Stretch, ...]
    is_pending: Flags

    @property
    def pending(self) -> tuple[Stretch, ...]:
        """When it was pending."""
        return runs(self.is_pending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One time in which an alert would have fired; times are Unix seconds.

    began  when it fired first
    ended  the first evaluation at which it did not any more; None where it still fired at the end
    """

    labels: Labels
    began: int
    ended: int | None

    def until(self, end: float) -> float:
        """Return when it ended, or where history does."""
        return end if self.ended is None else self.ended


@dataclass(frozen=True, slots=True)
class Delays:
    """`for` and `keep_firing_for` in evaluations."""

    before: int
    after: int

    @classmethod
    def of(cls, for_: float, keep_firing_for: float, interval: float = 60) -> "Delays":
        """Return the delays of a rule, all in seconds."""
        return cls(ceil(for_ / interval), ceil(keep_firing_for / interval))


def states(conditions: Conditions, delays: Delays) -> AlertStates:
    """Return when an alert was pending and when it fired."""
    count = conditions.begins.size
    firing = tuple(_firing(conditions, delays))
    fires = np.zeros(count, dtype=bool)
    for each in firing:
        fires[each.start : each.end] = True
    return AlertStates(firing, conditions.begins & ~fires)


def _firing(conditions: Conditions, delays: Delays) -> list[Stretch]:
    """Return when it fires: from one beginning to its end, then to the next beginning.

    What makes it begin lies after an end, since the condition is not true there; what makes it end
    lies after a beginning, where it is. So each is the next one, whatever came before.
    """
    beginnings = np.flatnonzero(through(conditions.begins, delays.before + 1))
    endings = np.flatnonzero(through(~conditions.goes_on, delays.after + 1))
    found: list[Stretch] = []
    at = 0
    while (start := _next(beginnings, at)) is not None:
        end = _next(endings, start + 1)
        found.append(Stretch(start, end))
        if end is None:
            break
        at = end + 1
    return found


def _next(sorted_: NDArray[np.intp], at: int) -> int | None:
    place = int(np.searchsorted(sorted_, at))
    return int(sorted_[place]) if place < sorted_.size else None


def runs(flags: Flags) -> tuple[Stretch, ...]:
    """Return the runs of true flags."""
    edges = np.diff(flags.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return tuple(
        Stretch(int(start), int(end) if end < flags.size else None)
        for start, end in zip(starts, ends, strict=True)
    )


def firings(labels: Labels, found: AlertStates, grid: TimeGrid) -> tuple[Firing, ...]:
    """Return when the alert of a place fired, in Unix seconds."""
    return tuple(
        Firing(
            labels=labels,
            began=grid.start + grid.step * each.start,
            ended=None if each.end is None else grid.start + grid.step * each.end,
        )
        for each in found.firing
    )
