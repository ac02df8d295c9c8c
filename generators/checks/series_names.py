"""Every series that is asked for exists: exported, recorded, or another program's."""

from collections.abc import Iterator

from generators.checks.engine.context import Context
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import meant
from generators.checks.promql.grafana_variables import is_variable
from generators.checks.promql.regexes import matches_any
from generators.checks.promql.tree import NAME, Selector, selectors

RULE = "metric"
_LIST = "; docs/metrics.md lists what is exported, and --page takes a real page's metrics as known"


def check(context: Context) -> Iterator[Problem]:
    """Yield selectors of nothing."""
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
        near = meant(name, [n for n in known.series if ":" in n]) or "; remove it, or record it"
        return f"no rule records {name}{near}", name
    if known.get(f"{name}_bucket") is not None:
        return f"{name} is a histogram; take {name}_bucket, {name}_sum or {name}_count", name
    return f"nothing exports {name}{meant(name, known.series) or _LIST}", name


def _pattern(selector: Selector, known: Known) -> tuple[str, str]:
    patterns = [m.value for m in selector.matchers if (m.label, m.operator) == (NAME, "=~")]
    for pattern in patterns:
        if not is_variable(pattern) and not matches_any(pattern, known.series):
            return f"no metric has a name like {pattern}{_LIST}", pattern
    return "", ""
