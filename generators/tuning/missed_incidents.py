"""The incidents that an alert missed, and how near it came to each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from generators.alert_table import ThresholdAlert
from generators.rules.model import Alerting
from generators.tuning import rule_replay
from generators.tuning.compared import Answers
from generators.tuning.incidents import Incident
from generators.tuning.model import TimeGrid
from generators.tuning.nearest_miss import NearestMiss, nearest_miss
from generators.tuning.replay import Delays
from generators.tuning.rule_history import RuleHistory


@dataclass(frozen=True, slots=True)
class MissedIncident:
    """An incident that an alert missed; `nearest` is None where no threshold would have fired."""

    incident: Incident
    nearest: NearestMiss | None


def missed_incidents(
    rule: Alerting, missed: Iterable[Incident], answers: Answers, grid: TimeGrid
) -> tuple[MissedIncident, ...]:
    """Return how near an alert on a threshold came to what it missed; nothing for other alerts."""
    incidents, row = tuple(missed), rule.source
    if not incidents or not isinstance(row, ThresholdAlert):
        return ()
    found = rule_replay.threshold_values(rule, answers, grid)
    values = {place: each.of_for(rule.for_) for place, each in found.items()}
    delays = Delays.of(rule.for_, rule.keep_firing_for, grid.step)
    return tuple(
        MissedIncident(one, nearest_miss(one, values, row.threshold, delays, grid))
        for one in incidents
    )


def near_misses(
    missed: Iterable[MissedIncident], history: RuleHistory
) -> Iterator[tuple[Incident, NearestMiss]]:
    """Yield the misses in which the signal went beyond every clean day.

    In others the alert's signal was as usual: it does not see such incidents.
    """
    known = history.days.levels[0]  # of the alert's own `for`
    worst = float(np.nanmax(known)) if known.size and not np.isnan(known).all() else np.inf
    for one in missed:
        if one.nearest is not None and history.sign * one.nearest.level > worst:
            yield one.incident, one.nearest
