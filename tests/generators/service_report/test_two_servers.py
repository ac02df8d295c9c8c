"""The server with 72 hours is asked for what it has whole, and the other one for the rest."""

from dataclasses import dataclass, field

import pytest

from exporter.prometheus.api import Points, Prometheus, TimeSpan
from exporter.summary.read import Reader
from generators.service_report.model import Resolution
from generators.service_report.two_servers import QueryPair, TwoServers

HOUR, NOW = 3600.0, 1_795_939_200.0
MAIN, LONGTERM = Prometheus("http://main"), Prometheus("http://longterm")
PAIR = QueryPair("recent", "past")


@dataclass(slots=True)
class HandReader(Reader):
    """Answers the queries that it is given, and remembers who was asked."""

    has: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)

    def instant(self, server: Prometheus, query: str, at: float, what: str) -> list[Points]:
        """Return a value where there is one."""
        del what
        self.asked.append((server.url, query))
        return [Points((), (at,), (1.0,))] if query in self.has else []

    def range(
        self, server: Prometheus, query: str, span: TimeSpan, what: str, step: float
    ) -> list[Points]:
        """Return the same over a span."""
        del step
        return self.instant(server, query, span.end, what)


def servers(*has: str, longterm: Prometheus = LONGTERM) -> tuple[TwoServers, HandReader]:
    """Return both servers, of which some queries have an answer."""
    reader = HandReader(main=MAIN, longterm=longterm, has=frozenset(has))
    return TwoServers(reader, NOW), reader


@pytest.mark.parametrize(
    ("has", "ago", "window", "resolution", "asked"),
    [
        (("recent", "past"), 0, 24, Resolution.MINUTE, [("http://main", "recent")]),
        (("past",), 0, 24, Resolution.FIVE_MINUTES, [("http://main", "recent")]),
        (("recent", "past"), 60, 24, Resolution.FIVE_MINUTES, []),
        (("recent",), 168, 24, None, []),
    ],
)
def test_a_window_is_read_where_it_is_whole(
    has: tuple[str, ...],
    ago: float,
    window: float,
    resolution: Resolution | None,
    asked: list[tuple[str, str]],
) -> None:
    """A part of a window, older than the server keeps, would be taken for the whole."""
    both, reader = servers(*has)
    found = both.instant(PAIR, NOW - ago * HOUR, window * HOUR, "a signal")
    assert found.resolution is resolution
    assert found.value == (None if resolution is None else 1.0)
    rest = [] if resolution is Resolution.MINUTE else [("http://longterm", "past")]
    assert reader.asked == [*asked, *rest]


def test_one_server_has_both() -> None:
    """It keeps 90 days of each minute, too."""
    alone, _ = servers("recent", "past", longterm=MAIN)
    found = alone.range(PAIR, TimeSpan(NOW - 30 * 24 * HOUR, NOW), 300.0, "a signal")
    assert found.resolution is Resolution.MINUTE
