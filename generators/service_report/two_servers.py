"""Asks the server with 72 hours or the one with 90 days, and keeps which of them answered."""

import math
from dataclasses import dataclass

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION
from exporter.prometheus.api import Points, Prometheus, TimeSpan
from exporter.settings.types import seconds
from exporter.summary.read import Reader
from generators.service_report.model import Resolution

_NOTHING: tuple[Points, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryPair:
    """One question as each server has its series: recorded each minute, and each five."""

    recent: str
    past: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The series of an answer, and from which resolution; None where there is none."""

    points: tuple[Points, ...]
    resolution: Resolution | None

    @property
    def value(self) -> float | None:
        """The value of an instant query of one series; None where it has none."""
        known = (one.values[0] for one in self.points if math.isfinite(one.values[0]))
        return next(known, None)


@dataclass(frozen=True, slots=True)
class TwoServers:
    """Both servers, which may be one and the same; `now` is Unix time."""

    reader: Reader
    now: float

    def instant(self, pair: QueryPair, at: float, window: float, what: str) -> Answered:
        """Return what a question comes to at a time; it looks back over a window of seconds."""
        for server, query, resolution in self._order(pair, at - window):
            found = tuple(self.reader.instant(server, query, at, what))
            if found:
                return Answered(found, resolution)
        return Answered(_NOTHING, None)

    def range(self, pair: QueryPair, span: TimeSpan, step: float, what: str) -> Answered:
        """Return a question's series over a span."""
        for server, query, resolution in self._order(pair, span.start):
            found = tuple(self.reader.range(server, query, span, what, step))
            if found:
                return Answered(found, resolution)
        return Answered(_NOTHING, None)

    def _order(
        self, pair: QueryPair, since: float
    ) -> tuple[tuple[Prometheus, str, Resolution], ...]:
        """Return whom to ask in which order: of what is older than it keeps, a server has a part.

        A part of a window would be taken for the whole.
        """
        main, longterm = self.reader.main, self.reader.longterm
        kept = RETENTION if main.url != longterm.url else LONG_RETENTION
        past = (longterm, pair.past, Resolution.FIVE_MINUTES)
        if self.now - since > seconds(kept):
            return (past,)
        return ((main, pair.recent, Resolution.MINUTE), past)
