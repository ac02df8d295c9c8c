"""What is said of the days behind a threshold."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np

from exporter.catalog.model import Unit
from generators.limits import shown
from generators.tuning.drift import Drift
from generators.tuning.fit_remarks import remarks
from generators.tuning.fitting import Fit, fit
from generators.tuning.thresholds import RefusedThreshold
from tests.generators.tuning.histories import history

EARLY, SHIFT, LATE = date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1)
FIT = Fit(result=RefusedThreshold("of no matter"), since=SHIFT, own_since=SHIFT, shifted=SHIFT)
RISING = Drift(slope=0.000732, change=0.04, score=3, warns=True)


def said(fit: Fit, sign: int = 1) -> tuple[str, ...]:
    """Return the sentences on a ratio."""
    return remarks(fit, lambda value: shown(value, Unit.RATIO), sign, "CPUHigh")


def test_a_shift_has_its_direction() -> None:
    """Levels that got worse are values that rose, or fell where low is bad."""
    left = "on 2026-01-20; days before are left out."
    assert said(FIT) == (f"Values rose {left}",)
    assert said(FIT, -1) == (f"Values fell {left}",)
    assert said(replace(FIT, fell=True)) == (f"Values fell {left}",)
    assert said(replace(FIT, fell=True), -1) == (f"Values rose {left}",)


def test_days_before_a_fall_are_said_to_count() -> None:
    """As they were, or on a scale of their own."""
    kept = replace(FIT, fell=True, since=EARLY, own_since=EARLY)
    assert "too few have passed for a stricter number" in said(kept)[0]
    assert "their distance from the median" in said(replace(kept, rescaled=True))[0]


def test_days_that_others_lack_are_said_to_be_left_out() -> None:
    """The number rests on the days of all alerts; the one that has fewest of them is named."""
    assert said(replace(FIT, since=LATE))[1] == (
        "Days before 2026-02-01 are left out: all alerts are fitted on the same days, and those of "
        "CPUHigh begin last."
    )


def test_a_drift_has_its_direction_and_unit() -> None:
    """A rate that gets worse rises, a hit rate falls."""
    drifting = replace(FIT, shifted=None, drift=RISING)
    (rising,) = said(drifting)
    assert rising.startswith("Values rise by 0.073% a day (+4% over these days): the alert will")
    assert said(drifting, -1)[0].startswith("Values fall by 0.073% a day (-4% over")
    unknown = replace(drifting, drift=replace(RISING, change=float("nan")))
    assert said(unknown)[0].startswith("Values rise by 0.073% a day: the")


def test_steady_days_need_no_sentence() -> None:
    """Nothing is said where nothing happened, or where there is no day."""
    steady = history(np.random.default_rng(2).normal(size=42))
    assert said(fit(steady, 0, Fraction(1, 10))) == ()
    assert said(fit(history([]), 0, Fraction(1, 10))) == ()
