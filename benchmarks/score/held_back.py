"""Methods on labelled series: fitted on the first half without incidents, scored on the second."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.score.labelled import ZONE, Labelled
from benchmarks.score.scored_numbers import Chosen, ScoredNumber, SeriesPromise
from exporter.prometheus.api import TimeSpan
from generators.tuning.days import days_of
from generators.tuning.levels import rolling_minimum
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays, rule_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A series for one `for`: what is fitted on, and what is scored on.

    older, newer  days of both halves, without incidents
    times         of the newer half, Unix seconds
    lowest        at each of them, the lowest value of the last `for`, incidents included
    incidents     of the newer half
    """

    older: RuleDays
    newer: RuleDays
    times: NDArray[np.int64]
    lowest: Values
    incidents: tuple[TimeSpan, ...]


def trial(series: Labelled, samples: int) -> Trial:
    """Return the trial of a series."""
    older, newer = series.halves()
    known = np.where(np.isnan(newer.values), -np.inf, newer.values)
    return Trial(
        older=_history(older, samples),
        newer=_history(newer, samples),
        times=newer.grid.times,
        lowest=rolling_minimum({1: known}, samples + 1),
        incidents=newer.incidents,
    )


def _history(half: Labelled, samples: int) -> RuleDays:
    return rule_days([half.values], days_of(half.grid, ZONE), (samples,), half.clean)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOutcome:
    """One threshold on the second half of one series."""

    incidents: int
    delays: tuple[float, ...]
    firings: int
    true_firings: int
    days: int
    firing_days: int
    promise: SeriesPromise | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The outcomes of a method on all series of a set."""

    outcomes: tuple[SeriesOutcome, ...]

    def _sum(self, name: str) -> float:
        return float(sum(getattr(outcome, name) for outcome in self.outcomes))

    @property
    def incidents(self) -> int:
        """How many there are."""
        return int(self._sum("incidents"))

    @property
    def caught(self) -> int:
        """In how many incidents an alert fires."""
        return sum(len(outcome.delays) for outcome in self.outcomes)

    @property
    def recall(self) -> float:
        """The share of incidents in which an alert fires; nan without incidents."""
        return self.caught / self.incidents if self.incidents else float("nan")

    @property
    def precision(self) -> float:
        """The share of firings that are in incidents; nan without firings."""
        firings = self._sum("firings")
        return self._sum("true_firings") / firings if firings else float("nan")

    @property
    def firing_days(self) -> float:
        """The share of clean days on which an alert fires."""
        return self._sum("firing_days") / max(1.0, self._sum("days"))

    @property
    def days(self) -> tuple[int, int]:
        """Clean days on which an alert fires, and all of them."""
        return int(self._sum("firing_days")), int(self._sum("days"))

    @property
    def false_firings(self) -> float:
        """Firings outside incidents a clean day."""
        return (self._sum("firings") - self._sum("true_firings")) / max(1.0, self._sum("days"))

    @property
    def delay(self) -> float:
        """The median time from an incident's start to the alert, minutes."""
        delays = [delay for outcome in self.outcomes for delay in outcome.delays]
        return float(np.median(delays)) / 60 if delays else float("nan")

    @property
    def refused(self) -> int:
        """For how many series there is no threshold."""
        return int(self._sum("refused"))


def score(trials: Iterable[Trial], chosen: Chosen) -> Score:
    """Score a method on the series of a set."""
    return Score(tuple(_outcome(each, chosen(each.older)) for each in trials))


def _outcome(each: Trial, number: ScoredNumber) -> SeriesOutcome:
    firings = _firings(each, number.value)
    caught = [
        [start for start, end in firings if start <= incident.end and end >= incident.start]
        for incident in each.incidents
    ]
    hits = {start for starts in caught for start in starts}
    return SeriesOutcome(
        incidents=len(each.incidents),
        delays=tuple(
            max(0.0, min(starts) - incident.start)
            for incident, starts in zip(each.incidents, caught, strict=True)
            if starts
        ),
        firings=len(firings),
        true_firings=sum(start in hits for start, _ in firings),
        days=len(each.newer.days),
        firing_days=int(np.count_nonzero(each.newer.levels[0] > number.value)),
        promise=number.promise,
        refused=number.value == np.inf,
    )


def _firings(each: Trial, threshold: float) -> list[tuple[float, float]]:
    """Return from when to when the alert fires, Unix seconds."""
    firing = (each.lowest > threshold).astype(np.int8)
    starts = np.flatnonzero(np.diff(firing, prepend=0) == 1)
    ends = np.flatnonzero(np.diff(firing, append=0) == -1)
    return list(zip(each.times[starts].tolist(), each.times[ends].tolist(), strict=True))
