"""How long alerts take: until somebody is notified, until somebody acknowledges, until it is over.

Means are of those periods that have the time; how many they are stands beside them.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.history import FiringPeriod
from exporter.bridge.label_index import LabelIndex
from exporter.bridge.period_events import PeriodDelivery
from exporter.monitoring_config import MonitoringConfig

_SLACK = 60.0  # seconds by which two records of one beginning may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedPeriod:
    """A firing and its times in seconds; None where one is not known, or has not come.

    detected      from when the condition began until somebody was notified
    acknowledged  from the beginning until somebody acknowledged it, and did not withdraw that
    resolved      from the beginning until the end
    again         who acknowledged it after the last withdrawal, empty where nobody did
    """

    period: FiringPeriod
    detected: float | None
    acknowledged: float | None
    resolved: float | None
    user: str = ""
    withdrawn: tuple[Acknowledgement, ...] = ()
    again: str = ""


@dataclass(frozen=True, slots=True)
class MeanTime:
    """A mean in seconds, and of how many; None of none."""

    seconds: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesOf:
    """The mean times of the alerts of one name, service or week."""

    of: str
    fired: int
    detected: MeanTime
    acknowledged: MeanTime
    resolved: MeanTime


@dataclass(frozen=True, slots=True)
class DeliveriesOf:
    """Of how many firings a receiver was notified by an integration, and how often."""

    receiver: str
    integration: str
    firings: int
    notifications: int


def timed(
    periods: Iterable[FiringPeriod],
    acknowledged: Sequence[Acknowledgement],
    config: MonitoringConfig,
) -> tuple[TimedPeriod, ...]:
    """Return each firing with its times. `for` is part of the detection: the condition was true."""
    ordered = sorted(acknowledged, key=lambda one: one.at)
    known = LabelIndex((one.labels, one) for one in ordered)
    return tuple(_timed(period, known.having(period.labels), config) for period in periods)


def _timed(
    period: FiringPeriod, acknowledged: Sequence[Acknowledgement], config: MonitoringConfig
) -> TimedPeriod:
    """Return the times of a firing; `acknowledged` is of its alert, the oldest first."""
    stated = config.alert(dict(period.labels))
    waited = stated.for_ if stated is not None else 0.0
    known = not period.before
    every = _of_firing(acknowledged, period)
    first = next((one for one in every if not one.withdrawn_by), None)
    withdrawn = tuple(one for one in every if one.withdrawn_by)
    notified = period.detected_at
    return TimedPeriod(
        period=period,
        detected=max(0.0, notified - period.began) + waited
        if known and notified is not None
        else None,
        acknowledged=max(0.0, first.at - period.began) if known and first is not None else None,
        resolved=period.ended - period.began if known and period.ended is not None else None,
        user=first.user if first is not None else "",
        withdrawn=withdrawn,
        again=every[-1].user if withdrawn and not every[-1].withdrawn_by else "",
    )


def _of_firing(
    acknowledged: Sequence[Acknowledgement], period: FiringPeriod
) -> Sequence[Acknowledgement]:
    """Return the acknowledgements of an alert that are of one of its firings."""
    end = math.inf if period.ended is None else period.ended + _SLACK
    first = bisect_left(acknowledged, period.began - _SLACK, key=lambda one: one.at)
    last = bisect_right(acknowledged, end, key=lambda one: one.at)
    return acknowledged[first:last]


def by_alert(given: Iterable[TimedPeriod]) -> tuple[TimesOf, ...]:
    """Return the times by the alert's name, the most frequent first."""
    return _grouped(given, lambda one: one.period.name)


def by_service(given: Iterable[TimedPeriod]) -> tuple[TimesOf, ...]:
    """Return the times by service, database or cache."""
    names = ("service_name", "database_id", "redis_id")
    return _grouped(
        given, lambda one: next((t for n in names if (t := one.period.label(n))), "no service")
    )


def by_receiver(periods: Iterable[FiringPeriod]) -> tuple[DeliveriesOf, ...]:
    """Return what each receiver was notified of, by its name."""
    found: dict[tuple[str, str], list[PeriodDelivery]] = defaultdict(list)
    for period in periods:
        for one in period.delivered:
            found[one.receiver, one.integration].append(one)
    return tuple(
        DeliveriesOf(*names, len(every), sum(one.count for one in every))
        for names, every in sorted(found.items())
    )


def by_week(given: Iterable[TimedPeriod]) -> tuple[TimesOf, ...]:
    """Return the times by the week, in UTC, in which the alert began."""
    found = _grouped(given, lambda one: _week(one.period.began))
    return tuple(sorted(found, key=lambda one: one.of))


def _week(at: float) -> str:
    year, week, _ = datetime.fromtimestamp(at, UTC).isocalendar()
    return f"{year}-W{week:02}"


def _grouped(
    given: Iterable[TimedPeriod], key: Callable[[TimedPeriod], Hashable]
) -> tuple[TimesOf, ...]:
    groups: Mapping[Hashable, list[TimedPeriod]] = defaultdict(list)
    for one in given:
        groups[key(one)].append(one)
    found = [
        TimesOf(
            of=str(name),
            fired=len(every),
            detected=_mean(one.detected for one in every),
            acknowledged=_mean(one.acknowledged for one in every),
            resolved=_mean(one.resolved for one in every),
        )
        for name, every in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.fired, one.of)))


def _mean(values: Iterable[float | None]) -> MeanTime:
    known = [value for value in values if value is not None]
    return MeanTime(sum(known) / len(known) if known else None, len(known))
