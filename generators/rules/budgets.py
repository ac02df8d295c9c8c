"""The two budgets, of errors and of slow requests: what their recorded series are called.

A budget of slow requests exists only where `objectives.latency` promises something.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from exporter.catalog import cloud_run
from exporter.catalog.expression import Matcher
from exporter.catalog.model import Family
from exporter.settings import Settings
from generators import boards, burn_rates
from generators.alert_table import Objective
from generators.boards import PanelAddress
from generators.policy import DAY
from generators.rules import bridging, running
from generators.rules.names import series, span
from generators.selectors import AnyMatcher, selector
from generators.services import Variant, variants

BY = ("gcp_project", "service_name")
AWAY = bridging.markers(BY, (cloud_run.REQUESTS,))
FAILED = (Matcher("response_code_class", ("5xx",)),)
DENSE = 3 * DAY  # the longest window, in seconds, that reads a sample a minute
EVERY_REQUEST = Matcher("le", ("+Inf",))
Promises = tuple[Variant[Objective], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The names of a budget's series.

    signal    what it is about, as a label's value
    promised  the objective of settings; None where there is none
    metric    the first word of its names
    bad_word  what its bad events are called there
    share     the name of the share of good events within the objective's window
    family   the counter, or histogram, of all events
    running  the name of its running counters
    every    which of them count all events
    left, burns  the panels of the budget that is left, and of burn rates
    """

    signal: str
    promised: Callable[[Settings], Objective | None]
    metric: str
    bad_word: str
    share: str
    family: Family
    running: str
    every: tuple[Matcher, ...] = ()
    left: PanelAddress
    burns: PanelAddress

    def promises(self, settings: Settings) -> Promises:
        """Return each objective with the services that it is for, whoever owns them."""
        nobody = {n: s.model_copy(update={"owner": None}) for n, s in settings.services.items()}
        return variants(settings.model_copy(update={"services": nobody}), BY, self.promised)

    def requests(self, window: float) -> str:
        """Return the name of the series of all requests within a window."""
        return self._name("requests", f"increase{span(window)}")

    def bad(self, window: float) -> str:
        """Return the name of the series of bad requests within a window."""
        return self._name(self.bad_word, f"increase{span(window)}")

    def burn(self, window: float) -> str:
        """Return the name of the series of a window's burn rate."""
        return self._name("burn_rate", f"ratio{span(window)}")

    def counters(self, window: float, matchers: Iterable[AnyMatcher] | None = None) -> str:
        """Return the running counters that a window reads: of all events, or of chosen ones."""
        chosen = self.every if matchers is None else matchers
        return selector(read(self.running, window), chosen)

    def known(self, window: float) -> str:
        """Return the name of the series of when the counters that a window reads were there."""
        return read(self._name("counters", "timestamp"), window)

    @property
    def spent(self) -> str:
        """The name of the series of the share of the budget that is spent."""
        return self._name("budget_spent", "ratio")

    @property
    def remaining(self) -> str:
        """The name of the series of the share of the budget that is left; below 0, overspent."""
        return self._name("budget_remaining", "ratio")

    @property
    def exhaustion(self) -> str:
        """The name of the series of the seconds until the budget is spent."""
        return self._name("exhaustion", "seconds")

    def _name(self, what: str, operation: str) -> str:
        return series(BY, f"{self.metric}_{what}", operation)


AVAILABILITY = Budget(
    signal="availability",
    promised=burn_rates.availability,
    metric="slo",
    bad_word="errors",
    share=series(BY, "slo_availability", "ratio"),
    family=cloud_run.REQUESTS,
    running=running.name(cloud_run.REQUESTS),
    left=boards.BUDGET,
    burns=boards.BURN_RATES,
)
LATENCY = Budget(
    signal="latency",
    promised=burn_rates.latency,
    metric="slo_latency",
    bad_word="slow",
    share=series(BY, "slo_latency_in_time", "ratio"),
    family=cloud_run.REQUEST_DURATION,
    running=running.name(cloud_run.REQUEST_DURATION, "_bucket"),
    every=(EVERY_REQUEST,),
    left=boards.LATENCY_BUDGET,
    burns=boards.LATENCY_BURN_RATES,
)
BUDGETS = (AVAILABILITY, LATENCY)


def read(recorded: str, window: float) -> str:
    """Return the name of what a window reads: a series of each minute, or its sparse copy."""
    return recorded if window <= DENSE else running.sparse(recorded)


def budget_of(objective: Objective) -> Budget:
    """Return the budget that an objective leaves."""
    return LATENCY if objective.within else AVAILABILITY
