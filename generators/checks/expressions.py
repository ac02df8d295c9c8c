"""Every check of expressions and rules, one a line; each is described in its own file."""

from collections.abc import Callable, Iterator

from generators.checks import (
    alerts,
    counters,
    expected_alerts,
    label_names,
    label_values,
    look_back,
    recording_rules,
    rule_fields,
    series_names,
    syntax,
    templates,
    vector_matching,
    windows,
)
from generators.checks.engine.context import Context
from generators.checks.engine.problem import Problem

Check = Callable[[Context], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    rule_fields.check,
    syntax.check,
    series_names.check,
    label_names.check,
    label_values.check,
    counters.check,
    vector_matching.check,
    windows.check,
    look_back.check,
    alerts.check,
    templates.check,
    recording_rules.names,
    recording_rules.duplicates,
    recording_rules.unused,
    expected_alerts.check,
)


def problems(context: Context) -> list[Problem]:
    """Return what the checks find, each once, by file and line."""
    return sorted({problem for check in CHECKS for problem in check(context)})
