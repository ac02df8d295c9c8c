"""What an expression is made of: one walk for all code that reads expressions.

A new kind of expression does not type-check here until its parts are listed.
"""

from collections.abc import Iterator
from typing import assert_never

from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Mean,
    MeanOf,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.labels import PROJECT
from exporter.catalog.model import CloudMonitoring, Family, MetricKind

Leaf = Events | Mean | Quantile | Level


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of an expression; those that read a family have none."""
    match node:
        case Events() | Mean() | Quantile() | Level():
            return ()
        case Rate() | Share():
            return (node.events,)
        case Ratio() | LevelRatio():
            return _both(node)
        case Complement():
            return (node.ratio,)
        case MeanOf():
            return (node.total, node.count)
        case Changes():
            return (node.level,)
        case _:
            assert_never(node)


def _both(node: Ratio | LevelRatio) -> tuple[Expression, ...]:
    if isinstance(node, LevelRatio):
        return (node.part, node.whole)
    return (*node.part, *node.whole)


def walk(*nodes: Expression) -> Iterator[Expression]:
    """Yield expressions and all their parts, each before its own parts."""
    for node in nodes:
        yield node
        yield from walk(*children(node))


def leaves(*nodes: Expression) -> Iterator[Leaf]:
    """Yield the expressions that read a family; all others are computed from these."""
    for node in walk(*nodes):
        if isinstance(node, Leaf):
            yield node


def families_in(*nodes: Expression) -> Iterator[Family]:
    """Yield the families that expressions read, as often as they do."""
    for leaf in leaves(*nodes):
        yield leaf.family


def expressions_of(signal: Signal) -> tuple[Expression, ...]:
    """Return a signal's expression, and the events of its minimum."""
    return (signal.expression, *(signal.minimum_events.events if signal.minimum_events else ()))


def split(signal: Signal) -> tuple[str, ...]:
    """Return the labels of a signal's full split: the project first, where its families have it."""
    families: list[Family] = list(families_in(signal.expression))
    projects = all(PROJECT.name in family.label_names for family in families)
    return (PROJECT.name, *signal.by) if projects else signal.by


def counts_source_time(family: Family) -> bool:
    """Say whether the family's counter moves in steps of source time, not of wall time."""
    source = family.source
    return isinstance(source, CloudMonitoring) and source.kind is not MetricKind.GAUGE
