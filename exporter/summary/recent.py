"""The last half hour of the service, as the exporter itself knows it: one value a minute."""

from dataclasses import dataclass

from exporter.prometheus.api import Labels
from exporter.summary.limits import LimitState
from exporter.summary.model import SignalLimit

WINDOW = 300.0  # seconds, as the recorded rules have it
STEP = 15.0
MINUTE = 60.0
MINUTES = 30
PLACES = 50  # of a signal; those beyond a limit come first


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPlace:
    """A signal where it is measured.

    now    over the last five minutes; None where it is not known, as with too few events
    line   the same of each of the last minutes, the oldest first; NaN where it is not known
    limit  the limit that it is beyond, or else the one that it would reach first
    """

    labels: Labels
    now: float | None
    line: tuple[float, ...]
    state: LimitState
    limit: SignalLimit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSignal:
    """A signal of the last half hour: of everything, and by place, those beyond a limit first.

    data_time  Unix time of the newest data; of several polls, of the one that is furthest behind
    places     at most PLACES; `left_out` is how many there are beside them
    """

    name: str
    noun: str
    kind: str | None
    unit: str | None
    direction: str
    now: float | None
    line: tuple[float, ...]
    data_time: float | None
    places: tuple[RecentPlace, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnknownSignal:
    """A signal of which nothing is known now.

    given_up  its families that are not watched, as they have too many places; else it has no value
    absent    whether it is of a database or a cache, and its source has never had a series: there
              is none, so that nothing is amiss
    """

    name: str
    noun: str
    given_up: tuple[str, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentService:
    """The service at a Unix time, as the exporter knows it.

    objective     the availability that is promised, as text; empty where it is not known
    limits_fault  why thresholds are not known; empty where they are
    not_known     signals with a limit that have no value, and those of which a family is given up
    """

    at: float
    signals: tuple[RecentSignal, ...]
    objective: str = ""
    limits_fault: str = ""
    not_known: tuple[UnknownSignal, ...] = ()
