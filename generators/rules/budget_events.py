"""The events behind error budgets: all requests and bad ones, within each window.

Bad ones end in a server error, or take longer than an objective of latency allows. The latter are
all requests without those that buckets count as fast enough, so that few buckets are recorded.
"""

from collections.abc import Iterable

from exporter.catalog import cloud_run
from exporter.catalog.expression import Matcher
from generators.alert_table import Objective
from generators.latency_buckets import bounds_of
from generators.limits import number
from generators.policy import WINDOW
from generators.rules import running
from generators.rules.budgets import (
    AVAILABILITY,
    BY,
    DENSE,
    EVERY_REQUEST,
    FAILED,
    Budget,
    Promises,
)
from generators.rules.model import Recording
from generators.rules.names import span, spanned
from generators.rules.recording import recorded
from generators.selectors import AnyMatcher, selector
from generators.services import Variant

_BY = ", ".join(BY)
_BUCKET = f"{cloud_run.REQUEST_DURATION.name}_bucket"


def counters(promised: Promises) -> Recording:
    """Return the rule for the running counters of the buckets that objectives of latency need."""
    chosen = [selector(_BUCKET, (*p.matchers, _needed(p.row))) for p in promised]
    text = chosen[0] if len(chosen) == 1 else "(" + "\nor ".join(chosen) + ")"
    return running.buckets(cloud_run.REQUEST_DURATION, text)


def _needed(of: Objective) -> Matcher:
    return Matcher("le", (*(b.text for b in bounds_of(of.within)), *EVERY_REQUEST.values))


def within(budget: Budget, window: float, promised: Promises) -> tuple[Recording, Recording]:
    """Return the rules for all requests of a window, and for the bad ones."""
    if budget is AVAILABILITY:
        every, bad = _failed(budget, window)
    else:
        every, bad = _slow(budget, window, promised)
    return Recording(budget.requests(window), every, BY), Recording(budget.bad(window), bad, BY)


def _failed(budget: Budget, window: float) -> tuple[str, str]:
    if window == WINDOW:
        base = recorded()[cloud_run.REQUESTS.name].name
        every, requests = f"sum by ({_BY}) ({base})", f"sum by ({_BY}) ({base})"
        failed = f"sum by ({_BY}) ({selector(base, FAILED)})"
    else:
        every, requests = _counted(budget, window), budget.requests(window)
        failed = _counted(budget, window, FAILED)
    # Before the first error there is no 5xx series: errors are 0 then, and the ratio is known.
    return every, f"{failed} or {requests} * 0"


def _slow(budget: Budget, window: float, promised: Promises) -> tuple[str, str]:
    slow = (
        # Buckets that a series begins with later count less at first: never less than nothing.
        f"clamp_min({selector(budget.requests(window), p.matchers)}"
        f" - ({_fast(budget, p, window)}), 0)"
        for p in promised
    )
    return _in_time(budget, window, EVERY_REQUEST), "\nor\n".join(slow)


def _fast(budget: Budget, promise: Variant[Objective], window: float) -> str:
    """Return the query of the requests within the time: of one bucket, or between two."""
    found = bounds_of(promise.row.within)
    texts = (_in_time(budget, window, Matcher("le", (bound.text,))) for bound in found)
    weights = (bound.weight for bound in found)
    return " + ".join(
        text if weight == 1 else f"{number(weight)} * {text}"
        for text, weight in zip(texts, weights, strict=True)
    )


def _in_time(budget: Budget, window: float, bound: Matcher) -> str:
    """Return the query of the requests that took no longer than a bound."""
    if window == WINDOW:
        return f"sum by ({_BY}) ({selector(recorded()[_BUCKET].name, (bound,))})"
    return _counted(budget, window, (bound,))


def _counted(budget: Budget, window: float, matchers: Iterable[AnyMatcher] | None = None) -> str:
    # The longest of these is as long as the server keeps what it reads.
    found = span(window) if window >= DENSE else spanned(window)
    return running.counted(budget.counters(window, matchers), found, BY)
