"""The small pieces of PromQL: selectors with their matchers, and the clauses of aggregations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.catalog.expression import Matcher
from exporter.catalog.model import Reduce

AGGREGATIONS: Mapping[Reduce, str] = {
    Reduce.SUM: "sum",
    Reduce.MAX: "max",
    Reduce.MIN: "min",
    Reduce.MEAN: "avg",
}


@dataclass(frozen=True, slots=True)
class VariableMatcher:
    """Series whose label has a value that the reader of a dashboard chose.

    absent   whether series without the label stay
    """

    label: str
    variable: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class PatternMatcher:
    """Series whose label is, as a whole, like a regular expression."""

    label: str
    pattern: str


@dataclass(frozen=True, slots=True)
class PresentMatcher:
    """Series that have the label."""

    label: str


@dataclass(frozen=True, slots=True)
class ExcludedMatcher:
    """Series whose label has none of these values."""

    label: str
    values: tuple[str, ...]


AnyMatcher = Matcher | VariableMatcher | PatternMatcher | PresentMatcher | ExcludedMatcher


def quote(value: str) -> str:
    """Return a PromQL string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def quote_regex(value: str) -> str:
    """Return the text of a regular expression that matches only `value`."""
    return "".join(f"\\{c}" if c in r"\.+*?()|[]{}^$" else c for c in value)


def selector(name: str, matchers: Iterable[AnyMatcher]) -> str:
    """Return a selector of the series of a name."""
    tests = ",".join(map(_written, matchers))
    return f"{name}{{{tests}}}" if tests else name


def _written(matcher: AnyMatcher) -> str:
    """Return a matcher as PromQL: one value matches as text, several as alternatives."""
    match matcher:
        case Matcher(label, values):
            return _one_of(label, "=", "=~", values)
        case ExcludedMatcher(label, values):
            return _one_of(label, "!=", "!~", values)
        case VariableMatcher(label, variable, absent):
            return f"{label}=~{quote(f'${variable}' + '|' * absent)}"
        case PatternMatcher(label, pattern):
            return f"{label}=~{quote(pattern)}"
        case PresentMatcher(label):
            return f'{label}!=""'


def _one_of(label: str, equal: str, like: str, values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f"{label}{equal}{quote(values[0])}"
    return f"{label}{like}{quote('|'.join(map(quote_regex, values)))}"


def by_clause(labels: tuple[str, ...]) -> str:
    """Return the clause of an aggregation that keeps labels; nothing where it keeps none."""
    return f" by ({', '.join(labels)})" if labels else ""
