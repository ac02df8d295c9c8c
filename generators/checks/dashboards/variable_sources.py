"""A variable lists what any source of its board has, not only what one of them has."""

from collections.abc import Iterable, Iterator, Mapping

from generators.checks.dashboards.variables import LABEL_VALUES
from generators.checks.engine.context import Context
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.promql_tree.grafana_variables import MAGIC
from generators.promql_tree.tree import NAME, Selector, Unparsable, parse, selectors

RULE = "variable"
_ALERTS = "ALERTS"  # of whatever has an alert
_PARTS = ("_bucket", "_count", "_sum")  # of a histogram


def check(board: DashboardFile, context: Context) -> Iterator[Problem]:
    """Yield variables that lack values of a series which they are to select of."""
    read = _read(context)
    for variable in board.variables:
        found = LABEL_VALUES.fullmatch(variable.query.query)
        if found is None:
            continue
        listed = _sources({n for one in _selectors(found[1]) for n in _names(one)}, read)
        for name in sorted(_selected(board, found[2])):
            if not _sources({name}, read) & listed:
                text = f"variable {variable.name}: what only {name} has is not listed"
                yield board.problem(RULE, f"{text}; add that series to its query", variable.name)


def _read(context: Context) -> dict[str, set[str]]:
    """Return which series each recorded series is worked out from."""
    found: dict[str, set[str]] = {}
    for rule in context.rules:
        if rule.kind == "record" and rule.query.tree is not None:
            names = (one.name for one in selectors(rule.query.tree) if one.name)
            found.setdefault(rule.name.value, set()).update(names)
    return found


def _sources(names: Iterable[str], read: Mapping[str, set[str]]) -> set[str]:
    """Return the exported metrics that series are worked out from, by the names of families."""
    known, waiting = set[str](), [*names]
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += read.get(name, ())
    return {_family(name) for name in known if name not in read}


def _family(name: str) -> str:
    return next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)


def _selected(board: DashboardFile, label: str) -> set[str]:
    """Return the series of panels that are selected of by what is chosen for a label."""
    return {
        one.name
        for panel in board.panels
        for target in panel.targets
        for one in _selectors(target.expr)
        if one.name not in ("", _ALERTS)
        and any(m.label == label and MAGIC in m.value for m in one.matchers)
    }


def _selectors(expr: str) -> Iterator[Selector]:
    try:
        yield from selectors(parse(expr, variables=True))
    except Unparsable:
        return  # reported by the check of syntax


def _names(selector: Selector) -> Iterator[str]:
    """Yield the series that a selector is of: by its name, or by a list of names."""
    if selector.name:
        yield selector.name
    for matcher in selector.matchers:
        if matcher.label == NAME:
            yield from matcher.plain or ()
