"""Every label that a selector tests is one that its series have."""

from collections.abc import Iterator

from generators.checks.engine.context import Context
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import suggestion_or_choices
from generators.promql_tree.grafana_variables import is_variable
from generators.promql_tree.tree import NAME, selectors

RULE = "label"


def check(context: Context) -> Iterator[Problem]:
    """Yield tests of labels that the series do not have."""
    for query in context.queries:
        for selector in selectors(query.tree) if query.tree else ():
            series = context.known.get(selector.name)
            if series is None or series.extensible:
                continue
            for label in dict.fromkeys(matcher.label for matcher in selector.matchers):
                if label != NAME and label not in series.labels and not is_variable(label):
                    fix = suggestion_or_choices(label, series.labels)
                    text = f"{selector.name} has no label {label}{fix}"
                    yield query.text.problem(RULE, text, label)
