"""A threshold for an alert by one of the methods, with the reason in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from exporter.settings.types import duration
from generators.limits import shown, side
from generators.tuning.fit_remarks import remarks
from generators.tuning.fitting import Fit, fit
from generators.tuning.methods import QUANTILE, SIGMAS, Method, by_quantile, by_sigma
from generators.tuning.model import Values
from generators.tuning.rule_history import RuleHistory
from generators.tuning.thresholds import LevelThreshold, RefusedThreshold
from generators.tuning.together import fit_together


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenThreshold:
    """A threshold on the scale of levels, which get worse upwards.

    why      a sentence
    days     how many days it is made from
    remarks  more that a reader has to know, as sentences
    promise  what it promises; None for methods that promise nothing
    """

    value: float
    why: str
    days: int
    remarks: tuple[str, ...] = ()
    promise: LevelThreshold | None = None


Choose = Callable[[RuleHistory], ChosenThreshold | RefusedThreshold]
_OPEN = "No clean day was worse, so that how much worse the next one may be is not known."


def by_budget(budget: Fraction) -> Choose:
    """Return the default method, each alert with a budget of its own."""

    def choose(history: RuleHistory) -> ChosenThreshold | RefusedThreshold:
        found = fit(history.days, 0, budget)
        if isinstance(found.result, RefusedThreshold):
            return found.result
        often = f"It fires on at most {share_text(found.result.attainable)} of such days."
        return _promised(history, found, found.result, (often,))

    return choose


def together(histories: Sequence[RuleHistory], budget: Fraction) -> Choose:
    """Return the default method with one budget for all alerts."""
    found = fit_together([one.days for one in histories], [0] * len(histories), budget)
    titles = [one.rule.title for one in histories]
    fits = dict(zip(titles, found.fits, strict=True))

    def choose(history: RuleHistory) -> ChosenThreshold | RefusedThreshold:
        own = fits[history.rule.title]
        if isinstance(own.result, RefusedThreshold):
            return own.result
        # What is promised is promised of all alerts together, not of this one.
        last = "" if own.last is None else titles[own.last]
        return replace(_promised(history, own, own.result, (), last), promise=None)

    return choose


def by_sigmas(history: RuleHistory) -> ChosenThreshold | RefusedThreshold:
    """Choose the mean and standard deviations."""
    multiple = SIGMAS[history.rule.severity]
    return _unpromised(history, by_sigma(history.rule.severity), f"The mean and {multiple:g} σ.")


def by_share(history: RuleHistory) -> ChosenThreshold | RefusedThreshold:
    """Choose a quantile."""
    return _unpromised(history, by_quantile(), f"{QUANTILE:.1%} of all values lie within it.")


def _unpromised(
    history: RuleHistory, method: Method, why: str
) -> ChosenThreshold | RefusedThreshold:
    found = method(history.days)
    if isinstance(found, RefusedThreshold):
        return found
    nothing = "This method promises nothing about how often the alert fires."
    return ChosenThreshold(
        value=found.value,
        why=why,
        days=len(history.days.days),
        remarks=(*found.remarks, nothing),
    )


def _promised(
    history: RuleHistory,
    fitted: Fit,
    threshold: LevelThreshold,
    notes: tuple[str, ...],
    last: str = "",
) -> ChosenThreshold:
    levels = _levels_since(history, fitted)
    sign, unit = history.sign, history.row.signal.unit
    known = remarks(fitted, lambda value: shown(value, unit), sign, last)
    open_ = (_OPEN,) if levels.size and threshold.value >= levels.max() else ()
    return ChosenThreshold(
        value=threshold.value,
        why=_why(history, levels, threshold.value),
        days=threshold.days,
        remarks=(*notes, *known, *open_),
        promise=threshold,
    )


def _levels_since(history: RuleHistory, fitted: Fit) -> Values:
    """Return the levels of the days that a threshold was fitted on."""
    since = fitted.since
    chosen = [since is None or day.date >= since for day in history.days.days]
    return np.asarray(history.days.levels[0][chosen], dtype=np.float64)


def _why(history: RuleHistory, levels: Values, level: float) -> str:
    """Return what clean days were like."""
    row, within = history.row, int(np.count_nonzero(levels <= level))
    value = shown(float(f"{history.sign * level:.3g}"), row.signal.unit)
    lasting = f" for {duration(row.for_)}" if row.for_ else ""
    return (
        f"On {within} of {levels.size} clean days it never stayed {side(row.signal)} "
        f"{value}{lasting}."
    )


def share_text(share: Fraction) -> str:
    """Return a share of days as people say it: 1 in 20, 5 in 7."""
    return f"{share.numerator} in {share.denominator}"
