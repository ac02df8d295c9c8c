"""PromQL of panels: recorded signals and raw families, filtered by the board's variables.

Recorded series exist twice: every minute on the server with 72 hours, every five minutes on the one
with 90 days. A query uses the first, or else the second, so that it works on both servers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.catalog.error_signals import CLASSES
from exporter.catalog.expression import Changes, Expression, Level, Matcher, Signal
from exporter.catalog.model import Family, Reduce
from generators.boards import VARIABLES
from generators.policy import SIGNAL_BY_NAME, WINDOW, counting, split
from generators.promql import RecordedSeries, View, render
from generators.rules import longterm
from generators.rules.names import span
from generators.rules.recording import is_level, recorded, signal_name
from generators.selectors import (
    AGGREGATIONS,
    AnyMatcher,
    PatternMatcher,
    VariableMatcher,
    by_clause,
    selector,
)

INTERVAL = "$__rate_interval"
NOW = span(WINDOW)  # the window of queries of one moment
UNKNOWN = -1  # a state
_NEWEST = "10m"
WEEK = "1w"
_SHOWN = "0[.].+|1[.].+|[+]Inf"  # buckets up to two seconds, and the rest
_LONGTERM = {Reduce.SUM: "mean", Reduce.MAX: "max", Reduce.MIN: "min", Reduce.MEAN: "mean"}


@dataclass(frozen=True, slots=True)
class BoardQueries:
    """The queries of a board: each selects by the board's variables.

    labels         the labels that have a variable
    error_classes  the classes of status codes that count as errors
    """

    labels: tuple[str, ...]
    error_classes: tuple[str, ...] = CLASSES

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
        return f"{self._recent(self.named(name), by)} or {self.past(name, by)}"

    def past(self, name: str, by: tuple[str, ...] = (), offset: str = "") -> str:
        """Return the query of a signal on the server with 90 days, perhaps with an offset."""
        found = self.named(name)
        if _is_levelled(found):
            series = longterm.name(found, _LONGTERM[_reduce(found)])
            return self._level(found, by, series, offset)
        return self._rendered(found.expression, by, _kept(), offset)

    def expression(self, found: Expression, by: tuple[str, ...] = ()) -> str:
        """Return the query of an expression on recorded series, on either server."""
        recent, kept = (self._rendered(found, by, known) for known in (recorded(), _kept()))
        return f"{recent} or {kept}"

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
        self,
        series: str,
        labels: tuple[str, ...],
        offset: str = "",
        own: tuple[AnyMatcher, ...] = (),
    ) -> str:
        """Return a selector of a series that has these labels."""
        text = selector(series, (*own, *self._matchers(labels)))
        return f"{text} offset {offset}" if offset else text

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

    def _recent(self, found: Signal, by: tuple[str, ...]) -> str:
        if _is_levelled(found):
            return self._level(found, by, signal_name(found, split(found)))
        return self._rendered(found.expression, by, recorded())

    def _level(self, found: Signal, by: tuple[str, ...], series: str, offset: str = "") -> str:
        text = self.filtered(series, split(found), offset)
        return f"{AGGREGATIONS[_reduce(found)]}{by_clause(by)} ({text})"

    def _rendered(
        self,
        expression: Expression,
        by: tuple[str, ...],
        known: Mapping[str, RecordedSeries],
        offset: str = "",
    ) -> str:
        view = View(window=span(WINDOW), by=by, only=self.variables, recorded=known, offset=offset)
        return render(expression, view)


def _kept() -> dict[str, RecordedSeries]:
    """Return the increases that the server with 90 days has, by the name of the raw series."""
    return {n: RecordedSeries(longterm.increase(r.name), r.labels) for n, r in recorded().items()}


def _is_levelled(found: Signal) -> bool:
    return is_level(found) or isinstance(found.expression, Changes)


def _reduce(found: Signal) -> Reduce:
    return found.expression.how if isinstance(found.expression, Level) else Reduce.SUM


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
