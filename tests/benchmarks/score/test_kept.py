"""Whether a set keeps its promise: NO, undecided, warned or yes."""

from fractions import Fraction

import pytest

from benchmarks.score.held_back import Score, SeriesOutcome
from benchmarks.score.kept import promise_verdict
from benchmarks.score.scored_numbers import SeriesPromise


def series(fired: int, *, days: int = 20, warned: bool = False, fitted: int = 19) -> SeriesOutcome:
    """Return a series whose threshold is the highest level of its days."""
    promise = SeriesPromise(share=Fraction(1, fitted + 1), days=fitted, rank=fitted, warned=warned)
    return SeriesOutcome(
        incidents=0,
        delays=(),
        firings=fired,
        true_firings=0,
        days=days,
        firing_days=fired,
        promise=promise,
        refused=False,
    )


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ((series(1), series(2)), "yes"),
        ((series(2),), "undecided"),
        ((series(12),), "NO"),
        ((series(12, warned=True), series(0)), "warned"),
        ((series(12), *[series(0, warned=True)] * 9), "NO"),
        ((series(4, days=6, warned=True, fitted=6),), "warned"),
    ],
)
def test_a_set_is_judged_in_one_word(found: tuple[SeriesOutcome, ...], word: str) -> None:
    """Warnings excuse only the numbers that have them, and chance only what it may explain."""
    assert promise_verdict(Score(found)).word == word


def test_the_chance_is_that_of_all_series_together() -> None:
    """Of two series with a day each, both fire with 1 in 20 times 1 in 20."""
    both = promise_verdict(Score((series(1, days=1), series(1, days=1)))).every
    assert both.chance == pytest.approx(1 / 400)
    assert (both.fired, both.days, both.promised) == (2, 2, Fraction(1, 10))
    assert both.times == 20


def test_what_is_refused_promises_nothing() -> None:
    """It is neither kept nor broken."""
    none = SeriesOutcome(
        incidents=1,
        delays=(),
        firings=0,
        true_firings=0,
        days=9,
        firing_days=0,
        promise=None,
        refused=True,
    )
    verdict = promise_verdict(Score((none,)))
    assert (verdict.every.days, verdict.every.times, verdict.word) == (0, 0, "yes")
