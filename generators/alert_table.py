"""The alerts on signals and on the error budget as a table: at which value, how urgent, and why.

The thresholds suit the reference service of examples/reference.yaml and are changed by name in
monitoring.yaml. The windows of the error budget are those of the SRE workbook's chapter on
alerting on SLOs, scaled to the objective's window.
"""

from dataclasses import dataclass

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SIGNALS = {signal.name: signal for signal in SIGNALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdAlert:
    """A signal beyond a value, in the signal's unit, for `for_` seconds.

    why       the reason for the threshold, as a clause
    summary   the headline of a notification: what is wrong, without a value; its verb in braces
    check     what to check first
    measured  the value in the headline, in braces: p95 {}
    joint     the word between it and the place: 12% of ion
    """

    name: str
    signal: Signal
    threshold: float
    for_: float
    severity: str
    why: str
    summary: str
    check: str
    measured: str = "{}"
    joint: str = "at"


@dataclass(frozen=True, slots=True)
class Objective:
    """What is promised: the share of good requests within a window of so many seconds.

    within  seconds in which a good one is answered; 0 where it is one without a server error
    """

    share: float
    window: float
    within: float = 0.0

    @property
    def signal(self) -> str:
        """What it is about, as a label's value."""
        return "latency" if self.within else "availability"

    @property
    def budget(self) -> float:
        """The share of events that may be bad."""
        return round(1 - self.share, 12)

    @property
    def greatest(self) -> float:
        """The burn rate while every event is bad."""
        return 1 / self.budget


NO_OBJECTIVE = Objective(0.0, 0.0)  # of the table, before the settings


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A share of the budget, spent within `long` seconds; `short` shows that it goes on."""

    budget: float
    long: int
    short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnAlert:
    """An error budget that burns too fast; `factors` are the burn rates of its windows."""

    name: str
    windows: tuple[BurnWindow, ...]
    factors: tuple[float, ...]
    for_: float
    severity: str
    why: str
    objective: Objective = NO_OBJECTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhaustedAlert:
    """A share of the error budget that is spent."""

    name: str
    threshold: float
    for_: float
    severity: str
    why: str
    objective: Objective = NO_OBJECTIVE


PolicyAlert = ThresholdAlert | BurnAlert | ExhaustedAlert
_SLOW = "Responses {are} too slow."
_FAILING = "Too many requests {fail}."
_CHECK_SLOW = "Check CPU, the database and the cache of that region, and the last deploy."
_CHECK_FAILING = "Check which endpoints and codes fail, and the last deploy."
THRESHOLDS = (
    ThresholdAlert(
        name="ResponseTimeCritical",
        signal=_SIGNALS["response_time_p95"],
        threshold=0.2,
        for_=3 * _MINUTE,
        severity="critical",
        why="more than five times the 36 ms of a normal day on the reference service",
        summary=_SLOW,
        check=_CHECK_SLOW,
        measured="p95 {}",
    ),
    ThresholdAlert(
        name="ErrorRateCritical",
        signal=_SIGNALS["error_rate"],
        threshold=0.01,
        for_=3 * _MINUTE,
        severity="critical",
        why="more than three times the reference service's client and server errors (0.3%)",
        summary=_FAILING,
        check=_CHECK_FAILING,
        joint="of",
    ),
    ThresholdAlert(
        name="ResponseTimeWarning",
        signal=_SIGNALS["response_time_p95"],
        threshold=0.1,
        for_=3 * _MINUTE,
        severity="high",
        why="nearly three times the 36 ms of a normal day on the reference service",
        summary=_SLOW,
        check=_CHECK_SLOW,
        measured="p95 {}",
    ),
    ThresholdAlert(
        name="ErrorRateWarning",
        signal=_SIGNALS["error_rate"],
        threshold=0.005,
        for_=3 * _MINUTE,
        severity="high",
        why="above the reference service's client and server errors (0.3%), early enough to act",
        summary=_FAILING,
        check=_CHECK_FAILING,
        joint="of",
    ),
    ThresholdAlert(
        name="DatabaseLag",
        signal=_SIGNALS["replication_lag"],
        threshold=0.5,
        for_=3 * _MINUTE,
        severity="high",
        why="ten times the usual lag of the reference service's replicas (about 50 ms)",
        summary="A database replica {lags} too far behind.",
        check="Check writes on the primary, long transactions, and the replica's CPU and disk.",
    ),
    ThresholdAlert(
        name="CacheHitRateLow",
        signal=_SIGNALS["cache_hit_rate_l2"],
        threshold=0.7,
        for_=5 * _MINUTE,
        severity="medium",
        why="the database then serves 1.7 times as many reads as at the usual 82% hits",
        summary="The Redis hit rate {is} too low.",
        check="Check evictions, memory and expiry, and whether the cache was emptied or restarted.",
    ),
    ThresholdAlert(
        name="CPUHigh",
        signal=_SIGNALS["cpu_utilization"],
        threshold=0.8,
        for_=5 * _MINUTE,
        severity="medium",
        why="Cloud Run adds instances to keep CPU near 60%; above this it no longer keeps up",
        summary="Containers {use} too much CPU.",
        check="Check requests per instance, the limit of instances, and the last deploy.",
        measured="mean {}",
    ),
    ThresholdAlert(
        name="MemoryHigh",
        signal=_SIGNALS["memory_utilization"],
        threshold=0.8,
        for_=5 * _MINUTE,
        severity="medium",
        why="nearly twice the reference service's usual memory (42.5%); 100% kills containers",
        summary="Containers {use} too much memory.",
        check="Check whether it grew since the last deploy, and how many requests run at once.",
        measured="mean {}",
    ),
)
# A pair is critical: 2 % of the budget of 30 days spent within an hour, or 5 % within six.
PAGE_WINDOWS = (
    BurnWindow(0.02, _HOUR, 5 * _MINUTE),
    BurnWindow(0.05, 6 * _HOUR, 30 * _MINUTE),
)
TICKET_WINDOWS = (
    BurnWindow(0.10, _DAY, 2 * _HOUR),
    BurnWindow(0.10, 3 * _DAY, 6 * _HOUR),
)
# Added where the objective makes the others too slow for a total outage: not a share of the budget,
# but nearly all of the requests of these minutes.
OUTAGE_WINDOW = BurnWindow(0.0, 12 * _MINUTE, 5 * _MINUTE)
BREACH = BurnAlert(
    name="SLABreach",
    windows=PAGE_WINDOWS,
    factors=(),
    for_=2 * _MINUTE,
    severity="critical",
    why="the windows that the SRE workbook recommends for an error budget",
)
BURN = BurnAlert(
    name="ErrorBudgetBurn",
    windows=TICKET_WINDOWS,
    factors=(),
    for_=15 * _MINUTE,
    severity="high",
    why="the windows that the SRE workbook recommends for an error budget",
)
EXHAUSTED = ExhaustedAlert(
    name="ErrorBudgetExhausted",
    threshold=1.0,
    for_=15 * _MINUTE,
    severity="medium",
    why="no budget is left",
)
