"""Every query of panels, variables and annotations is for series that exist; no 0 is made up."""

import re
from collections.abc import Iterable, Iterator

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION
from exporter.settings import Settings
from exporter.settings.types import seconds
from generators.checks.dashboards.variables import LABEL_VALUES
from generators.checks.engine.context import Context, Server
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.gathering import with_queries
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Problem, Text
from generators.checks.engine.result_labels import shape
from generators.checks.expressions import CHECKS
from generators.dashboards.file.board import AnnotationInFile
from generators.dashboards.file.panel import TargetInFile
from generators.dashboards.model import LONGTERM, MAIN
from generators.promql_tree.tree import (
    Aggregate,
    Binary,
    Call,
    Node,
    Number,
    Unparsable,
    children,
    parse,
    paths,
    selectors,
)

RULE = "query"
_RAW_RANGE = re.compile(r"\b(?:rate|irate)\([^\[\]]*\[([^\]]+)\]")
_INTERVAL = "$__rate_interval"
_ZERO = Number(0.0)


def check(board: DashboardFile, context: Context) -> Iterator[Problem]:
    """Yield problems of expressions, and those that only panels can have."""
    yield from _valued(board, context.known)
    moments = {t.expr for panel in board.panels for t in panel.targets if t.instant}
    for server, texts in _by_server(board, context.settings):
        queries = with_queries(context, texts, server)
        for one in CHECKS:
            yield from one(queries)
        for text in texts:
            yield from _moment(text) if text.value in moments else _interval(text)
            yield from _made_up(text)


def _valued(board: DashboardFile, known: Known) -> Iterator[Problem]:
    """Yield variables with the values of a label which the series do not have."""
    for variable in board.variables:
        found = LABEL_VALUES.fullmatch(variable.query.query)
        tree = None if found is None else _tree(found[1])
        if found is not None and tree is not None and not shape(tree, known).may_have(found[2]):
            text = f"variable {variable.name}: {found[1]} has no label {found[2]}"
            yield board.problem(RULE, f"{text}; take a series that has it", variable.query.query)


def _tree(expr: str) -> Node | None:
    try:
        return parse(expr, variables=True)
    except Unparsable:
        return None  # reported by the check of syntax


def _by_server(board: DashboardFile, settings: Settings) -> Iterator[tuple[Server, list[Text]]]:
    """Yield the texts of all queries, by the server that they are for."""
    by_name: dict[str, list[Text]] = {}
    for source, expr in expressions(board):
        by_name.setdefault(source, []).append(board.text(expr))
    for source, texts in by_name.items():
        yield server(settings, source), texts


def server(settings: Settings, source: str) -> Server:
    """Return the Prometheus that a datasource variable stands for."""
    alone = settings.prometheus.longterm is None
    kept = LONG_RETENTION if alone or source == f"${{{LONGTERM}}}" else RETENTION
    return Server(settings.prometheus.scrape_interval, seconds(kept))


def expressions(board: DashboardFile) -> Iterator[tuple[str, str]]:
    """Yield every expression with its datasource; of a variable, its selector."""
    targets = [target for panel in board.panels for target in panel.targets]
    queries: list[TargetInFile | AnnotationInFile] = [*targets, *board.annotations]
    for query in queries:
        yield query.datasource.uid, query.expr
    for variable in board.variables:
        found = LABEL_VALUES.fullmatch(variable.query.query)
        if found is not None:
            # label_values() needs the label: the checks see that in a query which keeps it.
            yield f"${{{MAIN}}}", f"count by ({found[2]}) ({found[1]})"


def read_names(expr: str) -> frozenset[str]:
    """Return the names of the series that a query reads; none of one that does not parse."""
    tree = _tree(expr)
    return frozenset() if tree is None else frozenset(found.name for found in selectors(tree))


def _interval(text: Text) -> Iterator[Problem]:
    """Yield rates over a range that does not follow the resolution of the panel."""
    for window in _RAW_RANGE.findall(text.value):
        if window != _INTERVAL:
            yield text.problem(RULE, f"rate over [{window}]; write [{_INTERVAL}]")


def _moment(text: Text) -> Iterator[Problem]:
    """Yield ranges that grow with the range of the dashboard, in a query of one moment."""
    if _INTERVAL in text.value:
        fix = "a query of one moment; write a range of its own, such as [5m]"
        yield text.problem(RULE, f"{_INTERVAL} grows with the dashboard's range in {fix}")


def _made_up(text: Text) -> Iterator[Problem]:
    """Yield `or vector(0)` beside what is no count: no data is not 0."""
    tree = _tree(text.value)
    for node, _ in paths(tree) if tree else ():
        zero = isinstance(node, Binary) and node.operator == "or" and _zero(node.right)
        if isinstance(node, Binary) and zero and not _counts(node.left):
            yield text.problem(RULE, "only a count may be 0 without data; take `or` away")


def _zero(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "vector" and node.arguments == (_ZERO,)


def _counts(node: Node) -> bool:
    """Return whether a query counts: with count(), or how many there were in a range."""
    if isinstance(node, Aggregate) and node.operator == "count":
        return True
    if isinstance(node, Call) and node.function == "count_over_time":
        return True
    if isinstance(node, Binary) and node.operator in ("+", "or"):
        return _counts(node.left) and _counts(node.right)
    below: Iterable[Node] = children(node) if isinstance(node, Aggregate) else ()
    return any(map(_counts, below))
