"""Queries of runbooks, from the references that texts write to PromQL.

signal: error_rate by region              a signal; as it is recorded, where it is so
rate: FAMILY by region                    events a second of the time that the data covers
increase: FAMILY over 1h by family        what a counter rose by
ratio: FAMILY{class=5xx} / FAMILY by region
mean: FAMILY by region                    of a histogram; so are p50, p90, p95 and p99
level max: FAMILY by region               a gauge; sum, max, min or mean joins its series
level sum: FAMILY / FAMILY by redis_id    a gauge by another
promql: up{job="ionmon"}                  what none of these can say
"""

from collections.abc import Callable, Mapping

import promql_parser

from exporter.catalog.model import (
    Events,
    Expression,
    Level,
    LevelRatio,
    Mean,
    Quantile,
    Rate,
    Ratio,
    Reduce,
    Type,
)
from exporter.catalog.walk import families_in
from generators.policy import SIGNAL_BY_NAME, split
from generators.promql import View, render, render_signal
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


def promql(line: Line) -> str:
    """Return the PromQL of a reference. Raises TextError with file, line and what is known."""
    kind, _, text = line.text.partition(": ")
    if kind == "promql":
        return _written_out(text, line.place)
    asked = reference(line)
    if asked.kind == "signal":
        return _signal(asked)
    if asked.kind not in _KINDS:
        raise unknown(line.place, "kind of query", asked.kind, ("promql", "signal", *_KINDS))
    expression = _KINDS[asked.kind](asked)
    _check_split(asked, expression)
    return render(expression, View(window=asked.window, by=asked.by))


def _written_out(text: str, place: str) -> str:
    try:
        promql_parser.parse(text)
    except ValueError as error:
        raise TextError(f"{place}: not PromQL: {error}") from error
    return text


def _signal(asked: Reference) -> str:
    if asked.part not in SIGNAL_BY_NAME:
        raise unknown(asked.place, "signal", asked.part, SIGNAL_BY_NAME)
    _no_whole(asked)
    found = SIGNAL_BY_NAME[asked.part]
    full = split(found)
    _check_split(asked, found.expression)
    recorded = tuple(label for label in full if label != "gcp_project")
    if (asked.window, asked.by) == (WINDOW, recorded):
        return signal_name(found, full)
    return render_signal(found, View(window=asked.window, by=asked.by))


def _check_split(asked: Reference, expression: Expression) -> None:
    """Raise TextError for a label that a family of the expression does not have."""
    for family in families_in(expression):
        check_labels(asked.by, family.name, family.label_names, asked.place)


def _no_whole(asked: Reference) -> None:
    if asked.whole:
        raise TextError(f"{asked.place}: '{asked.kind}' divides by nothing: leave out / and after")


def _of(asked: Reference, text: str, *types: Type) -> SelectedSeries:
    """Return the series of a reference. Raises TextError for those of another type."""
    found = series(text, asked.place)
    if found.family.type not in types:
        raise TextError(
            f"{asked.place}: '{asked.kind}' needs a {' or '.join(types)}, "
            f"and {found.family.name} is a {found.family.type}"
        )
    return found


def _only(asked: Reference, *types: Type) -> SelectedSeries:
    _no_whole(asked)
    return _of(asked, asked.part, *types)


def _events(found: SelectedSeries) -> Events:
    return Events(found.family, found.matchers)


def _ratio(asked: Reference) -> Expression:
    if not asked.whole:
        raise TextError(f"{asked.place}: 'ratio' needs a second family: ratio: PART / WHOLE")
    part, whole = (_of(asked, text, *_COUNTED) for text in (asked.part, asked.whole))
    return Ratio((_events(part),), (_events(whole),))


def _mean(asked: Reference) -> Expression:
    found = _only(asked, Type.HISTOGRAM)
    return Mean(found.family, found.matchers)


def _quantile(q: float) -> Callable[[Reference], Expression]:
    def quantile(asked: Reference) -> Expression:
        found = _only(asked, Type.HISTOGRAM)
        return Quantile(q, found.family, found.matchers)

    return quantile


def _level(how: Reduce) -> Callable[[Reference], Expression]:
    def level(asked: Reference) -> Expression:
        texts = (asked.part, asked.whole) if asked.whole else (asked.part,)
        found = tuple(_of(asked, text, Type.GAUGE, Type.INFO) for text in texts)
        levels = tuple(Level(each.family, how, each.matchers) for each in found)
        return levels[0] if len(levels) == 1 else LevelRatio(*levels)

    return level


_KINDS: Mapping[str, Callable[[Reference], Expression]] = {
    "rate": lambda asked: Rate(_events(_only(asked, *_COUNTED))),
    "increase": lambda asked: _events(_only(asked, *_COUNTED)),
    "ratio": _ratio,
    "mean": _mean,
    **{f"p{100 * q:.0f}": _quantile(q) for q in (0.5, 0.9, 0.95, 0.99)},
    **{f"level {how}": _level(how) for how in Reduce},
}
