"""Which alerts fire again and again, and which come back soon after they ended."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from exporter.bridge.digest.model import RepeatedAlert
from exporter.bridge.history import FiringPeriod
from exporter.prometheus.api import Labels
from exporter.summary.label_text import place, plain

RETURN = 3600.0  # seconds: an alert that is back sooner flaps
SHOWN = 10  # of the repeated ones
MAY_BE_SILENCED = "may have been silenced, by a regular expression that is not tried here"


def returning(periods: Sequence[FiringPeriod]) -> list[FiringPeriod]:
    """Return the firings that soon followed, or were soon followed by, another of their alert."""
    by_alert: dict[Labels, list[FiringPeriod]] = defaultdict(list)
    for period in periods:
        by_alert[period.labels].append(period)
    found = []
    for every in by_alert.values():
        soon = [_is_soon(before, after) for before, after in pairwise(every)]
        found += [
            period
            for period, left, right in zip(every, (False, *soon), (*soon, False), strict=True)
            if left or right
        ]
    return found


def _is_soon(before: FiringPeriod, after: FiringPeriod) -> bool:
    return before.ended is not None and after.began - before.ended < RETURN


def repeated(
    periods: Iterable[FiringPeriod], now: float, least: int, unsure: Container[Labels] = ()
) -> tuple[RepeatedAlert, ...]:
    """Return the alerts that fired so often at least, the most frequent first.

    unsure  alerts of which nobody knows whether they were silenced
    """
    found: dict[Labels, list[FiringPeriod]] = defaultdict(list)
    for period in periods:
        found[period.labels].append(period)
    lines = [
        RepeatedAlert(
            severity=plain(every[0].severity),
            name=plain(every[0].name),
            place=place(dict(labels)),
            count=len(every),
            seconds=sum(period.seconds(now) for period in every),
            remark=MAY_BE_SILENCED if labels in unsure else "",
        )
        for labels, every in found.items()
        if len(every) >= least
    ]
    lines.sort(key=lambda one: (-one.count, -one.seconds, one.name, one.place))
    return tuple(lines[:SHOWN])
