"""Every value that a selector tests is one that the label can have, where these are few and known.

Of histograms of Cloud Monitoring the bounds of buckets are such values, in their exact text. An
application's bounds are not known: only their notation is checked.
"""

from collections.abc import Iterator

from generators.checks.engine.context import Context
from generators.checks.engine.known_series import BUCKET, INFINITE, Values, written
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import listed, suggestion_or_choices
from generators.promql_tree.grafana_variables import is_variable
from generators.promql_tree.regexes import branches, matches_any, plain
from generators.promql_tree.tree import MatcherNode, selectors

RULE, BUCKET_RULE = "value", "bucket"
_NEAR = 0.3  # "500" is near "5xx"


def check(context: Context) -> Iterator[Problem]:
    """Yield values and buckets that the series do not have."""
    for query in context.queries:
        for selector in selectors(query.tree) if query.tree else ():
            series = context.known.get(selector.name)
            labels = {} if series is None else series.labels
            for matcher in selector.matchers:
                if matcher.label in labels and not is_variable(matcher.value):
                    for value, text in _wrong(selector.name, matcher, labels[matcher.label]):
                        rule = BUCKET_RULE if matcher.label == BUCKET else RULE
                        yield query.text.problem(rule, text, value)


def _wrong(name: str, matcher: MatcherNode, known: Values) -> Iterator[tuple[str, str]]:
    """Yield each value that is impossible, with the text of its problem."""
    exact = matcher.operator in ("=", "!=")
    for branch in (matcher.value,) if exact else branches(matcher.value):
        value = branch if exact or _is_bound(matcher.label, branch) else plain(branch)
        if value is None:
            if known and not matches_any(branch, known):
                text = f"no {matcher.label} of {name} is like {branch}; there is {listed(known)}"
                yield branch, text
        elif value and matcher.label == BUCKET:
            yield from _bucket(name, value, known)
        elif value and known and value not in known:
            fix = suggestion_or_choices(value, known, _NEAR)
            yield value, f"{matcher.label} of {name} is never '{value}'{fix}"


def _is_bound(label: str, branch: str) -> bool:
    """Return whether an alternative is a bound, whose point is never escaped."""
    return label == BUCKET and branch.replace(".", "", 1).isdigit()


def _bucket(name: str, value: str, known: Values) -> Iterator[tuple[str, str]]:
    if value in known:
        return
    try:
        number = float(value)
    except ValueError:
        yield value, f'le="{value}" is no number; write it like 0.5 or {INFINITE}'
        return
    exact = written(number)
    if value != exact and (exact in known or not known):
        yield value, f'{name} has no bucket le="{value}": it is written le="{exact}"'
    elif known:
        near = min(known, key=lambda bound: abs(float(bound) - number))
        if near == INFINITE:
            near = known[-2] if len(known) > 1 else near
        yield value, f"{name} has no bucket le=\"{value}\"; did you mean '{near}'?"
