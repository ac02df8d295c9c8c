"""The unit of a panel is that of its queries, worked out from the catalog's."""

from collections.abc import Callable, Iterator, Mapping

from exporter.catalog import CATALOG
from exporter.catalog.model import Type, Unit
from exporter.catalog.signals import SIGNALS
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile
from generators.policy import DAY, WINDOW
from generators.promql_tree.tree import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Selector,
    Subquery,
    Unparsable,
    parse,
)
from generators.rules.longterm import INCREASE

RULE = "unit"
COUNT, SECONDS, BYTES, RATIO, RATE, BYTE_RATE, DOLLARS = (
    "count",
    "seconds",
    "bytes",
    "ratio",
    "events a second",
    "bytes a second",
    "dollars",
)
_SHOWN: Mapping[str, frozenset[str]] = {
    COUNT: frozenset({"short", "locale"}),
    SECONDS: frozenset({"s"}),
    BYTES: frozenset({"bytes"}),
    RATIO: frozenset({"percentunit"}),
    RATE: frozenset({"reqps", "ops", "count:/s"}),
    BYTE_RATE: frozenset({"Bps"}),
    DOLLARS: frozenset({"currencyUSD"}),
}
_OF: Mapping[Unit, str] = {
    Unit.NONE: COUNT,
    Unit.SECONDS: SECONDS,
    Unit.BYTES: BYTES,
    Unit.RATIO: RATIO,
    Unit.PER_SECOND: RATE,
    Unit.DOLLARS: DOLLARS,
}
_RATES = {COUNT: RATE, SECONDS: RATIO, BYTES: BYTE_RATE}
_SIGNALS = {signal.name: _OF[signal.unit] for signal in SIGNALS}
_LAST = {  # by the last part of a recorded name, before its window
    "burn_rate": COUNT,
    "anomaly_score": COUNT,
    "correlation_ratio": COUNT,
    "longterm_count": COUNT,
    "seconds": SECONDS,
    "trend_seconds": SECONDS,
}


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels and columns whose unit is not that of their queries."""
    for panel in board.panels:
        for target in panel.targets:
            shown, found = _configured(panel, target.ref_id), unit(target.expr)
            if found is not None and shown not in _SHOWN[found]:
                fix = " or ".join(sorted(_SHOWN[found]))
                text = f"query {target.ref_id} gives {found}, shown as {shown}; write {fix}"
                yield board.of(panel, RULE, text)


def _configured(panel: PanelInFile, ref: str) -> str:
    """Return the unit of a panel; of a table, of the column of a query."""
    usual = panel.field.unit
    if panel.type != "table":
        return usual
    names = {f"Value #{ref}", "Value"} if len(panel.targets) == 1 else {f"Value #{ref}"}
    titles = {_renamed(panel, name) for name in names}
    for override in panel.field_config.overrides:
        if str(override.matcher.options) in titles:
            for found in override.properties:
                if found.id == "unit":
                    return str(found.value)
    return usual


def _renamed(panel: PanelInFile, name: str) -> str:
    for step in panel.transformations:
        renamed = step.options.get("renameByName")
        if isinstance(renamed, dict) and name in renamed:
            return str(renamed[name])
    return name


def unit(expr: str) -> str | None:
    """Return the unit of an expression's values; None where it does not follow."""
    try:
        return of_node(parse(expr, variables=True))
    except Unparsable:
        return None


def of_node(node: Node) -> str | None:
    """Return the unit of a part of an expression."""
    return _UNITS[type(node)](node) if type(node) in _UNITS else None


def _selector(node: Selector) -> str | None:
    if ":" in node.name:
        return _recorded(node.name)
    for suffix, counts in (("_bucket", True), ("_count", True), ("_sum", False), ("", False)):
        family = CATALOG.get(node.name.removesuffix(suffix))
        if family is not None and (not suffix or family.type is Type.HISTOGRAM):
            return COUNT if counts else _OF.get(family.unit)
    return COUNT if node.name == "ALERTS" else None


def _recorded(name: str) -> str | None:
    """Return the unit of a recorded series, from its name: level:metric:operation."""
    _, metric, operation = name.split(":")
    for last, found in _LAST.items():
        if operation == last or metric.endswith(last):
            return found
    if operation.startswith("increase") or operation == INCREASE:
        suffixed = metric if metric in _SERIES else f"{metric}_total"
        return _SERIES.get(suffixed, COUNT)
    if operation.startswith("ratio"):
        return RATIO
    return _SIGNALS.get(metric)


def _series() -> Iterator[tuple[str, str]]:
    for family in CATALOG.values():
        found = _OF.get(family.unit)
        if family.type is not Type.HISTOGRAM and found is not None:
            yield family.name, found
        elif found is not None:
            yield from ((family.name + "_bucket", COUNT), (family.name + "_count", COUNT))
            yield family.name + "_sum", found


_SERIES = dict(_series())


def _call(node: Call) -> str | None:
    if node.function in ("rate", "irate"):
        return _RATES.get(of_node(node.arguments[0]) or "")
    if node.function == "histogram_quantile":
        return _quantile(node.arguments[1])
    if node.function == "time":
        return SECONDS
    if node.function in ("count_over_time", "changes", "timestamp", "vector", "deriv", "scalar"):
        return None
    return of_node(node.arguments[0]) if node.arguments else None


def _quantile(node: Node) -> str | None:
    """Return the unit of the values that a histogram counts."""
    if isinstance(node, Selector):
        name = node.name.split(":")[1] if ":" in node.name else node.name
        return _SERIES.get(f"{name.removesuffix('_bucket')}_sum")
    if isinstance(node, Aggregate | Subquery):
        return _quantile(node.inner)
    return _quantile(node.arguments[0]) if isinstance(node, Call) and node.arguments else None


def _aggregate(node: Aggregate) -> str | None:
    return COUNT if node.operator == "count" else of_node(node.inner)


def _binary(node: Binary) -> str | None:
    left, right = of_node(node.left), of_node(node.right)
    if node.operator == "/" and node.right == Number(float(WINDOW)):
        return _RATES.get(left or "")
    if node.operator == "/" and not isinstance(node.right, Number):
        return _QUOTIENTS.get((left, right))
    if node.operator == "*" and not isinstance(node.right, Number):
        return None
    if node.operator == "*" and left == RATIO and _is_window(node.right):
        return SECONDS
    if node.operator == "*" and left is None:
        return None
    return right if isinstance(node.left, Number) else left


def _is_window(node: Node) -> bool:
    """Return whether a number is days in seconds: a share of them is a time."""
    return isinstance(node, Number) and node.value > 0 and node.value % DAY == 0


_QUOTIENTS: Mapping[tuple[str | None, str | None], str] = {
    **{(unit, unit): RATIO for unit in (COUNT, SECONDS, BYTES, RATIO)},
    (SECONDS, COUNT): SECONDS,
    (BYTES, COUNT): BYTES,
    (RATIO, COUNT): RATIO,
    (COUNT, SECONDS): RATE,
    (RATIO, RATE): SECONDS,  # seconds a second by events a second
}


def _inner(node: Subquery | Negative) -> str | None:
    return of_node(node.inner)


_UNITS: Mapping[type, Callable[..., str | None]] = {
    Selector: _selector,
    Call: _call,
    Aggregate: _aggregate,
    Binary: _binary,
    Subquery: _inner,
    Negative: _inner,
}
