"""How far back a gauge is read, and which of its series have stopped.

A described period rules, and one from the settings overrides it. Metrics of applications often have
no described period: theirs is learnt from the time between their points.
"""

import logging
from collections.abc import Mapping
from math import isnan

from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.gauge_reader import GaugeSample
from exporter.cloud_monitoring.read_window import SECOND

log = logging.getLogger("ionmon.cloud_monitoring")

STALE_PERIODS = 5  # a value is read again for so long
CURRENT_PERIODS = 2  # a series that is further behind the others has stopped
LONGEST = 3600.0  # a longer period has to be configured
LEARNING = 2 * LONGEST  # read so far back, a series of any learnt period shows two points


class GaugePeriods:
    """The periods of one gauge of one project."""

    def __init__(self, name: str) -> None:
        """Know nothing yet; `name` is for the log."""
        self._name = name
        self._learnt = 0.0
        self._stale: set[str] = set()
        self._noted = False

    def period(self, described: Described) -> float:
        """Return the period in seconds; where it is not known, the longest that can be learnt."""
        if described.stated:
            return described.period
        return max(described.period, self._learnt or LONGEST)

    def span(self, described: Described, interval: float) -> float:
        """Return how many seconds back to read."""
        if not described.stated and not self._learnt:
            return described.delay + LEARNING + interval
        return described.delay + STALE_PERIODS * self.period(described) + interval

    def current(
        self, described: Described, found: Mapping[str, GaugeSample]
    ) -> tuple[list[GaugeSample], int]:
        """Return the samples of series that go on, and how many series have just stopped."""
        spacings = [sample.spacing for sample in found.values() if sample.spacing]
        if spacings:
            self._learnt = min(max(spacings), LONGEST)
        sound = {key: sample for key, sample in found.items() if not isnan(sample.value)}
        newest = max((sample.end for sample in sound.values()), default=0)
        stale = {
            k for k, sample in sound.items() if newest - sample.end > self._limit(described, sample)
        }
        stopped = len(stale - self._stale)
        self._stale = stale
        if stopped:
            self._note(stopped, described)
        return [sample for key, sample in sound.items() if key not in stale], stopped

    def _limit(self, described: Described, sample: GaugeSample) -> float:
        period = self.period(described)
        own = period if described.stated else min(sample.spacing or period, period)
        return CURRENT_PERIODS * max(own, 1.0) * SECOND

    def _note(self, stopped: int, described: Described) -> None:
        if not self._noted:
            self._noted = True
            log.info(
                "%s: %d series are left out, their newest points are more than two periods of "
                "%.0f s behind; later ones are counted in ionmon_series_stale_total; if they are "
                "only written less often, configure period",
                self._name,
                stopped,
                self.period(described),
            )
