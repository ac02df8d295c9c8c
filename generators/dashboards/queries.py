"""PromQL of panels: signals from what is recorded, raw families, each filtered by the variables.

What is recorded exists twice: each minute on the server with 72 hours, each five minutes on that
with 90 days. A query asks for the first, or else for the second, so that it works on both.
"""

import re
from collections.abc import Mapping

from exporter.catalog.model import Changes, Expression, Family, Level, Matcher, Reduce, Signal
from generators.boards import VARIABLES
from generators.policy import SIGNAL_BY_NAME, WINDOW, split
from generators.promql import Recorded, View, render, selector
from generators.rules import longterm
from generators.rules.names import span
from generators.rules.recording import is_level, recorded, signal_name

INTERVAL = "$__rate_interval"
WEEK = "1w"
_OPEN, _CLOSE = "<<", ">>"  # no label's value has these
CHOSEN = tuple(Matcher(label, (f"{_OPEN}{name}{_CLOSE}",)) for label, name in VARIABLES.items())
_SHOWN = 'le=~"0[.].+|1[.].+|[+]Inf"'  # buckets below two seconds, and what is beyond
_PLACE = re.compile(f'="{_OPEN}([a-z]+){_CLOSE}"')
_AGGREGATES = {Reduce.SUM: "sum", Reduce.MAX: "max", Reduce.MIN: "min", Reduce.MEAN: "avg"}
_KEPT = {Reduce.SUM: "mean", Reduce.MAX: "max", Reduce.MIN: "min", Reduce.MEAN: "mean"}


def chosen(query: str) -> str:
    """Return a query whose places are filled with variables: region=~"$region"."""
    return _PLACE.sub(r'=~"$\1"', query)


def only(query: str, variables: tuple[str, ...]) -> str:
    """Return a query without the tests of variables that a board does not have."""
    unknown = "|".join(name for name in VARIABLES.values() if name not in variables)
    if not unknown:
        return query
    text = re.sub(rf',[a-z_]+=~"\$({unknown})\|?"', "", query)
    return re.sub(rf'\{{[a-z_]+=~"\$({unknown})\|?",?', "{", text).replace("{}", "")


def signal(name: str, by: tuple[str, ...] = ()) -> str:
    """Return the query of a signal, split by labels, on either server."""
    return f"{_short(name, by)} or {past(name, by)}"


def past(name: str, by: tuple[str, ...] = (), offset: str = "") -> str:
    """Return the query of a signal on the server with 90 days, some time ago if that is said."""
    found = SIGNAL_BY_NAME[name]
    if _levelled(found):
        return _level(found, by, longterm.name(found, _kept(found)), offset)
    kept = {n: Recorded(longterm.increase(r.name), r.labels) for n, r in recorded().items()}
    return _render(found.expression, by, kept, offset)


def _short(name: str, by: tuple[str, ...]) -> str:
    found = SIGNAL_BY_NAME[name]
    if _levelled(found):
        return _level(found, by, signal_name(found, split(found)), "")
    return _render(found.expression, by, recorded(), "")


def _levelled(found: Signal) -> bool:
    return is_level(found) or isinstance(found.expression, Changes)


def _how(found: Signal) -> Reduce:
    return found.expression.how if isinstance(found.expression, Level) else Reduce.SUM


def _kept(found: Signal) -> str:
    return _KEPT[_how(found)]


def _level(found: Signal, by: tuple[str, ...], series: str, offset: str) -> str:
    text = filtered(series, split(found), offset)
    return f"{_AGGREGATES[_how(found)]}{by_labels(by)} ({text})"


def _render(
    expression: Expression, by: tuple[str, ...], known: Mapping[str, Recorded], offset: str
) -> str:
    view = View(span(WINDOW), by, CHOSEN, recorded=known, offset=offset)
    return chosen(render(expression, view))


def buckets(found: Family) -> str:
    """Return the query of how many events fell into each bucket of a histogram."""
    name = recorded()[f"{found.name}_bucket"]
    labels = tuple(label for label in found.label_names if label in name.labels)
    series = (name.name, longterm.increase(name.name))
    texts = (filtered(text, labels) for text in series)
    return " or ".join(f"sum by (le) ({text[:-1]},{_SHOWN}}})" for text in texts)


def expression(found: Expression, by: tuple[str, ...] = ()) -> str:
    """Return the query of any expression on what is recorded, on either server."""
    kept = {n: Recorded(longterm.increase(r.name), r.labels) for n, r in recorded().items()}
    return f"{_render(found, by, recorded(), '')} or {_render(found, by, kept, '')}"


def raw(found: Expression, by: tuple[str, ...] = ()) -> str:
    """Return the query of an expression straight on the exported families."""
    return chosen(render(found, View(INTERVAL, by, CHOSEN)))


def filtered(
    series: str, labels: tuple[str, ...], offset: str = "", own: tuple[Matcher, ...] = ()
) -> str:
    """Return a selector of a series that has these labels, filtered by the variables."""
    text = chosen(selector(series, (*own, *(m for m in CHOSEN if m.label in labels))))
    return f"{text} offset {offset}" if offset else text


def family(found: Family, own: tuple[Matcher, ...] = (), suffix: str = "") -> str:
    """Return a selector of a family's series, filtered by the variables."""
    return filtered(found.name + suffix, found.label_names, own=own)


def by_labels(labels: tuple[str, ...]) -> str:
    """Return the clause that keeps labels."""
    return f" by ({', '.join(labels)})" if labels else ""


def maybe(labels: tuple[str, ...]) -> str:
    """Return the tests of labels that some series of ALERTS lack: those without them stay."""
    return ",".join(f'{label}=~"${VARIABLES[label]}|"' for label in labels)


def top(query: str, count: int = 8) -> str:
    """Return the greatest series of a query."""
    return f"topk({count}, {query})"


def others(query: str, count: int = 8) -> str:
    """Return the sum of all series that are not among the greatest."""
    return f"sum({query}) - sum({top(query, count)}) > 0"
