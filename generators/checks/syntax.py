"""Every expression is PromQL that Prometheus 2.42 and the newest both know.

The functions are those of https://prometheus.io/docs/prometheus/2.42/querying/functions/ that
Prometheus 3 still has under their name.
"""

import re
from collections.abc import Iterator

from generators.checks.engine.context import Context, JudgedQuery
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import suggestion
from generators.promql_tree.tree import Aggregate, Call, walk

RULE = "syntax"
FUNCTIONS = frozenset(
    [
        "abs",
        "absent",
        "absent_over_time",
        "acos",
        "acosh",
        "asin",
        "asinh",
        "atan",
        "atanh",
        "avg_over_time",
        "ceil",
        "changes",
        "clamp",
        "clamp_max",
        "clamp_min",
        "cos",
        "cosh",
        "count_over_time",
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "days_in_month",
        "deg",
        "delta",
        "deriv",
        "exp",
        "floor",
        "histogram_count",
        "histogram_fraction",
        "histogram_quantile",
        "histogram_sum",
        "hour",
        "idelta",
        "increase",
        "irate",
        "label_join",
        "label_replace",
        "last_over_time",
        "ln",
        "log10",
        "log2",
        "max_over_time",
        "min_over_time",
        "minute",
        "month",
        "pi",
        "predict_linear",
        "present_over_time",
        "quantile_over_time",
        "rad",
        "rate",
        "resets",
        "round",
        "scalar",
        "sgn",
        "sin",
        "sinh",
        "sort",
        "sort_desc",
        "sqrt",
        "stddev_over_time",
        "stdvar_over_time",
        "sum_over_time",
        "tan",
        "tanh",
        "time",
        "timestamp",
        "vector",
        "year",
    ]
)
AGGREGATIONS = frozenset(
    [
        "sum",
        "min",
        "max",
        "avg",
        "stddev",
        "stdvar",
        "count",
        "group",
        "count_values",
        "bottomk",
        "topk",
        "quantile",
    ]
)
_UNKNOWN = re.compile(r"unknown function with name '(\w+)'")


def check(context: Context) -> Iterator[Problem]:
    """Yield what does not parse, and what needs another version."""
    for query in context.queries:
        yield from _unparsed(query) if query.tree is None else _newer(query)


def _unparsed(query: JudgedQuery) -> Iterator[Problem]:
    unknown = _UNKNOWN.search(query.error)
    if unknown:
        yield _in_one_version(query, "function", unknown[1])
    else:
        yield query.text.problem(RULE, f"this is no PromQL: {query.error}; fix the expression")


def _newer(query: JudgedQuery) -> Iterator[Problem]:
    for node in walk(query.tree) if query.tree else ():
        if isinstance(node, Call) and node.function not in FUNCTIONS:
            yield _in_one_version(query, "function", node.function)
        if isinstance(node, Aggregate) and node.operator not in AGGREGATIONS:
            yield _in_one_version(query, "aggregation", node.operator)


def _in_one_version(query: JudgedQuery, what: str, name: str) -> Problem:
    known = FUNCTIONS if what == "function" else AGGREGATIONS
    fix = suggestion(name, known) or "; leave it out"
    text = f"{what} {name} is not in both Prometheus 2.42 and 3{fix}"
    return query.text.problem(RULE, text, name)
