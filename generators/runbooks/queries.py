"""Queries of runbooks, from the references that texts write to PromQL.

signal: error_rate by region              a signal; its recorded series, if there is one
rate: FAMILY by region                    events a second of the time that the data covers
increase: FAMILY over 1h by family        the increase of a counter
ratio: FAMILY{class=5xx} / FAMILY by region
mean: FAMILY by region                    of a histogram; so are p50, p90, p95 and p99
level max: FAMILY by region               a gauge; sum, max, min or mean joins its series
level sum: FAMILY / FAMILY by redis_id    a gauge by another
promql: up{job="ionmon"}                  anything else
"""

from collections.abc import Callable, Mapping

import promql_parser

from exporter.catalog.error_signals import CLASSES, counting
from exporter.catalog.expression import (
    Events,
    Expression,
    Level,
    LevelRatio,
    Mean,
    Quantile,
    Rate,
    Ratio,
)
from exporter.catalog.model import Reduce, Type
from exporter.catalog.walk import families_in, split
from generators.policy import SIGNAL_BY_NAME
from generators.promql import View, render
from generators.rules.recording import signal_name
from generators.runbooks.fragments import Line
from generators.runbooks.query_reference import (
    WINDOW,
    Reference,
    SelectedSeries,
    check_labels,
    reference,
    series,
)
from generators.runbooks.text_error import TextError, unknown

_COUNTED = (Type.COUNTER, Type.HISTOGRAM)


def promql(line: Line, classes: tuple[str, ...] = CLASSES) -> str:
    """Return the PromQL of a reference. Raises TextError with file, line and what is known.

    `classes` are the classes of status codes that count as errors in signals.
    """
    kind, _, text = line.text.partition(": ")
    if kind == "promql":
        return _written_out(text, line.location)
    query = reference(line)
    if query.kind == "signal":
        return _signal(query, classes)
    if query.kind not in _KINDS:
        raise unknown(line.location, "kind of query", query.kind, ("promql", "signal", *_KINDS))
    expression = _KINDS[query.kind](query)
    _check_split(query, expression)
    return render(expression, View(window=query.window, by=query.by))


def _written_out(text: str, location: str) -> str:
    try:
        promql_parser.parse(text)
    except ValueError as error:
        raise TextError(f"{location}: not PromQL: {error}") from error
    return text


def _signal(query: Reference, classes: tuple[str, ...]) -> str:
    if query.part not in SIGNAL_BY_NAME:
        raise unknown(query.location, "signal", query.part, SIGNAL_BY_NAME)
    _refuse_whole(query)
    found = counting(SIGNAL_BY_NAME[query.part], classes)
    full = split(found)
    _check_split(query, found.expression)
    recorded = tuple(label for label in full if label != "gcp_project")
    if (query.window, query.by) == (WINDOW, recorded):
        return signal_name(found, full)
    # Without its minimum of events: for other labels than an alert's, few are worth a look, too.
    return render(found.expression, View(window=query.window, by=query.by))


def _check_split(query: Reference, expression: Expression) -> None:
    """Raise TextError for a label that a family of the expression does not have."""
    for family in families_in(expression):
        check_labels(query.by, family.name, family.label_names, query.location)


def _refuse_whole(query: Reference) -> None:
    if query.whole:
        raise TextError(
            f"{query.location}: '{query.kind}' takes one family: leave out / and what follows"
        )


def _series_of(query: Reference, text: str, *types: Type) -> SelectedSeries:
    """Return the series of a reference. Raises TextError for those of another type."""
    found = series(text, query.location)
    if found.family.type not in types:
        raise TextError(
            f"{query.location}: '{query.kind}' needs a {' or '.join(types)}, "
            f"and {found.family.name} is a {found.family.type}"
        )
    return found


def _only(query: Reference, *types: Type) -> SelectedSeries:
    _refuse_whole(query)
    return _series_of(query, query.part, *types)


def _events(found: SelectedSeries) -> Events:
    return Events(found.family, found.matchers)


def _ratio(query: Reference) -> Expression:
    if not query.whole:
        raise TextError(f"{query.location}: 'ratio' needs a second family: ratio: PART / WHOLE")
    part, whole = (_series_of(query, text, *_COUNTED) for text in (query.part, query.whole))
    return Ratio((_events(part),), (_events(whole),))


def _mean(query: Reference) -> Expression:
    found = _only(query, Type.HISTOGRAM)
    return Mean(found.family, found.matchers)


def _quantile(q: float) -> Callable[[Reference], Expression]:
    def quantile(query: Reference) -> Expression:
        found = _only(query, Type.HISTOGRAM)
        return Quantile(q, found.family, found.matchers)

    return quantile


def _level(how: Reduce) -> Callable[[Reference], Expression]:
    def level(query: Reference) -> Expression:
        texts = (query.part, query.whole) if query.whole else (query.part,)
        found = tuple(_series_of(query, text, Type.GAUGE, Type.INFO) for text in texts)
        levels = tuple(Level(each.family, how, each.matchers) for each in found)
        return levels[0] if len(levels) == 1 else LevelRatio(*levels)

    return level


_KINDS: Mapping[str, Callable[[Reference], Expression]] = {
    "rate": lambda query: Rate(_events(_only(query, *_COUNTED))),
    "increase": lambda query: _events(_only(query, *_COUNTED)),
    "ratio": _ratio,
    "mean": _mean,
    **{f"p{100 * q:.0f}": _quantile(q) for q in (0.5, 0.9, 0.95, 0.99)},
    **{f"level {how}": _level(how) for how in Reduce},
}
