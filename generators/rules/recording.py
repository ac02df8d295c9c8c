"""The signals as recorded series, by all their labels, and the newest minutes of some.

Increases of counters are recorded once, by every label that a signal of theirs needs; the signals
are worked out from those. Gauges stand in for a missed scrape or two, so that none resolves an
alert.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
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
from exporter.catalog.own import COUNTING_START, DATA_SECONDS
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import children, counts_source_time, expressions_of, split
from generators.policy import EVALUATION, NEWEST, WIDER, WINDOW, Policy
from generators.promql import RecordedIncrease, View, render, render_signal, with_minimum
from generators.rules import bridging
from generators.rules.model import Group, Recording, RuleFile
from generators.rules.names import operation, series, span, spanned
from generators.selectors import selector

HELD = "3m"
_W, _N = span(WINDOW), span(NEWEST)
_RISE = spanned(WINDOW)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A counter's series whose increase a signal needs, by these labels."""

    family: Family
    suffix: str
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the raw series."""
        return self.family.name + self.suffix


def leaves(signal: Signal) -> Iterator[Leaf]:
    """Yield the increases that a signal is worked out from, in its full split."""
    for expression in expressions_of(signal):
        yield from _leaves(expression, split(signal))


def _leaves(node: Expression, by: tuple[str, ...]) -> Iterator[Leaf]:
    match node:
        case Level():
            return  # a gauge has no increase
        case Events():
            yield Leaf(node.family, node.suffix, _kept(node, by))
        case Mean():
            yield Leaf(node.family, "_sum", _kept(node, by))
            yield Leaf(node.family, "_count", _kept(node, by))
        case Quantile():
            yield Leaf(node.family, "_bucket", (*_kept(node, by), "le"))
        case Share():
            yield from _leaves(node.events, (*by, node.by))
        case Rate() | Ratio() | Complement() | MeanOf() | LevelRatio() | Changes():
            for child in children(node):
                yield from _leaves(child, by)
            yield from _covered(node)
        case _:
            assert_never(node)


def _kept(node: Events | Mean | Quantile, by: tuple[str, ...]) -> tuple[str, ...]:
    return (*by, *(matcher.label for matcher in node.matchers))


def _covered(node: Expression) -> Iterator[Leaf]:
    """Yield the source time by which a rate divides, where its family is of Cloud Monitoring."""
    if isinstance(node, Rate) and "gcp_project" in node.events.family.label_names:
        yield Leaf(DATA_SECONDS, "", ("gcp_project", "family"))


def increases(watched: Iterable[Signal]) -> tuple[Recording, ...]:
    """Return the rules that record each increase once, by all labels that are needed of it."""
    watched = tuple(watched)
    names = {leaf.name for signal in watched for leaf in leaves(signal)}
    return tuple(_increase(leaf) for name, leaf in _needed(watched).items() if name in names)


def _needed(watched: Iterable[Signal] = ()) -> dict[str, Leaf]:
    """Return each increase that signals need, by the name of the raw series.

    All signals of the catalog are among them, so that a name does not depend on what is watched.
    """
    needed: dict[str, Leaf] = {}
    every = dict.fromkeys((*SIGNALS, *watched))
    for leaf in (leaf for signal in every for leaf in leaves(signal)):
        known = needed.get(leaf.name, leaf)
        # All labels that any signal needs: a sum by fewer can be made of it, one by more cannot.
        labels = tuple(dict.fromkeys((*known.labels, *leaf.labels)))
        order = (*leaf.family.label_names, "le")
        needed[leaf.name] = Leaf(leaf.family, leaf.suffix, tuple(sorted(labels, key=order.index)))
    return needed


def _increase(leaf: Leaf) -> Recording:
    rise = of_one_history(leaf.family, f"increase({leaf.name}[{_RISE}])", _RISE)
    return Recording(_record(leaf), f"sum by ({', '.join(leaf.labels)}) ({rise})", leaf.labels)


def of_one_history(family: Family, rise: str, window: str) -> str:
    """Return the rise of a family's raw series, without a value where the history changed.

    Behind one scrape address may answer another exporter, with other totals: to Prometheus, the
    difference is a rise or a reset. When its counting began tells them apart.
    """
    if family == DATA_SECONDS:
        began, on = COUNTING_START.name, "job, instance, gcp_project, family"
    elif counts_source_time(family) and "gcp_project" in family.label_names:
        began = selector(COUNTING_START.name, (Matcher("family", (family.name,)),))
        on = "job, instance, gcp_project"
    else:
        return rise
    return f"{rise} unless on ({on}) changes({began}[{window}]) > 0"


def _record(leaf: Leaf) -> str:
    kept = tuple(label for label in leaf.labels if label != "le")
    return series(kept, leaf.name.removesuffix("_total"), f"increase{_W}")


def recorded(watched: Iterable[Signal] = ()) -> Mapping[str, RecordedIncrease]:
    """Return the recorded increases by the name of the raw series."""
    return _recorded(tuple(watched))


@cache  # each query of a dashboard looks them up
def _recorded(watched: tuple[Signal, ...]) -> Mapping[str, RecordedIncrease]:
    needed = _needed(watched).items()
    return MappingProxyType(
        {name: RecordedIncrease(_record(leaf), frozenset(leaf.labels)) for name, leaf in needed}
    )


def signal_name(signal: Signal, by: tuple[str, ...], window: str = _W) -> str:
    """Return the name of a signal's recorded series."""
    return series(by, signal.name, operation(signal.expression, window))


