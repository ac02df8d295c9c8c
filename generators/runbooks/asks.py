"""Queries of runbooks: signals by other splits, families of the catalog, and series as they are."""

from exporter.catalog import CATALOG
from exporter.catalog.model import (
    Events,
    Expression,
    Family,
    Level,
    LevelRatio,
    Matcher,
    Mean,
    Quantile,
    Rate,
    Reduce,
)
from generators.policy import SIGNAL_BY_NAME, split
from generators.promql import View, render, render_signal
from generators.rules.recording import signal_name
from generators.runbooks.model import Ask

_WINDOW = "5m"


def signal(text: str, name: str, *by: str) -> Ask:
    """Return the query of a signal, split by these labels; as it is recorded, where it is so."""
    found = SIGNAL_BY_NAME[name]
    full = split(found)
    if by == tuple(label for label in full if label != "gcp_project"):
        return Ask(text, signal_name(found, full))
    return Ask(text, render_signal(found, View(_WINDOW, by)))


def p95(text: str, family: str, *by: str) -> Ask:
    """Return the query of a histogram's 95th percentile."""
    return _query(text, Quantile(0.95, CATALOG[family]), by)


def mean(text: str, family: str, *by: str) -> Ask:
    """Return the query of a histogram's mean."""
    return _query(text, Mean(CATALOG[family]), by)


def rate(text: str, family: str, *by: str, only: Matcher | None = None) -> Ask:
    """Return the query of a counter's events a second of the time that its data covers."""
    return _query(text, Rate(Events(CATALOG[family], _matchers(only))), by)


def increase(text: str, family: str, *by: str, window: str = _WINDOW) -> Ask:
    """Return the query of what a counter rose by."""
    return Ask(text, render(Events(CATALOG[family]), View(window, by)))


def level(text: str, family: str, how: Reduce, *by: str, only: Matcher | None = None) -> Ask:
    """Return the query of a gauge."""
    return _query(text, Level(CATALOG[family], how, _matchers(only)), by)


def share(text: str, part: str, whole: str, *by: str, how: Reduce = Reduce.SUM) -> Ask:
    """Return the query of a gauge by another."""
    return _query(text, LevelRatio(Level(CATALOG[part], how), Level(CATALOG[whole], how)), by)


def series(text: str, promql: str) -> Ask:
    """Return a query that is written out."""
    return Ask(text, promql)


def per(text: str, expression: Expression, *by: str) -> Ask:
    """Return the query of any expression of the catalog."""
    return _query(text, expression, by)


def family(name: str) -> Family:
    """Return a family of the catalog."""
    return CATALOG[name]


def _matchers(only: Matcher | None) -> tuple[Matcher, ...]:
    return () if only is None else (only,)


def _query(text: str, expression: Expression, by: tuple[str, ...]) -> Ask:
    return Ask(text, render(expression, View(_WINDOW, by)))
