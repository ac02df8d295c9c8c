"""From expressions to PromQL, and what a query needs; nothing else turns expressions into PromQL.

Windows are PromQL durations such as "5m". A split joins series by labels, coarse first. Ratios are
ratios of increases: weighted by event. Rates of what is polled from Cloud Monitoring divide by the
source time that the data covers, so that an outage read in one step does not look like a burst.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Matcher,
    Mean,
    MeanOf,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.model import Family
from exporter.catalog.own import DATA_SECONDS
from exporter.catalog.walk import counts_source_time
from exporter.settings.types import seconds
from generators.selectors import AGGREGATIONS, AnyMatcher, by_clause, selector

STEP = "30s"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How to look at an expression: over which window, split by what, on which series only.

    held      how long a gauge's last sample stands in for a missed scrape; empty for not at all
    recorded  by the name of a counter's series, the recorded series of its increases in the window
    offset    how long ago; empty for now
    """

    window: str
    by: tuple[str, ...] = ()
    only: tuple[AnyMatcher, ...] = ()
    held: str = ""
    recorded: Mapping[str, "RecordedIncrease"] = field(default_factory=dict)
    offset: str = ""


@dataclass(frozen=True, slots=True)
class RecordedIncrease:
    """A recorded series and the labels it has; with a range, what it adds up to in that time.

    windows  how many values of the series hold the same event: five minutes, recorded each minute
    """

    name: str
    labels: frozenset[str]
    summed: str = ""
    windows: int = 5


def render(expression: Expression, view: View) -> str:
    """Return the PromQL of an expression."""
    match expression:
        case Events() | Rate() | Share():
            return _of_events(expression, view)
        case Ratio() | Complement():
            return _of_ratio(expression, view)
        case Mean() | MeanOf():
            return _mean(expression, view)
        case Quantile():
            return _quantile(expression, view)
        case Level() | LevelRatio() | Changes():
            return _of_levels(expression, view)
        case _:
            assert_never(expression)


def render_signal(signal: Signal, view: View) -> str:
    """Return the PromQL of a signal; it has no value where there are too few events."""
    query = render(signal.expression, view)
    return query if signal.minimum_events is None else with_minimum(signal, f"({query})", view)


def with_minimum(signal: Signal, query: str, view: View) -> str:
    """Return the query of a signal without a value where there are too few events."""
    if signal.minimum_events is None:
        return query
    events = _total(signal.minimum_events.events, view)
    return f"{query} and ({events} >= {signal.minimum_events.count})"


def _matchers(family: Family, own: tuple[Matcher, ...], view: View) -> tuple[AnyMatcher, ...]:
    return (*own, *(m for m in view.only if m.label in family.label_names))


def _ago(view: View) -> str:
    return f" offset {view.offset}" if view.offset else ""


def _sum(text: str, labels: tuple[str, ...]) -> str:
    return f"sum{by_clause(labels)} ({text})"


def _increase(
    family: Family, own: tuple[Matcher, ...], view: View, suffix: str = "", *more: str
) -> str:
    name, matchers, by = family.name + suffix, _matchers(family, own, view), (*view.by, *more)
    known = view.recorded.get(name)
    if known is None:
        return _sum(f"increase({selector(name, matchers)}[{view.window}]{_ago(view)})", by)
    text = selector(known.name, matchers) + _ago(view)
    if known.summed:
        text = f"sum_over_time({selector(known.name, matchers)}[{known.summed}]{_ago(view)})"
        text = f"({text} / {known.windows})" if known.windows > 1 else text
    return text if known.labels == {*by} else _sum(text, by)


def _events(node: Events, view: View, *more: str) -> str:
    return _increase(node.family, node.matchers, view, node.suffix, *more)


def _total(nodes: tuple[Events, ...], view: View) -> str:
    texts = [_events(node, view) for node in nodes]
    return texts[0] if len(texts) == 1 else f"({' + '.join(texts)})"


def _of_events(node: Events | Rate | Share, view: View) -> str:
    if isinstance(node, Events):
        return _events(node, view)
    return _rate(node, view) if isinstance(node, Rate) else _share(node, view)


def _rate(node: Rate, view: View) -> str:
    family = node.events.family
    if counts_source_time(family):
        return _covered_rate(node, view)
    if family.name in view.recorded:
        return f"({_events(node.events, view)} / {seconds(view.window):g})"
    text = selector(family.name, _matchers(family, node.events.matchers, view))
    return _sum(f"rate({text}[{view.window}]{_ago(view)})", view.by)


def _covered_rate(node: Rate, view: View) -> str:
    """Return events by the source time that they cover, project by project; none where it is 0.

    A family without the project's label is read from one project only.
    """
    project = tuple(n for n in ("gcp_project",) if n in node.events.family.label_names)
    events = _events(node.events, replace(view, by=tuple(dict.fromkeys((*view.by, *project)))))
    own = (Matcher("family", (node.events.family.name,)),)
    time = _increase(DATA_SECONDS, own, replace(view, by=project))
    return _sum(f"{events} / on ({', '.join(project)}) group_left () ({time} > 0)", view.by)


def _ratio(node: Ratio, view: View) -> str:
    whole = _total(node.whole, view)
    part = _total(node.part, view)
    return f"(({part} or {whole} * 0) / ({whole} > 0))"


def _of_ratio(node: Ratio | Complement, view: View) -> str:
    if isinstance(node, Complement):
        return f"(1 - {_ratio(node.ratio, view)})"
    return _ratio(node, view)


def _mean(node: Mean | MeanOf, view: View) -> str:
    if isinstance(node, MeanOf):
        return f"({_events(node.total, view)} / ({_events(node.count, view)} > 0))"
    total = _increase(node.family, node.matchers, view, "_sum")
    count = _increase(node.family, node.matchers, view, "_count")
    return f"({total} / ({count} > 0))"


def _quantile(node: Quantile, view: View) -> str:
    buckets = _increase(node.family, node.matchers, view, "_bucket", "le")
    return (
        f"(histogram_quantile({node.q}, {buckets}) >= 0)"  # NaN, where nothing was counted, is not
    )


def _level(node: Level, view: View) -> str:
    text = selector(node.family.name, _matchers(node.family, node.matchers, view))
    text = f"last_over_time({text}[{view.held}]{_ago(view)})" if view.held else text + _ago(view)
    return f"{AGGREGATIONS[node.how]}{by_clause(view.by)} ({text})"


def _of_levels(node: Level | LevelRatio | Changes, view: View) -> str:
    if isinstance(node, Level):
        return _level(node, view)
    if isinstance(node, Changes):
        return f"changes(({_level(node.level, view)})[{view.window}:{STEP}])"
    return f"({_level(node.part, view)} / ({_level(node.whole, view)} > 0))"


def _share(node: Share, view: View) -> str:
    each = _events(node.events, view, node.by)
    everything = _events(node.events, view)
    on = f" on ({', '.join(view.by)})" if view.by else " on ()"
    return f"({each} /{on} group_left () ({everything} > 0))"
