"""Which firings of an alert were right, and which incidents they caught.

A firing catches an incident when it overlaps the time from a quarter of an hour before it to its
end, and their labels agree. One incident may be caught by several firings.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from exporter.prometheus.api import TimeSpan
from generators.policy import MINUTE
from generators.tuning.incidents import Incident, SignalSources
from generators.tuning.replay import Firing
from generators.tuning.shares import CountOf

LEAD = 15 * MINUTE  # seconds before an incident in which a firing is about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """By what firings are judged.

    span       the time that is scored
    incidents  None where nobody knows of what happened: then nothing is judged
    sources    which signals count as one
    gaps       times without data: an incident that begins in one may go unseen
    """

    span: TimeSpan
    incidents: tuple[Incident, ...] | None
    sources: SignalSources
    gaps: tuple[TimeSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Caught:
    """An incident, and the seconds after its start at which the first firing of it began."""

    incident: Incident
    delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """How the firings of an alert were judged.

    right, wrong  firings that caught an incident, and those that meet none
    unjudged      firings of which no incident says anything, or all only repeat the alert's signal
    caught        incidents that were caught
    missed        incidents that were not, though there was data
    blind         incidents that were not, and there is a gap in the data of their time
    """

    right: int
    wrong: int
    unjudged: int
    caught: tuple[Caught, ...]
    missed: tuple[Incident, ...]
    blind: tuple[Incident, ...]

    @property
    def precision(self) -> CountOf:
        """Firings that were right, of those that are judged."""
        return CountOf(self.right, self.right + self.wrong)

    @property
    def recall(self) -> CountOf:
        """Incidents that were caught, of those that could be."""
        return CountOf(len(self.caught), len(self.caught) + len(self.missed))

    def delay(self, quantile: float) -> float | None:
        """Return a quantile of the seconds to detect; None where nothing was caught."""
        delays = [one.delay for one in self.caught]
        return float(np.quantile(delays, quantile)) if delays else None


def verdicts(firings: Iterable[Firing], signal: str, by: Judging) -> Verdicts:
    """Return how the firings of an alert on a signal are judged."""
    every = sorted(firings, key=lambda one: one.began)
    if by.incidents is None:
        return Verdicts(right=0, wrong=0, unjudged=len(every), caught=(), missed=(), blind=())
    known = [one for one in by.incidents if _overlap(one, by.span)]
    judges = [one for one in known if by.sources.judges(one, signal)]
    own = [one for one in known if one not in judges]
    right = [one for one in every if any(catches(one, incident) for incident in judges)]
    rest = [one for one in every if one not in right]
    unjudged = [one for one in rest if any(catches(one, incident) for incident in own)]
    first = [(each, next((f for f in every if catches(f, each)), None)) for each in judges]
    uncaught = [each for each, one in first if one is None]
    blind = [each for each in uncaught if any(_overlap(each, gap) for gap in by.gaps)]
    return Verdicts(
        right=len(right),
        wrong=len(rest) - len(unjudged),
        unjudged=len(unjudged),
        caught=tuple(
            Caught(each, max(0.0, one.began - each.start)) for each, one in first if one is not None
        ),
        missed=tuple(each for each in uncaught if each not in blind),
        blind=tuple(blind),
    )


def catches(firing: Firing, incident: Incident) -> bool:
    """Return whether a firing meets an incident, or the time just before it, at its place."""
    ended = firing.ended
    is_then = firing.began <= incident.until and (ended is None or ended >= incident.start - LEAD)
    return is_then and incident.is_at(firing.labels)


def _overlap(incident: Incident, span: TimeSpan) -> bool:
    return incident.start <= span.end and incident.until >= span.start
