"""From when on a period has data: of what was never observed nothing is said."""

from collections.abc import Iterable
from dataclasses import replace

from exporter.catalog.expression import Events
from exporter.prometheus_api import TimeSpan
from generators.policy import EVALUATION, WINDOW
from generators.service_report.request import ReportRequest
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


def observed(source: SignalNumbers, since: float | None, end: float) -> SignalNumbers:
    """Return what reads a signal of a period whose data began at a time.

    Recorded increases are those of five minutes: only after as much time is a rate of them whole.
    """
    if since is None:
        return source
    whole = isinstance(source.signal.expression, Events)
    minutes = int((end - since - (0 if whole else WINDOW)) // EVALUATION)
    return replace(source, window=max(1, minutes) * EVALUATION)
