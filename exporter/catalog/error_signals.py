"""The signals that count errors, by the classes of status codes that count as one."""

from collections.abc import Sequence
from dataclasses import replace

from exporter.catalog import application, cloud_run
from exporter.catalog.expression import (
    Direction,
    Events,
    Kind,
    Matcher,
    MinimumEvents,
    Ratio,
    Signal,
)
from exporter.catalog.labels import CODE_CLASS
from exporter.catalog.model import Family, Unit
from exporter.catalog.walk import leaves

CLASSES = ("4xx", "5xx")  # all that can count, and do unless `alerts.error_classes` names fewer
_CAUSES = {"4xx": "client", "5xx": "server"}


def matcher(classes: Sequence[str]) -> Matcher:
    """Return what matches the series of these classes."""
    return Matcher(CODE_CLASS.name, tuple(classes))


def named(classes: Sequence[str]) -> str:
    """Return the classes in a sentence: 4xx and 5xx."""
    return " and ".join(classes)


def kind_of_error(classes: Sequence[str]) -> str:
    """Return what such a response is: client or server error."""
    return f"{' or '.join(_CAUSES[name] for name in classes)} error"


def left_out(signal: Signal) -> tuple[str, ...]:
    """Return the classes that an error rate does not count; none for any other signal."""
    if signal.kind is not Kind.ERROR_RATE:
        return ()
    matchers = (found for leaf in leaves(signal.expression) for found in leaf.matchers)
    counted = {value for found in matchers for value in found.values}
    return tuple(name for name in CLASSES if name not in counted)


def error_signals(classes: Sequence[str] = CLASSES) -> tuple[Signal, Signal]:
    """Return the error rates of a service and of an endpoint."""
    return (
        Signal(
            name="error_rate",
            noun=f"error rate ({named(classes)})",
            kind=Kind.ERROR_RATE,
            unit=Unit.RATIO,
            direction=Direction.UP,
            help=f"Share of requests that ended in a {kind_of_error(classes)}.",
            expression=_share(cloud_run.REQUESTS, classes),
            by=("region", "service_name"),
            minimum_events=_hundred(cloud_run.REQUESTS),
        ),
        Signal(
            name="error_rate_by_endpoint",
            noun=f"error rate ({named(classes)}) of the endpoint",
            kind=Kind.ERROR_RATE,
            unit=Unit.RATIO,
            direction=Direction.UP,
            help=f"Share of an endpoint's requests that ended in a {kind_of_error(classes)}.",
            expression=_share(application.REQUESTS, classes),
            by=("region", "endpoint"),
            minimum_events=_hundred(application.REQUESTS),
        ),
    )


def _share(requests: Family, classes: Sequence[str]) -> Ratio:
    return Ratio((Events(requests, (matcher(classes),)),), (Events(requests),))


def _hundred(requests: Family) -> MinimumEvents:
    return MinimumEvents((Events(requests),), 100)


def counting(signal: Signal, classes: Sequence[str]) -> Signal:
    """Return a signal of the catalog that counts these classes where it counts errors."""
    return next((one for one in error_signals(classes) if one.name == signal.name), signal)


def as_counted(signal: Signal, classes: Sequence[str], minimum: int) -> Signal:
    """Return a signal of the catalog with the errors that count, and its minimum of events."""
    found = counting(signal, classes)
    if found.minimum_events is None:
        return found
    return replace(found, minimum_events=replace(found.minimum_events, count=minimum))
