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
from generators.rules.model import recordings
from generators.selectors import selector

_TITLES = {
    "gcp_project": "Project",
    "region": "Region",
    "service_name": "Service",
    "database_id": "Database",
    "redis_id": "Cache",
}
_DERIVED = re.compile(r":(slo|\w+:(anomaly|trend))_|:correlation_")  # of other series here
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
    """Yield the series of the board's queries with their labels, exported and recorded ones."""
    recorded = {rule.record: rule.labels for rule in recordings(facts.rules.all)}
    targets = (target for panel in board.panels.values() for target in panel.targets)
    for name in {name for target in targets for name in names(target.expr)}:
        if _DERIVED.search(name):
            continue
        labels = recorded.get(name, ())
        if name in SERIES and not name.endswith("_bucket"):
            labels = tuple(SERIES[name].label_names)
        if _BUCKET not in labels:
            yield name, labels
