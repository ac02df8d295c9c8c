"""The promise of one budget for all rules: days on which any of nine fires."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.score.progress import steps
from benchmarks.score.promise import LEAST, MOST
from benchmarks.score.simulated import DAYS, FIT
from generators.tuning.budgets import pages_per_week
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import RefusedThreshold
from generators.tuning.together import fit_together

RULES = 9
SHIFTED = "two fell"
LATER = 210  # days after a fit
BUDGET = pages_per_week("1")
# How much of a day's level all rules have in common.
COMMON = {"unrelated": 0.0, "related": 0.6, "as one": 0.95, SHIFTED: 0.0}
FELL, ROSE, FELL_AGAIN = 20, 8, 24  # days
SHIFT = 8  # deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherCell:
    """The fits of nine rules that have more or less in common."""

    name: str
    fits: int
    realised: float
    attainable: float
    refused: float

    @property
    def ratio(self) -> float:
        """The realised share over the attainable one."""
        return self.realised / self.attainable

    @property
    def met(self) -> bool:
        """Whether the promise holds."""
        return LEAST <= self.ratio <= MOST


def cells(runs: int) -> Iterator[TogetherCell]:
    """Yield a cell for each degree of what rules have in common."""
    for seed, (name, common) in enumerate(steps(tuple(COMMON.items()), "all rules")):
        random = np.random.default_rng(seed)
        drawn = (_levels(common, random) for _ in range(runs))
        shares = [_shares(_shifted(each) if name == SHIFTED else each) for each in drawn]
        fitted = [share for share in shares if share is not None]
        realised, attainable = np.mean(fitted, axis=0)
        yield TogetherCell(
            name=name,
            fits=runs,
            realised=float(realised),
            attainable=float(attainable),
            refused=1 - len(fitted) / runs,
        )


def _levels(common: float, random: np.random.Generator) -> Values:
    """Return levels of all rules; every third is normal, skewed, or zero on most days."""
    noise = random.standard_normal((RULES + 1, FIT + LATER))
    mixed: Values = common * noise[0] + (1 - common**2) ** 0.5 * noise[1:]
    mixed[1::3] = np.exp(mixed[1::3])
    mixed[2::3] = np.maximum(0, mixed[2::3] - 1)
    return mixed


def _shares(levels: Values) -> tuple[float, float] | None:
    """Fit six weeks; return the realised and the attainable share, None where it is refused."""
    fitted = fit_together([_history(rule[:FIT]) for rule in levels], [0] * RULES, BUDGET)
    if isinstance(fitted.shared, RefusedThreshold):
        return None
    values = [np.inf if isinstance(one, RefusedThreshold) else one.value for one in fitted.results]
    realised = np.mean(np.any(levels[:, FIT:] > np.array(values)[:, None], axis=0))
    return float(realised), float(fitted.shared.attainable)


def _shifted(levels: Values) -> Values:
    """Return levels of which one rule fell, and another rose, then fell half of the way."""
    day = np.arange(FIT + LATER)
    moved = np.array(levels)
    moved[0] += SHIFT * (day < FELL)
    moved[3] += SHIFT * ((day >= ROSE) & (day < FELL_AGAIN)) + SHIFT / 2 * (day >= FELL_AGAIN)
    return moved


def _history(levels: Values) -> RuleDays:
    return RuleDays(
        days=DAYS[:FIT],
        fors=(0,),
        levels=levels[None, :],
        medians=levels,
        worst=np.empty(0),
    )
