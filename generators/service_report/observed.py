"""From when on a period has data: of what was never observed nothing is said."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from exporter.catalog.expression import Events
from exporter.prometheus.api import TimeSpan
from generators.policy import EVALUATION, WINDOW
from generators.service_report.request import WEEK, ReportRequest
from generators.service_report.signals import SignalNumbers


def data_since(sources: Iterable[SignalNumbers], request: ReportRequest) -> float | None:
    """Return when the data of a period begin; None where they reach back to its start."""
    found: dict[float, list[SignalNumbers]] = {}
    for one in sources:
        first = one.first(request.span, one.step(request.span))
        if first is not None:
            found.setdefault(first, []).append(one)
    if not found:
        return None
    first = min(found)
    step = max(one.step(request.span) for one in found[first])
    if first - request.span.start <= max(2 * step, WINDOW):
        return None
    # Within the first step of a line that has a value, minute by minute.
    within = TimeSpan(max(request.span.start, first - step), first)
    exact = (one.first(within, float(EVALUATION)) for one in found[first])
    return min((at for at in exact if at is not None), default=first)


def partly_observed(
    sources: Iterable[SignalNumbers], request: ReportRequest
) -> Mapping[float, float]:
    """Return the periods of comparison that were observed in part, and when their data begin.

    Each is how many seconds ago it is. A mean of some hours beside one of a day would look like a
    change. The first signal that has data tells: all begin with the monitoring.
    """
    every = tuple(sources)
    found = {ago: _late_start(every, _earlier(request.span, ago)) for ago in (request.before, WEEK)}
    return {float(ago): first for ago, first in found.items() if first is not None}


def _earlier(span: TimeSpan, ago: float) -> TimeSpan:
    return TimeSpan(span.start - ago, span.end - ago)


def _late_start(sources: Iterable[SignalNumbers], span: TimeSpan) -> float | None:
    """Return when the data of a span begin; None where they reach back to its start, or to none."""
    for one in sources:
        step = one.step(span)
        first = one.first(span, step)
        if first is not None:
            return None if first - span.start <= max(2 * step, WINDOW) else first
    return None


def observed(source: SignalNumbers, since: float | None, end: float) -> SignalNumbers:
    """Return what reads a signal of a period whose data began at a time.

    Recorded increases are those of five minutes: only after as much time is a rate of them whole.
    """
    if since is None:
        return source
    whole = isinstance(source.signal.expression, Events)
    minutes = int((end - since - (0 if whole else WINDOW)) // EVALUATION)
    return replace(source, window=max(1, minutes) * EVALUATION)
