"""Every series that is queried exists: exported, recorded, or another program's."""

from collections.abc import Iterator

from generators.checks.engine.context import Context
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import suggestion
from generators.promql_tree.grafana_variables import is_variable
from generators.promql_tree.regexes import matches_any
from generators.promql_tree.tree import NAME, Selector, selectors

RULE = "metric"
_LIST = "; docs/metrics.md lists what is exported, and --page adds the metrics of a real /metrics"


def check(context: Context) -> Iterator[Problem]:
    """Yield selectors of series that do not exist."""
    for query in context.queries:
        for selector in selectors(query.tree) if query.tree else ():
            text, word = _wrong(selector, context.known)
            if text:
                yield query.text.problem(RULE, text, word)


def _wrong(selector: Selector, known: Known) -> tuple[str, str]:
    """Return what is wrong with a selector's name, and the word; nothing where it is right."""
    name = selector.name
    if not name:
        return _pattern(selector, known)
    if is_variable(name) or known.get(name) is not None:
        return "", ""
    if ":" in name:
        near = (
            suggestion(name, [n for n in known.series if ":" in n]) or "; remove it, or record it"
        )
        return f"no rule records {name}{near}", name
    if known.get(f"{name}_bucket") is not None:
        return f"{name} is a histogram; take {name}_bucket, {name}_sum or {name}_count", name
    return f"nothing exports {name}{suggestion(name, known.series) or _LIST}", name


def _pattern(selector: Selector, known: Known) -> tuple[str, str]:
    patterns = [m.value for m in selector.matchers if (m.label, m.operator) == (NAME, "=~")]
    for pattern in patterns:
        if not is_variable(pattern) and not matches_any(pattern, known.series):
            return f"no metric has a name like {pattern}{_LIST}", pattern
    return "", ""
