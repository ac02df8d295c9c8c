"""What Alertmanager's event recorder adds to a history: deliveries, mutings, and its own holes.

Events carry no number, so what is missing is known from signs only: Watchdog's notification is an
event each minute, an Alertmanager that starts says so, and a bridge that was away took none.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from exporter.bridge.event_reading import AlertDelivery, AlertMuting, EventRecord, RecorderSign
from exporter.bridge.event_rows import BREAK
from exporter.bridge.history import (
    AlertHistory,
    FiringPeriod,
    RecordHole,
    plain_labels,
)
from exporter.bridge.journal_rows import Presence
from exporter.bridge.overlaps import Overlaps
from exporter.bridge.period_events import PeriodDelivery, PeriodMuting
from exporter.prometheus.api import Labels, TimeSpan

EVENTS = "Alertmanager's events"
_SLACK = 60.0  # seconds by which two records of one beginning may differ
_AFTER = 900.0  # seconds after an end in which its group may still be notified


def with_events(
    history: AlertHistory,
    record: EventRecord,
    presences: Sequence[Presence],
    lost: Sequence[RecordHole] = (),
    foreign: frozenset[str] = frozenset(),
) -> AlertHistory:
    """Return a history with what the recorder knows; without events, the same history.

    presences  when the bridge was alive
    lost       times in which Alertmanager dropped events, by its own metrics
    foreign    labels that Prometheus adds to what it sends elsewhere
    """
    if not record.signs:
        return replace(history, holes=(*history.holes, *lost))
    holes = (*_holes(history.span, record.signs, presences), *lost)
    since = record.signs[0].began
    of = _by_period(history.periods, record, foreign)
    missing = Overlaps(holes, lambda hole: (hole.began, hole.until))
    periods = tuple(
        replace(
            period,
            recorded=period.began >= since and not any(missing.of(*_time(period))),
            delivered=_deliveries(of[at][0]),
            muted=tuple(_muting(one) for one in of[at][1]),
        )
        for at, period in enumerate(history.periods)
    )
    return AlertHistory(history.span, periods, (*history.holes, *holes))


_Found = tuple[list[AlertDelivery], list[AlertMuting]]


def _by_period(
    periods: Sequence[FiringPeriod], record: EventRecord, foreign: frozenset[str]
) -> dict[int, _Found]:
    """Return the deliveries and mutings of each period, by its place in the list."""
    known: dict[Labels, list[int]] = defaultdict(list)
    for at, period in enumerate(periods):
        known[period.labels].append(at)
    found: dict[int, _Found] = defaultdict(lambda: ([], []))
    for delivery in record.deliveries:
        of = _last_before(periods, known[plain_labels(delivery.labels, foreign)], delivery.at)
        if of is not None:
            found[of][0].append(delivery)
    times = {
        labels: Overlaps(listed, lambda at: _time(periods[at])) for labels, listed in known.items()
    }
    for muting in record.mutings:
        labels = plain_labels(muting.labels, foreign)
        for at in times[labels].of(muting.began, muting.until) if labels in times else ():
            found[at][1].append(muting)
    return found


def _last_before(periods: Sequence[FiringPeriod], listed: Sequence[int], at: float) -> int | None:
    """Return the period that a delivery is of: the last one that had begun by then.

    A history has its periods in the order in which they began.
    """
    begun = bisect_right(listed, at + _SLACK, key=lambda one: periods[one].began)
    if not begun:
        return None
    last = listed[begun - 1]
    ended = periods[last].ended
    return last if ended is None or at <= ended + _AFTER else None


def _time(period: FiringPeriod) -> tuple[float, float]:
    """Return a period's time, with what records of it may differ by."""
    end = math.inf if period.ended is None else period.ended + _SLACK
    return period.began - _SLACK, end


def _deliveries(found: Iterable[AlertDelivery]) -> tuple[PeriodDelivery, ...]:
    """Return one for each receiver and integration, the first that was notified first."""
    groups: dict[tuple[str, str], list[AlertDelivery]] = defaultdict(list)
    for one in found:
        groups[one.receiver, one.integration].append(one)
    made = [_delivery(every) for every in groups.values()]
    return tuple(sorted(made, key=lambda one: (one.first or math.inf, one.receiver)))


def _delivery(every: Sequence[AlertDelivery]) -> PeriodDelivery:
    firing = [one.at for one in every if one.firing]
    ends = [one.at for one in every if not one.firing]
    return PeriodDelivery(
        receiver=every[0].receiver,
        integration=every[0].integration,
        first=firing[0] if firing else None,
        last=firing[-1] if firing else None,
        count=len(firing),
        ended_at=ends[0] if ends else None,
    )


def _muting(one: AlertMuting) -> PeriodMuting:
    return PeriodMuting(silenced=one.silenced, by=one.by, began=one.began, until=one.until)


def _holes(
    span: TimeSpan, signs: Sequence[RecorderSign], presences: Sequence[Presence]
) -> Iterator[RecordHole]:
    """Yield the times of a span, since there is a recorder, of which events may be missing."""
    since = TimeSpan(max(span.start, signs[0].began), span.end)
    alive = sorted(presences, key=lambda one: one.began_at)
    away = [TimeSpan(one.until, other.began_at) for one, other in pairwise(alive)]
    whole = _joined((*_unsigned(signs, span.end), *away))
    known = Overlaps(whole, lambda gap: (gap.start, gap.end))
    by_instance: dict[str, list[RecorderSign]] = defaultdict(list)
    for sign in signs:
        by_instance[sign.instance].append(sign)
    for instance, every in by_instance.items():
        for gap in _unsigned(every, every[-1].until):
            around = known.of(gap.start, gap.start)
            if not any(one.start <= gap.start and gap.end <= one.end for one in around):
                yield from _within(f"{EVENTS} ({instance})", gap, since)
    for gap in whole:
        yield from _within(EVENTS, gap, since)


def _unsigned(signs: Sequence[RecorderSign], end: float) -> Iterator[TimeSpan]:
    """Yield the times between signs, which are in the order of their beginnings."""
    until = signs[0].until
    for sign in signs[1:]:
        if sign.began > until:
            yield TimeSpan(until, sign.began)
        until = max(until, sign.until)
    if end - until > BREAK:
        yield TimeSpan(until, end)


def _joined(gaps: Iterable[TimeSpan]) -> list[TimeSpan]:
    """Return gaps that overlap as one."""
    found: list[TimeSpan] = []
    for gap in sorted(gaps, key=lambda one: one.start):
        if found and gap.start <= found[-1].end:
            found[-1] = TimeSpan(found[-1].start, max(found[-1].end, gap.end))
        else:
            found.append(gap)
    return found


def _within(source: str, gap: TimeSpan, span: TimeSpan) -> Iterator[RecordHole]:
    began, until = max(gap.start, span.start), min(gap.end, span.end)
    if until > began:
        yield RecordHole(source, began, until)
