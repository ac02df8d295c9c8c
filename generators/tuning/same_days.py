"""Histories whose days hardly differ: what they do not say, however many days there are."""

import numpy as np

from exporter.settings.types import duration
from generators.limits import shown
from generators.tuning.model import Values
from generators.tuning.rule_history import RuleHistory
from generators.tuning.thresholds import RefusedThreshold

NO_VALUE = RefusedThreshold("there is no value in these days")
FEWEST = 3  # days; two are alike by chance
_ALIKE = 0.5  # of the pairs of days: seven of ten are the same


def variety(levels: Values) -> float:
    """Return the share of pairs of days whose levels differ; 1 where there is no pair."""
    days = len(levels)
    if days < 2:  # noqa: PLR2004 - a pair
        return 1.0
    _, counts = np.unique(levels, return_counts=True)
    return 1 - float(np.sum(counts * (counts - 1))) / (days * (days - 1))


def only_value(history: RuleHistory) -> float | None:
    """Return the value that all times outside incidents have, in the signal's unit."""
    values = history.days.clean
    if not values.size or values.min() < values.max():
        return None
    return history.sign * float(values[0])


def one_value(value: float, history: RuleHistory) -> str:
    """Return what follows where a history has one value alone."""
    text = f"Every value is {_shown(value, history)}, which says nothing of how much is too much"
    return f"{text}: see whether it is still measured." if value else f"{text}."


def like_each_other(history: RuleHistory, *, used: bool) -> str:
    """Return what to know of days that have the same level; empty where they differ.

    used  whether a number follows from them
    """
    levels = history.days.levels[0]
    levels = levels[np.isfinite(levels)]
    if len(levels) < FEWEST or variety(levels) > _ALIKE or only_value(history) is not None:
        return ""
    values, counts = np.unique(levels, return_counts=True)
    same, days = int(counts.max()), len(levels)
    worst = f"worst value{f' that lasted {duration(history.row.for_)}' if history.row.for_ else ''}"
    level = _shown(history.sign * float(values[counts.argmax()]), history)
    if same == days:
        return (
            f"All {days} clean days have the same {worst}, {level}, as where values are capped, "
            "coarse or repeated: how much worse a day may be is not known."
        )
    if not used:
        return ""
    return (
        f"{same} of {days} clean days have the same {worst}, {level}: the number follows from the "
        "others alone."
    )


def _shown(value: float, history: RuleHistory) -> str:
    return shown(float(f"{value:.3g}"), history.row.signal.unit)
