"""A window has the samples that its function needs, and reaches no further back than is kept."""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.checks.counters import RATES
from generators.checks.engine.context import Context, JudgedQuery
from generators.checks.engine.known_series import Known
from generators.checks.engine.problem import Problem
from generators.promql_tree.grafana_variables import is_variable_time
from generators.promql_tree.tree import Call, Node, Selector, Subquery, paths

RULE = "window"
_TWO_SAMPLES = RATES | {"delta", "idelta", "deriv", "predict_linear", "changes", "resets"}


def check(context: Context) -> Iterator[Problem]:
    """Yield windows that are too short or too long."""
    for query in context.queries:
        for node, above in paths(query.tree) if query.tree else ():
            if isinstance(node, Selector):
                yield from _short(query, node, above, context.known)
                yield from _long(query, node, above)


def _short(
    query: JudgedQuery, node: Selector, above: tuple[Node, ...], known: Known
) -> Iterator[Problem]:
    if node.window is None or is_variable_time(node.window):
        return
    series = known.get(node.name)
    recorded = None if series is None else series.interval
    interval = recorded or query.server.scrape_interval
    function = above[-1].function if above and isinstance(above[-1], Call) else ""
    shortest = interval * (2 if function in _TWO_SAMPLES else 1)
    if node.window < shortest:
        what = "recorded" if recorded else "scraped"
        text = (
            f"[{duration(node.window)}] of {node.name} is too short for {function or 'it'}: it is "
            f"{what} every {duration(interval)}; write [{duration(shortest)}] or more"
        )
        yield query.text.problem(RULE, text, node.name)


def _long(query: JudgedQuery, node: Selector, above: tuple[Node, ...]) -> Iterator[Problem]:
    times = [node.window or 0, node.offset]
    for found in above:
        if isinstance(found, Subquery):
            times += [found.window, found.offset]
    if any(map(is_variable_time, times)):
        return
    kept = query.server.retention
    if sum(times) > kept:
        text = (
            f"{node.name or 'this'} is read {duration(sum(times))} back, but only "
            f"{duration(kept)} are kept; shorten it, or query the server that keeps more"
        )
        yield query.text.problem(RULE, text, node.name)