def signals(watched: Iterable[Signal], alerted: Iterable[Signal]) -> tuple[Recording, ...]:
    """Return the rules that record each signal in its full split.

    What alerts is recorded without its minimum of events first, and worked out once.
    """
    watched = tuple(watched)
    known = recorded(watched)
    found, unfiltered = [], {*filter(_has_minimum, alerted)}
    for signal in watched:
        view = View(window=_W, by=split(signal), held=HELD, recorded=known)
        text = render_signal(signal, view)
        if signal in unfiltered:
            query = render(signal.expression, replace(view, held=""))
            found.append(Recording(any_name(signal), query, split(signal)))
            text = with_minimum(signal, any_name(signal), view)
        found.append(_signal(signal, view, text))
    return tuple(found)


def _has_minimum(signal: Signal) -> bool:
    return signal.minimum_events is not None


def mean_name(signal: Signal) -> str:
    """Return the name of the five-minute mean of a signal that is a level."""
    return f"{signal_name(signal, split(signal))}_mean{_W}"


def means(alerted: Iterable[Signal]) -> tuple[Recording, ...]:
    """Return the five-minute means of the levels that alert: they are what lasts in bursts."""
    # Until Prometheus 3.0 a range holds what lies on its left end: a second less is five values.
    text, levels = "avg_over_time({0}[{1}s]) and {0}", filter(is_level, alerted)
    return tuple(
        Recording(
            mean_name(signal),
            text.format(signal_name(signal, split(signal)), WINDOW - 1),
            split(signal),
        )
        for signal in levels
    )


def any_name(signal: Signal) -> str:
    """Return the name of a signal over five minutes that has a value however few its events are."""
    return f"{signal_name(signal, split(signal))}_any"


def wider(watched: Iterable[Signal], alerted: Iterable[Signal]) -> tuple[Recording, ...]:
    """Return the longer windows, which are judged where five minutes hold too few events.

    They add up the recorded increases: counters are not read over an hour each minute.
    """
    known, found = recorded(watched), []
    for signal in filter(_has_minimum, alerted):
        for window in WIDER:
            # Until Prometheus 3.0 a range holds what lies on its left end, too.
            summed = {n: replace(r, summed=f"{window - 1}s") for n, r in known.items()}
            view = View(window=span(window), by=split(signal), recorded=summed)
            found.append(_signal(signal, view, render_signal(signal, view)))
    return tuple(found)


def newest(alerted: Iterable[Signal]) -> tuple[Recording, ...]:
    """Return the newest minutes of the signals that alert on a window."""
    windowed = (signal for signal in alerted if not is_level(signal))
    views = ((signal, View(window=_N, by=split(signal))) for signal in windowed)
    return tuple(
        _signal(signal, view, render_signal(signal, replace(view, window=spanned(NEWEST))))
        for signal, view in views
    )


def is_level(signal: Signal) -> bool:
    """Say whether a signal is a gauge's level, which has no window."""
    return isinstance(signal.expression, Level | LevelRatio)


def _signal(signal: Signal, view: View, query: str) -> Recording:
    own = (signal.expression.by,) if isinstance(signal.expression, Share) else ()
    return Recording(signal_name(signal, view.by, view.window), query, (*view.by, *own))


def file(policy: Policy, alerted: tuple[Signal, ...], more: tuple[Recording, ...]) -> RuleFile:
    """Return the file, with what the signals need that alert on a threshold.

    `more` is worked out after the signals, in the same evaluation.
    """
    # Rules of a group are evaluated in this order: each reads what those before it just recorded.
    rules = (
        *bridging.recordings(),
        *increases(policy.signals),
        *signals(policy.signals, alerted),
        *newest(alerted),
        *means(alerted),
        *wider(policy.signals, alerted),
        *more,
    )
    group = Group("ion_recording", EVALUATION, rules)
    return RuleFile("recording.yml", "Signals and error budgets as recorded series.", (group,))
