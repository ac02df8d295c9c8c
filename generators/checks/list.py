"""Every check, by one line each: what it looks at is in its own file."""

from collections.abc import Callable, Iterator

from generators.checks import (
    alerts,
    complete,
    counters,
    fields,
    labels,
    matching,
    names,
    recording,
    syntax,
    templates,
    values,
    windows,
)
from generators.checks.model import Context
from generators.checks.places import Problem

Check = Callable[[Context], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    fields.check,
    syntax.check,
    names.check,
    labels.check,
    values.check,
    counters.check,
    matching.check,
    windows.check,
    alerts.check,
    templates.check,
    recording.names,
    recording.duplicates,
    recording.unused,
    complete.check,
)


def problems(context: Context) -> list[Problem]:
    """Return what the checks find, each once, by file and line."""
    return sorted({problem for check in CHECKS for problem in check(context)})
