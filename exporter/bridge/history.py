"""The alerts of a period, from Prometheus' ALERTS and from the journal, held against each other.

ALERTS knows what fired each minute, the journal what was notified, with its exact times and texts.
Where one of the two has no record, that is a hole, and never taken for calm.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from exporter.bridge import records
from exporter.bridge.journal_rows import JournaledAlert, Presence
from exporter.bridge.overlaps import Overlaps
from exporter.bridge.period_events import PeriodDelivery, PeriodMuting
from exporter.bridge.stretches import BREAK, STEP, is_hole, stretches
from exporter.catalog.alert_names import ACKNOWLEDGED, DRILL, WATCHDOG
from exporter.prometheus.api import Labels, Points, TimeSpan

# Only what was evaluated within the minute: a selector alone shows the last value for five more
# minutes where Prometheus was killed, and would hide a hole.
ALERTS = 'present_over_time(ALERTS{alertstate="firing"}[1m])'
PROMETHEUS, BRIDGE = "Prometheus", "the bridge"  # sources of what fired
_OWN = ("__name__", "alertstate")


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringPeriod:
    """One time in which an alert fired; times are Unix seconds.

    ended     None while it fires
    before    whether it fired before the period that is looked at, so that `began` may be earlier
    notified  whether the journal has it; None where nothing is journaled, or no bridge ran then
    seen      whether ALERTS has it; None where Prometheus was not asked
    notified_at  when the bridge was notified of it first; None where it was not
    noted_at  of when its annotations are, with the value in them; None where that is not known
    recorded  whether Alertmanager's event recorder covers its beginning
    delivered, muted  as the recorder says
    """

    labels: Labels
    began: float
    ended: float | None
    before: bool = False
    notified: bool | None = None
    seen: bool | None = None
    notified_at: float | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    noted_at: float | None = None
    recorded: bool = False
    delivered: tuple[PeriodDelivery, ...] = ()
    muted: tuple[PeriodMuting, ...] = ()

    @property
    def detected_at(self) -> float | None:
        """When somebody was notified first, by the recorder; the bridge, where there is none."""
        times = [one.first for one in self.delivered if one.first is not None]
        return min(times) if times else None if self.recorded else self.notified_at

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.label("alertname")

    @property
    def severity(self) -> str:
        """The alert's severity."""
        return self.label("severity")

    def label(self, name: str) -> str:
        """Return a label's value, empty where there is none."""
        return next((value for own, value in self.labels if own == name), "")

    def seconds(self, now: float) -> float:
        """Return for how long it fired, up to now."""
        return (now if self.ended is None else self.ended) - self.began


@dataclass(frozen=True, slots=True)
class RecordHole:
    """A time of which a source has no record: Prometheus, the bridge, or a recorder's events."""

    source: str
    began: float
    until: float

    @property
    def hides_alerts(self) -> bool:
        """Whether an alert may have fired in it of which nothing is known."""
        return self.source in (PROMETHEUS, BRIDGE)


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """What fired in a period, the oldest first, and of which times that is not known."""

    span: TimeSpan
    periods: tuple[FiringPeriod, ...]
    holes: tuple[RecordHole, ...]


def history(
    span: TimeSpan,
    recorded: Sequence[Points] | None,
    journaled: Sequence[JournaledAlert] | None,
    presences: Sequence[Presence],
    foreign: frozenset[str] = frozenset(),
) -> AlertHistory:
    """Return the alerts of a span.

    recorded   the series of ALERTS, each minute; None where no Prometheus answers
    journaled  what the journal has; None where there is no bridge
    foreign    labels that Prometheus adds to what it sends elsewhere, and ALERTS lacks
    """
    unrecorded = _unrecorded(span, recorded)
    fired = [] if recorded is None else list(_fired(span, recorded, unrecorded, foreign))
    notified = [] if journaled is None else list(_notified(span, journaled, foreign))
    joined = _joined(fired, notified, known=(recorded is not None, journaled is not None))
    absent = () if journaled is None else tuple(_absences(span, presences))
    away = Overlaps(absent, lambda hole: (hole.start, hole.end))
    judged = (_judged(one, span, away) for one in joined)
    return AlertHistory(
        span,
        tuple(sorted(judged, key=lambda one: (one.began, one.labels))),
        (*_holes(PROMETHEUS, unrecorded), *_holes(BRIDGE, absent)),
    )


def _minutes(one: Points) -> Iterator[float]:
    for time, value in zip(one.times, one.values, strict=True):
        if math.isfinite(value):
            yield time


def _unrecorded(span: TimeSpan, recorded: Sequence[Points] | None) -> tuple[TimeSpan, ...]:
    """Return the times without the alert that always fires: of them there is no record."""
    if recorded is None:
        return (span,)
    known = {
        minute
        for one in recorded
        if ("alertname", WATCHDOG) in one.labels
        for minute in _minutes(one)
    }
    times = [span.start, *sorted(known), span.end]
    return tuple(
        TimeSpan(before, after) for before, after in pairwise(times) if after - before > BREAK
    )


