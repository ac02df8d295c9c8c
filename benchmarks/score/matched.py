"""The default beside mean + kσ at matched operating points: equal recall, or equal firing days."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.score.held_back import BUDGET, Score, Trial, levels, score, swept

MULTIPLES = np.arange(0, 30, 0.1)
# The default's points; a single one would decide by an incident or two.
BUDGETS = (BUDGET, *(Fraction(1, days) for days in (10, 7, 5, 4, 3)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A budget, what the default reaches with it, and what mean + kσ reaches with any k.

    firing_days  the fewest at the default's recall; 1 where no k has it
    recall       the best within the default's firing days
    """

    budget: Fraction
    reached: Score
    firing_days: float
    recall: float


def points(trials: Sequence[Trial]) -> tuple[Point, ...]:
    """Return the matched points of a set for one `for`."""
    others = [score(trials, swept(multiple)) for multiple in MULTIPLES]
    return tuple(_point(score(trials, levels(budget)), budget, others) for budget in BUDGETS)


def _point(reached: Score, budget: Fraction, others: Sequence[Score]) -> Point:
    days = [other.firing_days for other in others if other.recall >= reached.recall]
    recalls = [other.recall for other in others if other.firing_days <= reached.firing_days]
    return Point(
        budget=budget,
        reached=reached,
        firing_days=min(days, default=1.0),
        recall=max(recalls, default=0.0),
    )


def saved_days(found: Sequence[Point]) -> float:
    """Return how much smaller the default's share of firing days is at equal recall, as a mean."""
    return float(np.mean([point.firing_days - point.reached.firing_days for point in found]))


def gained_recall(found: Sequence[Point]) -> float:
    """Return how much higher the default's recall is at equal firing days, as a mean."""
    return float(np.mean([point.reached.recall - point.recall for point in found]))
