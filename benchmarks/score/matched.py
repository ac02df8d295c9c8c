"""The default beside mean + kσ at matched operating points: equal recall, or equal firing days.

Both have a dial: σ its k, the default its budget. At each point both are turned to what is best on
the days that are held back, which nobody knows beforehand.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.score.held_back import Score, SeriesOutcome, Trial, score
from benchmarks.score.kept import RARE
from benchmarks.score.scored_numbers import BUDGET, levels, swept

MULTIPLES = np.arange(0, 30, 0.1)
# The default's points; a single one would decide by an incident or two.
BUDGETS = (BUDGET, *(Fraction(1, days) for days in (10, 7, 5, 4, 3)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BestScores:
    """What a method reaches at most with any setting of its dial.

    calmest  with the fewest firing days at a recall; None where no setting has it
    keenest  with the highest recall within firing days; None where no setting has so few
    """

    calmest: Score | None
    keenest: Score | None

    @property
    def firing_days(self) -> float:
        """The fewest at the recall; 1 where no setting has it."""
        return self.calmest.firing_days if self.calmest else 1.0

    @property
    def recall(self) -> float:
        """The highest within the firing days; 0 where no setting has so few."""
        return self.keenest.recall if self.keenest else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A budget, what the default reaches with it, and the best of both methods beside that."""

    budget: Fraction
    reached: Score
    levels: BestScores
    sigma: BestScores

    @property
    def saved(self) -> float:
        """By how much the default's share of firing days is smaller, at equal recall."""
        return self.sigma.firing_days - self.levels.firing_days

    @property
    def gained(self) -> float:
        """By how much the default's recall is higher, at equal firing days."""
        return self.levels.recall - self.sigma.recall

    @property
    def word(self) -> str:
        """Yes where the default is better by one of both, NO where it is clearly worse."""
        if not self.reached.incidents:
            return "no incidents"
        if self.saved > 0 or self.gained > 0:
            return "yes"
        if not self.saved and not self.gained:
            return "equal"
        days = _more(self.levels.calmest, self.sigma.calmest, lambda each: each.firing_days)
        missed = _more(self.sigma.keenest, self.levels.keenest, lambda each: len(each.delays))
        return "NO" if min(days, missed) < RARE else "undecided"


def points(trials: Sequence[Trial]) -> tuple[Point, ...]:
    """Return the matched points of a set for one `for`."""
    own = [score(trials, levels(budget)) for budget in BUDGETS]
    others = [score(trials, swept(multiple)) for multiple in MULTIPLES]
    return tuple(
        Point(
            budget=budget,
            reached=reached,
            levels=_best(reached, own),
            sigma=_best(reached, others),
        )
        for budget, reached in zip(BUDGETS, own, strict=True)
    )


def _best(reached: Score, scores: Sequence[Score]) -> BestScores:
    calm = [each for each in scores if each.recall >= reached.recall]
    keen = [each for each in scores if each.firing_days <= reached.firing_days]
    return BestScores(
        calmest=min(calm, key=lambda each: each.firing_days, default=None),
        keenest=max(keen, key=lambda each: each.recall, default=None),
    )


def _more(
    some: Score | None, others: Score | None, counted: Callable[[SeriesOutcome], int]
) -> float:
    """Return how likely chance gives some so much more than others, over the series of a set."""
    if some is None or others is None:
        return 1.0
    pairs = zip(some.outcomes, others.outcomes, strict=True)
    return sign_chance(counted(one) - counted(other) for one, other in pairs)


def sign_chance(differences: Iterable[int]) -> float:
    """Return how likely the sum of differences is at least so high if each sign is a coin's.

    Exact. With less than five differences it is never below 5 %.
    """
    known = [each for each in differences if each]
    sums = Counter({0: 1})
    for each in known:
        moved = Counter[int]()
        for total, ways in sums.items():
            moved[total + each] += ways
            moved[total - each] += ways
        sums = moved
    high = sum(ways for total, ways in sums.items() if total >= sum(known))
    return float(high / 2 ** len(known))


def saved_days(found: Sequence[Point]) -> float:
    """Return how much smaller the default's share of firing days is at equal recall, as a mean."""
    return float(np.mean([point.saved for point in found]))


def gained_recall(found: Sequence[Point]) -> float:
    """Return how much higher the default's recall is at equal firing days, as a mean."""
    return float(np.mean([point.gained for point in found]))