def _fired(
    span: TimeSpan,
    recorded: Iterable[Points],
    unrecorded: Sequence[TimeSpan],
    foreign: frozenset[str],
) -> Iterator[FiringPeriod]:
    """Yield the periods of each alert; a hole of the record does not end one."""
    minutes: dict[Labels, set[float]] = {}
    for one in recorded:
        labels = plain_labels(one.labels, foreign)
        if not _is_own(dict(labels)):
            minutes.setdefault(labels, set()).update(_minutes(one))
    holes = Overlaps(unrecorded, lambda hole: (hole.start, hole.end))
    for labels, known in minutes.items():
        for began, last in stretches(sorted(known), holes):
            yield FiringPeriod(
                labels=labels,
                began=began,
                # Where the record ends while an alert fires, its end is not known.
                ended=None if is_hole(TimeSpan(last, span.end), holes) else last + STEP,
                before=began - span.start < BREAK,
                seen=True,
            )


def _is_own(labels: Mapping[str, str]) -> bool:
    """Whether an alert is about no incident: a heartbeat, an acknowledgement, a drill."""
    return labels.get("severity") == "none" or labels.get("alertname") in (ACKNOWLEDGED, DRILL)


def plain_labels(labels: Iterable[tuple[str, str]], foreign: frozenset[str]) -> Labels:
    """Return an alert's own labels, by which the records of it are held against each other."""
    return tuple(sorted((n, v) for n, v in labels if n not in foreign and n not in _OWN))


def _notified(
    span: TimeSpan, journaled: Iterable[JournaledAlert], foreign: frozenset[str]
) -> Iterator[FiringPeriod]:
    """Yield a period for each start of an alert; several groups may have notified of it."""
    found: dict[tuple[Labels, float], FiringPeriod] = {}
    for row in sorted(journaled, key=lambda row: row.alert.status == "resolved"):
        alert = row.alert
        key = (plain_labels(alert.labels.items(), foreign), alert.starts_at)
        if _is_own(alert.labels):
            continue
        known = found.get(key)
        ended = alert.ends_at if alert.status == "resolved" else None
        if known is None:
            found[key] = FiringPeriod(
                labels=key[0],
                began=alert.starts_at,
                ended=ended,
                before=alert.starts_at < span.start,
                notified=True,
                notified_at=row.first_at if alert.status == "firing" else None,
                annotations=alert.annotations,
                noted_at=row.last_at,
            )
        elif ended is not None:
            found[key] = replace(known, ended=ended)
    yield from (
        period
        for period in found.values()
        if (period.ended is None or period.ended >= span.start) and period.began < span.end
    )


def _joined(
    fired: Sequence[FiringPeriod], notified: Sequence[FiringPeriod], known: tuple[bool, bool]
) -> Iterator[FiringPeriod]:
    """Yield what both have once: exact times and texts from the journal, ends from either.

    The periods of one alert that fired follow one another, the oldest first.
    """
    queried, journaled = known
    waiting = _waiting(notified)
    alone: list[FiringPeriod] = []
    for period in fired:
        partners: list[FiringPeriod] = []
        for one in _begun(waiting[period.labels], period):
            (partners if _ends_after(one, period.began) else alone).append(one)
        if partners:
            yield _both(period, partners)
        else:
            yield replace(period, notified=False if journaled else None)
    for period in chain(alone, *waiting.values()):
        yield replace(period, seen=False if queried else None)


def _waiting(notified: Iterable[FiringPeriod]) -> Mapping[Labels, deque[FiringPeriod]]:
    """Return the notified periods of each alert, the oldest first."""
    found: dict[Labels, deque[FiringPeriod]] = defaultdict(deque)
    for period in sorted(notified, key=lambda one: one.began):
        found[period.labels].append(period)
    return found


def _begun(waiting: deque[FiringPeriod], period: FiringPeriod) -> Iterator[FiringPeriod]:
    """Take what had begun before a period ended: of later ones of its alert it is no part."""
    while waiting and _ends_after(period, waiting[0].began):
        yield waiting.popleft()


def _ends_after(period: FiringPeriod, at: float) -> bool:
    return period.ended is None or period.ended + BREAK >= at


def _both(period: FiringPeriod, partners: Sequence[FiringPeriod]) -> FiringPeriod:
    first, last = partners[0], partners[-1]
    # Only one of the two knows of an end that the other could not see.
    ended = last.ended if last.ended is not None else period.ended
    return replace(
        period,
        began=min(first.began, period.began),
        ended=None if period.ended is None and last.ended is None else ended,
        before=period.before or first.before,
        notified=True,
        notified_at=first.notified_at,
        annotations=last.annotations or first.annotations,
        noted_at=last.noted_at if last.annotations else first.noted_at,
    )


def _judged(period: FiringPeriod, span: TimeSpan, away: Overlaps[TimeSpan]) -> FiringPeriod:
    """Return a period; that the journal lacks it says nothing where no bridge ran meanwhile."""
    if period.notified is not False:
        return period
    lived = TimeSpan(period.began, span.end if period.ended is None else period.ended)
    meets = any(True for _ in away.of(lived.start, lived.end))
    return replace(period, notified=None) if meets and is_hole(lived, away) else period


def _absences(span: TimeSpan, presences: Iterable[Presence]) -> Iterator[TimeSpan]:
    """Yield the times of a span in which the bridge was not alive, by its own signs of life."""
    at = span.start
    for presence in sorted(presences, key=lambda one: one.began_at):
        if presence.began_at - at > records.BREAK:
            yield TimeSpan(at, min(presence.began_at, span.end))
        at = max(at, presence.until)
    if span.end - at > records.BREAK:
        yield TimeSpan(at, span.end)


def _holes(source: str, times: Iterable[TimeSpan]) -> tuple[RecordHole, ...]:
    return tuple(RecordHole(source, time.start, time.end) for time in times)
