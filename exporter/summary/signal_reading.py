"""Makes the state of a signal from wherever its numbers are: for a digest, or for a report."""

import math
from collections.abc import Iterable, Iterator
from typing import Protocol

from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import Points, TimeSpan
from exporter.summary.model import PlaceValue, SignalLimit, SignalState

_PLACES = 50


class SignalSource(Protocol):
    """What gives the numbers of one signal; a number that it does not have is None."""

    def overall(self, at: float) -> float | None:
        """Return the signal over a period that ends at a time, of everything."""

    def by_place(self, at: float) -> list[Points]:
        """Return the same by place."""

    def line(self, span: TimeSpan) -> tuple[float, ...]:
        """Return the signal within a span, a value for each of its steps; gaps are NaN."""

    def peak(self, span: TimeSpan) -> float | None:
        """Return the worst five minutes of a span."""


def signal_state(
    config: MonitoringConfig,
    name: str,
    span: TimeSpan,
    source: SignalSource,
    ago: tuple[float, float],
) -> SignalState:
    """Return a signal of a period.

    ago  how many seconds the period before lies back, and that of a week ago
    """
    signal = config.signals[name]
    values = [source.overall(span.end - back) for back in (0.0, *ago)]
    line = source.line(span)
    return SignalState(
        name=name,
        noun=signal.noun or name,
        kind=signal.kind or name,
        unit=signal.unit,
        direction=signal.direction,
        url=signal.panel.url,
        now=values[0],
        before=values[1],
        week_ago=values[2],
        line=line,
        line_before=source.line(TimeSpan(span.start - ago[0], span.end - ago[0])),
        worst=worst_value((*line, source.peak(span), values[0]), signal.direction),
        places=places(source.by_place(span.end), signal.direction),
        limits=tuple(_limits(config, name)),
    )


def one_value(points: list[Points]) -> float | None:
    """Return the value of an instant query that has one; None where it has none."""
    known = [p.values[0] for p in points if p.values and math.isfinite(p.values[0])]
    return known[0] if known else None


def worst_of(query: str, span: TimeSpan, direction: str) -> str:
    """Return the query of the worst five minutes: a week's line passes over most of them."""
    function = "min_over_time" if direction == "down" else "max_over_time"
    return f"{function}(({query})[{span.seconds:.0f}s:5m])"


def worst_value(found: Iterable[float | None], direction: str) -> float | None:
    """Return the worst of values; a mean is among them, for something was as bad as that."""
    known = [value for value in found if value is not None and math.isfinite(value)]
    if not known:
        return None
    return min(known) if direction == "down" else max(known)


def places(points: Iterable[Points], direction: str) -> tuple[PlaceValue, ...]:
    """Return the values by place, the worst first."""
    found = [
        PlaceValue(one.labels, one.values[0]) for one in points if math.isfinite(one.values[0])
    ]
    found.sort(key=lambda place: place.value, reverse=direction != "down")
    return tuple(found[:_PLACES])


def _limits(config: MonitoringConfig, name: str) -> Iterator[SignalLimit]:
    """Yield the limits of a signal that hold everywhere; one of a service is none of the whole."""
    for one in config.alerts:
        if one.signal == name and one.limit is not None and not one.where:
            yield SignalLimit(one.name, one.severity, one.limit.value, one.threshold or "")
