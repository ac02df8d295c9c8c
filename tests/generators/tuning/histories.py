"""Days and levels that tests of the tuning share."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from generators.tuning.days import Day
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays

MONDAY = date(2026, 1, 5)


def calendar(count: int) -> tuple[Day, ...]:
    """Return days of one minute each, from a Monday on."""
    return tuple(
        Day(date=MONDAY + timedelta(days=n), first=n, stop=n + 1, expected=1) for n in range(count)
    )


def history(levels: Sequence[float] | Values, medians: Values | None = None) -> RuleDays:
    """Return a rule's days by their levels, whose medians are the same unless given."""
    values = np.array(levels, dtype=np.float64)
    return RuleDays(
        days=calendar(len(values)),
        fors=(0,),
        levels=values[None, :],
        medians=values if medians is None else medians,
        worst=values,
    )
