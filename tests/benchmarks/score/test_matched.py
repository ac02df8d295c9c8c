"""The default beside mean + kσ, in one word a point."""

from fractions import Fraction

import pytest

from benchmarks.score.held_back import Score, SeriesOutcome
from benchmarks.score.matched import BestScores, Point, sign_chance


def scores(*series: tuple[int, int]) -> Score:
    """Return a score by the incidents that are caught and the days that fire, of ten each."""
    return Score(
        tuple(
            SeriesOutcome(
                incidents=10,
                delays=(0.0,) * caught,
                firings=caught,
                true_firings=caught,
                days=10,
                firing_days=fired,
                promise=None,
                refused=False,
            )
            for caught, fired in series
        )
    )


def point(own: Score, sigma: Score) -> Point:
    """Return a point at which both methods are at their best."""
    return Point(
        budget=Fraction(1, 20),
        reached=own,
        levels=BestScores(calmest=own, keenest=own),
        sigma=BestScores(calmest=sigma, keenest=sigma),
    )


@pytest.mark.parametrize(
    ("own", "sigma", "word"),
    [
        ([(5, 2)], [(5, 3)], "yes"),
        ([(6, 3)], [(5, 3)], "yes"),
        ([(5, 3)], [(5, 3)], "equal"),
        ([(5, 3)], [(5, 2)], "undecided"),
        ([(5, 3)] * 5, [(5, 2)] * 5, "NO"),
        ([(4, 3)] * 5, [(5, 3)] * 5, "NO"),
    ],
)
def test_a_point_is_judged_in_one_word(
    own: list[tuple[int, int]], sigma: list[tuple[int, int]], word: str
) -> None:
    """What is worse on one series alone may be chance; on each of five it is not."""
    assert point(scores(*own), scores(*sigma)).word == word


def test_where_sigma_has_no_such_point_the_default_is_better() -> None:
    """No k reaches its recall, and none has so few firing days."""
    own = scores((5, 1))
    nothing = BestScores(calmest=None, keenest=None)
    only = Point(
        budget=Fraction(1, 20),
        reached=own,
        levels=BestScores(calmest=own, keenest=own),
        sigma=nothing,
    )
    assert (only.saved, only.gained, only.word) == (0.9, 0.5, "yes")


def test_the_chance_of_signs_is_exact() -> None:
    """Of two differences both are positive with 1 in 4; without any, nothing is unlikely."""
    assert sign_chance([2, 3, 0]) == 1 / 4
    assert sign_chance([2, -3]) == 3 / 4
    assert sign_chance([]) == 1
