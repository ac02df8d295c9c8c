"""What a threshold of some kinds has to keep apart from, whatever the days were like.

Both only make a threshold less strict, so that a promise still holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from exporter.catalog.expression import Direction, Kind
from generators.limits import shown
from generators.tuning.choosing import ChosenThreshold
from generators.tuning.rule_history import RuleHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLimit:
    """The least threshold, in base units, and how far it is above the worst clean day.

    why  the reason of whichever applies, as the end of a sentence
    """

    floor: float = 0.0
    margin: float = 0.0
    why: str


LIMITS: Mapping[Kind, KindLimit] = {
    # A replica is near zero but for bursts: its days promise numbers that no reader would notice.
    Kind.DB_LAG: KindLimit(floor=0.1, why="less is what a replica needs for a commit"),
    # What was allocated grows with load and releases: the highest day so far is not the last.
    Kind.MEMORY: KindLimit(margin=0.05, why="memory in use grows from release to release"),
}


def kept_apart(chosen: ChosenThreshold, history: RuleHistory) -> ChosenThreshold:
    """Return a threshold that keeps what its kind asks for, and says so where that moved it."""
    signal = history.row.signal
    limit = LIMITS.get(signal.kind) if signal.kind else None
    if limit is None or signal.direction is not Direction.UP:
        return chosen
    levels = history.days.levels
    worst = float(np.nanmax(levels[0])) if levels.size else 0.0
    # Rounded: 0.551 + 0.05 is a little more than 0.601, and would be rounded up from there.
    least = max(limit.floor, round(worst + limit.margin, 9) if limit.margin else 0.0)
    if chosen.value >= least:
        return chosen
    note = f"{shown(float(f'{chosen.value:.3g}'), signal.unit)} would do, but {limit.why}."
    return replace(chosen, value=least, remarks=(*chosen.remarks, note))
