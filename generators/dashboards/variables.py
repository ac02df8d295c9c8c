"""The variables of boards: their values are those of all series that the board's panels query."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from exporter.catalog.expression import Matcher
from generators.boards import VARIABLES
from generators.dashboards.descriptions import SERIES, Facts, names
from generators.dashboards.model import MAIN, BoardText
from generators.dashboards.queries import BoardQueries
from generators.promql_tree.tree import NAME
from generators.rules.model import Recording, recordings
from generators.selectors import selector

_TITLES = {
    "gcp_project": "Project",
    "region": "Region",
    "service_name": "Service",
    "database_id": "Database",
    "redis_id": "Cache",
}
# Of other series, and some of them on the other server alone.
_DERIVED = re.compile(r":(slo|\w+:(anomaly|trend))_|:correlation_")
_BUCKET = "le"  # a histogram's buckets have the labels of its count


def variables(facts: Facts, board: BoardText) -> list[dict[str, Any]]:
    """Return the variables of a board as the Jsonnet library takes them, the coarsest first.

    Raises KeyError for a label that has no title.
    """
    series = dict(_queried(facts, board))
    return [_variable(label, board.variables, series) for label in board.variables]


def present_labels(facts: Facts, board: BoardText) -> tuple[str, ...]:
    """Return the board's variables that some series of its panels has a label for."""
    having = {label for _, labels in _queried(facts, board) for label in labels}
    return tuple(label for label in board.variables if label in having)


def _variable(
    label: str, labels: tuple[str, ...], series: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Return a variable; the ones before it restrict its values, where a series has their labels.

    One series alone would not do: a region may have a database and no service, a database no
    connections.
    """
    having = tuple(sorted(name for name, own in series.items() if label in own))
    before = BoardQueries(labels[: labels.index(label)]).variables
    chosen = (replace(matcher, absent=True) for matcher in before)
    every = selector("", (Matcher(NAME, having), *chosen))
    return {
        "name": VARIABLES[label],
        "label": _TITLES[label],
        "query": f"label_values({every}, {label})",
        "datasource": MAIN,
    }


def _queried(facts: Facts, board: BoardText) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the series of the board's queries with their labels, exported and recorded ones.

    What the other server works out is here as what it is worked out from.
    """
    rules: dict[str, list[Recording]] = {}
    for rule in recordings(facts.rules.all):
        rules.setdefault(rule.record, []).append(rule)
    left = [name for p in board.panels.values() for t in p.targets for name in names(t.expr)]
    seen = set[str]()
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        found = rules.get(name, ())
        labels = found[0].labels if found else ()
        if _DERIVED.search(name) or _BUCKET in labels:
            left += [inner for rule in found for inner in names(rule.expr)]
        else:
            yield _exported(name) if name in SERIES else (name, labels)


def _exported(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a series; of a histogram its count, which is one series a place."""
    family = SERIES[name]
    shown = f"{family.name}_count" if name.endswith("_bucket") else name
    return shown, tuple(family.label_names)
