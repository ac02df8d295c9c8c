"""PromQL of panels: recorded signals and raw families, filtered by the board's variables."""

from dataclasses import dataclass, replace

from exporter.catalog.error_signals import CLASSES, counting
from exporter.catalog.expression import Expression, Level, Matcher, Signal
from exporter.catalog.model import Family, Reduce
from exporter.settings import Settings
from generators.boards import VARIABLES
from generators.policy import SIGNAL_BY_NAME, WINDOW
from generators.promql import View, render
from generators.recorded_queries import RecordedQueries
from generators.rules import longterm
from generators.rules.names import span
from generators.rules.recording import recorded
from generators.selectors import AnyMatcher, PatternMatcher, VariableMatcher, selector

INTERVAL = "$__rate_interval"
NOW = span(WINDOW)  # the window of queries of one moment
UNKNOWN = -1  # a state
_NEWEST = "10m"
WEEK = "1w"
_SHOWN = "0[.].+|1[.].+|[+]Inf"  # buckets up to two seconds, and the rest


@dataclass(frozen=True, slots=True)
class BoardQueries:
    """The queries of a board: each selects by the board's variables.

    labels         the labels that have a variable
    error_classes  the classes of status codes that count as errors
    """

    labels: tuple[str, ...]
    error_classes: tuple[str, ...] = CLASSES

    def of(self, settings: Settings, absent: frozenset[str]) -> "BoardQueries":
        """Return the queries under settings, without variables of absent labels."""
        labels = tuple(label for label in self.labels if label not in absent)
        return replace(self, labels=labels, error_classes=settings.alerts.error_classes)

    @property
    def variables(self) -> tuple[VariableMatcher, ...]:
        """A matcher for each variable of the board."""
        return tuple(
            VariableMatcher(label, name)
            for label, name in VARIABLES.items()
            if label in self.labels
        )

    def named(self, name: str) -> Signal:
        """Return a signal by its name."""
        return counting(SIGNAL_BY_NAME[name], self.error_classes)

    def signal(self, name: str, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal, split by labels, on either server."""
        return self._recorded.signal(self.named(name), by)

    def past(self, name: str, by: tuple[str, ...] = (), offset: str = "") -> str:
        """Return the query of a signal on the server with 90 days, perhaps with an offset."""
        return self._recorded.past(self.named(name), by, offset)

    def expression(self, found: Expression, by: tuple[str, ...] = ()) -> str:
        """Return the query of an expression on recorded series, on either server."""
        return self._recorded.expression(found, by)

    def raw(self, found: Expression, by: tuple[str, ...] = (), window: str = INTERVAL) -> str:
        """Return the query of an expression straight on the exported families.

        A query of one moment needs a window of its own: INTERVAL grows with the range.
        """
        return render(found, View(window=window, by=by, only=self.variables))

    def level(self, found: Family, how: Reduce, by: tuple[str, ...] = ()) -> str:
        """Return the query of a gauge."""
        return self.raw(Level(found, how), by)

    def buckets(self, found: Family) -> str:
        """Return the query of the events in each bucket of a histogram."""
        name = recorded()[f"{found.name}_bucket"]
        labels = tuple(label for label in found.label_names if label in name.labels)
        shown: tuple[AnyMatcher, ...] = (*self._matchers(labels), PatternMatcher("le", _SHOWN))
        texts = (selector(series, shown) for series in (name.name, longterm.increase(name.name)))
        return " or ".join(f"sum by (le) ({text})" for text in texts)

    def filtered(
        self, series: str, labels: tuple[str, ...], own: tuple[AnyMatcher, ...] = ()
    ) -> str:
        """Return a selector of a series that has these labels."""
        return selector(series, (*own, *self._matchers(labels)))

    def newest(self, series: str, labels: tuple[str, ...]) -> str:
        """Return the newest values of a series of five minutes, for queries of one moment.

        A plain selector has none for as long as the next value takes to be written.
        """
        return f"last_over_time({self.filtered(series, labels)}[{_NEWEST}])"

    def family(self, found: Family, own: tuple[Matcher, ...] = ()) -> str:
        """Return a selector of a family's series."""
        return self.filtered(found.name, found.label_names, own=own)

    def _matchers(self, labels: tuple[str, ...]) -> tuple[VariableMatcher, ...]:
        return tuple(matcher for matcher in self.variables if matcher.label in labels)

    @property
    def _recorded(self) -> RecordedQueries:
        return RecordedQueries(self.variables)


def or_zero(query: str, evidence: str, label: str, text: str) -> str:
    """Return a query, or else a 0 whose label has a text, where evidence shows that data exists."""
    return f'{query} or on () label_replace(({evidence}) * 0, "{label}", "{text}", "", "")'


def unknown(query: str) -> str:
    """Return -1 where a query has no data at all: for a line of states that says so."""
    return f"vector({UNKNOWN}) unless on () ({query})"


def top(query: str, count: int = 8) -> str:
    """Return the greatest series of a query."""
    return f"topk({count}, {query})"


def rest(query: str, count: int = 8) -> str:
    """Return the sum of all series that are not among the greatest."""
    return f"sum({query}) - sum({top(query, count)}) > 0"
