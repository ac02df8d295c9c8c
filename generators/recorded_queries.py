"""Queries of signals on recorded series, which both servers answer.

Recorded series exist twice: every minute on the server with 72 hours, every five minutes on the one
with 90 days. A query uses the first, or else the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from exporter.catalog.expression import Changes, Expression, Level, Signal
from exporter.catalog.model import Reduce
from exporter.catalog.walk import split
from generators.policy import WINDOW
from generators.promql import RecordedIncrease, View, render
from generators.rules import longterm
from generators.rules.names import span
from generators.rules.recording import is_level, recorded, signal_name
from generators.selectors import AGGREGATIONS, AnyMatcher, by_clause, selector

_LONGTERM = {Reduce.SUM: "mean", Reduce.MAX: "max", Reduce.MIN: "min", Reduce.MEAN: "mean"}


@dataclass(frozen=True, slots=True)
class RecordedQueries:
    """Queries of recorded series, each with those of these matchers whose label the series have."""

    only: tuple[AnyMatcher, ...] = ()

    def signal(self, found: Signal, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal over five minutes, split by labels, on either server."""
        return f"{self.recent(found, by)} or {self.past(found, by)}"

    def past(self, found: Signal, by: tuple[str, ...] = (), offset: str = "") -> str:
        """Return the query of a signal on the server with 90 days, perhaps with an offset."""
        if _is_levelled(found):
            series = longterm.name(found, _LONGTERM[_reduce(found)])
            return self._level(found, by, self._filtered(found, series, offset))
        return self._rendered(found.expression, by, kept(), offset)

    def expression(self, found: Expression, by: tuple[str, ...] = ()) -> str:
        """Return the query of an expression on either server."""
        recent, past = (self._rendered(found, by, known) for known in (recorded(), kept()))
        return f"{recent} or {past}"

    def over(self, found: Signal, window: int, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal over a window of hours or days, on either server.

        Ratios, means and quantiles are those of all events of the window; of a level it is the mean
        over time.
        """
        return f"{self.recent_over(found, window, by)} or {self.past_over(found, window, by)}"

    def recent_over(self, found: Signal, window: int, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal over a window, on the server with 72 hours alone."""
        if _is_levelled(found):
            return self._level(
                found, by, self._mean(found, signal_name(found, split(found)), window)
            )
        # Until Prometheus 3.0 a range holds what lies on its left end, too.
        summed = {n: replace(r, summed=f"{window - 1}s") for n, r in recorded().items()}
        return self._over(found, window, by, summed)

    def past_over(self, found: Signal, window: int, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal over a window, on the server with 90 days alone."""
        if _is_levelled(found):
            return self._level(found, by, self._mean(found, longterm.name(found, "mean"), window))
        each = {n: replace(r, summed=f"{window - 1}s", windows=1) for n, r in kept().items()}
        return self._over(found, window, by, each)

    def judged(self, found: Signal) -> str:
        """Return the series of a signal in its full split, with its minimum of events.

        It is what alerts on a threshold compare; on the server with 72 hours alone.
        """
        return self._filtered(found, signal_name(found, split(found)))

    def past_judged(self, found: Signal) -> str:
        """Return the same on the server with 90 days: its mean over five minutes."""
        return self._filtered(found, longterm.name(found, "mean"))

    def _over(
        self,
        found: Signal,
        window: int,
        by: tuple[str, ...],
        known: Mapping[str, RecordedIncrease],
    ) -> str:
        view = View(window=span(window), by=by, only=self.only, recorded=known)
        return render(found.expression, view)

    def recent(self, found: Signal, by: tuple[str, ...] = ()) -> str:
        """Return the query of a signal over five minutes, on the server with 72 hours alone."""
        if _is_levelled(found):
            series = self._filtered(found, signal_name(found, split(found)))
            return self._level(found, by, series)
        return self._rendered(found.expression, by, recorded())

    def _filtered(self, found: Signal, series: str, offset: str = "") -> str:
        text = selector(series, (m for m in self.only if m.label in split(found)))
        return f"{text} offset {offset}" if offset else text

    def _mean(self, found: Signal, series: str, window: int) -> str:
        return f"avg_over_time({self._filtered(found, series)}[{window - 1}s])"

    def _level(self, found: Signal, by: tuple[str, ...], text: str) -> str:
        return f"{AGGREGATIONS[_reduce(found)]}{by_clause(by)} ({text})"

    def _rendered(
        self,
        expression: Expression,
        by: tuple[str, ...],
        known: Mapping[str, RecordedIncrease],
        offset: str = "",
    ) -> str:
        view = View(window=span(WINDOW), by=by, only=self.only, recorded=known, offset=offset)
        return render(expression, view)


@cache
def kept() -> Mapping[str, RecordedIncrease]:
    """Return the increases that the server with 90 days has, by the name of the raw series."""
    return MappingProxyType(
        {n: RecordedIncrease(longterm.increase(r.name), r.labels) for n, r in recorded().items()}
    )


def _is_levelled(found: Signal) -> bool:
    return is_level(found) or isinstance(found.expression, Changes)


def _reduce(found: Signal) -> Reduce:
    return found.expression.how if isinstance(found.expression, Level) else Reduce.SUM
