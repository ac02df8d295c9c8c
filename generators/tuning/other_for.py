"""Whether an alert would do clearly better with another `for`, at the threshold that it gets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from generators.policy import MINUTE
from generators.tuning.backtest import Backtest, moves, only_caught
from generators.tuning.rule_history import RuleHistory

FEWEST = 2  # clean days that a longer `for` has to save, and half of them: less is chance


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFor:
    """A `for` with which an alert would do better.

    seconds  of it
    days     clean days on which the alert fires: with its own `for`, and with this one
    caught   how many incidents it catches with its own, and with this one
    later    seconds by which those that both catch are found later, as a median; below 0: earlier
    """

    seconds: float
    days: tuple[int, int]
    caught: tuple[int, int]
    later: float


def other_for(
    history: RuleHistory, threshold: float, now: Backtest, tried: Callable[[float], Backtest]
) -> OtherFor | None:
    """Return the `for` that is clearly better; None where none is.

    A longer one has to catch what is caught now, and to fire on at most half of the clean days. A
    shorter one must not fire on more of them, and has to catch more, or earlier.

    threshold  in the signal's unit
    tried      returns what the alert would have done with a `for` of so many seconds
    """
    days = firing_days_by_for(history, threshold)
    own = history.fors[0]
    for minutes in _worth_trying(days, own):
        then = tried(minutes * MINUTE)
        found = OtherFor(
            seconds=minutes * MINUTE,
            days=(days[own], days[minutes]),
            caught=(len(now.verdicts.caught), len(then.verdicts.caught)),
            later=_later(now, then),
        )
        if not only_caught(now, then) and _is_better(found):
            return found
    return None


def firing_days_by_for(history: RuleHistory, threshold: float) -> dict[int, int]:
    """Return on how many clean days an alert fires, by the minutes of its `for`."""
    levels = history.days.levels > history.sign * threshold
    return dict(zip(history.fors, np.count_nonzero(levels, axis=1).tolist(), strict=True))


def _worth_trying(days: dict[int, int], own: int) -> Iterator[int]:
    """Yield the shortest `for` that saves enough days, and the shortest that costs none.

    What fires for longer has fired for less: of those that save enough, the shortest catches most.
    """
    most = min(days[own] - FEWEST, days[own] // 2)
    yield from [each for each in sorted(days) if each > own and days[each] <= most][:1]
    yield from [each for each in sorted(days) if each < own and days[each] <= days[own]][:1]


def _is_better(found: OtherFor) -> bool:
    saves = found.days[1] < found.days[0] and found.caught[0] > 0
    return saves or found.caught[1] > found.caught[0] or found.later < 0


def _later(now: Backtest, then: Backtest) -> float:
    moved = moves(now, then)
    return moved[len(moved) // 2][0] if moved else 0.0
