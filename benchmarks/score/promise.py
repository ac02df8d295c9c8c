"""The promise: the share of firing days after a fit, beside what the fit could promise."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.score.progress import steps
from benchmarks.score.simulated import (
    ALIKE_NEIGHBOURS,
    AUTOCORRELATIONS,
    FIT,
    FORS,
    SEASONS,
    SHAPES,
    SimulatedHistory,
    batches,
    history,
    levels,
    medians,
    series,
)
from generators.tuning.fitting import fit
from generators.tuning.model import Values
from generators.tuning.thresholds import RefusedThreshold

BUDGET = Fraction(1, 10)
LEAST, MOST = 0.7, 1.3
WARNED = 0.8
CUT = 0.05
FAULTS = {"": FORS, "shift": (0, 5), "drift": (5,), ALIKE_NEIGHBOURS: (5,)}
# Days that are like their neighbours are not alike in any order, as a promise asks for.
MOST_OF_NEIGHBOURS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOutcome:
    """One fit: shares of days, nan where it was refused; whether it was cut, and warned."""

    realised: float
    attainable: float
    cut: bool
    warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCell:
    """All fits of one world with one `for`."""

    world: SimulatedHistory
    samples: int
    outcomes: tuple[FitOutcome, ...]

    def mean(self, name: str) -> float:
        """Return the mean of a field over the fits that were not refused."""
        return float(np.nanmean([getattr(outcome, name) for outcome in self.outcomes]))

    @property
    def refused(self) -> float:
        """The share of fits without a threshold."""
        return float(np.mean([np.isnan(outcome.realised) for outcome in self.outcomes]))

    @property
    def ratio(self) -> float:
        """The realised share over the attainable one."""
        return self.mean("realised") / self.mean("attainable")

    @property
    def met(self) -> bool:
        """Whether the promise holds; of a drift, whether it is warned of."""
        if self.world.fault == "drift":
            return self.mean("warned") >= WARNED
        if self.world.fault == ALIKE_NEIGHBOURS:
            return LEAST <= self.ratio <= MOST_OF_NEIGHBOURS
        return self.ratio <= MOST and (self.world.fault == "shift" or self.ratio >= LEAST)


def cells(runs: int) -> Iterator[PromiseCell]:
    """Yield every cell; each world draws its own minutes."""
    worlds = [
        SimulatedHistory(autocorrelation=phi, season=season, shape=shape, fault=fault)
        for fault in FAULTS
        for phi in AUTOCORRELATIONS
        for season in SEASONS
        for shape in SHAPES
    ]
    for seed, world in enumerate(steps(worlds, "promise")):
        yield from _cells(world, runs, seed)


def _cells(world: SimulatedHistory, runs: int, seed: int) -> Iterable[PromiseCell]:
    random = np.random.default_rng(seed)
    outcomes: dict[int, list[FitOutcome]] = {samples: [] for samples in FAULTS[world.fault]}
    for noise in batches(world.autocorrelation, runs, seed):
        values = series(noise, world, random)
        of_medians = medians(values)
        for samples in outcomes:
            outcomes[samples] += _outcomes(levels(values, samples), of_medians)
    return [
        PromiseCell(world=world, samples=samples, outcomes=tuple(found))
        for samples, found in outcomes.items()
    ]


def _outcomes(of_levels: Values, of_medians: Values) -> list[FitOutcome]:
    return [_outcome(run, days) for run, days in zip(of_levels, of_medians, strict=True)]


def _outcome(of_levels: Values, of_medians: Values) -> FitOutcome:
    """Fit the first six weeks, count firing days in the three that follow."""
    fitted = fit(history(of_levels, of_medians), 0, BUDGET)
    realised = attainable = float("nan")
    if not isinstance(fitted.result, RefusedThreshold):
        realised = float(np.mean(of_levels[FIT:] > fitted.result.value))
        attainable = float(fitted.result.attainable)
    return FitOutcome(
        realised=realised,
        attainable=attainable,
        cut=fitted.shifted is not None,
        warned=fitted.drift.warns,
    )


def cut_of_noise(found: Sequence[PromiseCell]) -> float:
    """Return the share of fits without a fault that were cut."""
    return float(np.mean([cell.mean("cut") for cell in found if not cell.world.fault]))
