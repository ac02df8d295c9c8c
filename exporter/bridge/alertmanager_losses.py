"""What Alertmanager's own metrics say was lost: notifications that failed, events it dropped.

Its event recorder has deliveries only, and says in these metrics alone that its queues were full.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from exporter.bridge.history import RecordHole
from exporter.bridge.stretches import STEP
from exporter.prometheus.api import Labels, Points, Prometheus, TimeSpan
from exporter.summary.read import WEEK, Reader

SCRAPED = "max(alertmanager_build_info)"
# What never failed has no increase: most integrations of most reasons are 0 for ever.
FAILED = "alertmanager_notifications_failed_total > 0"
DROPPED = (
    '{__name__=~"alertmanager_events_dropped_total|alertmanager_event_output_drops_total|'
    'alertmanager_event_serialize_errors_total"} > 0'
)
NOT_SCRAPED = (
    "Prometheus does not scrape Alertmanager: which notifications failed is not known; add the job "
    "alertmanager of the generated prometheus.yml"
)
_MOST = 1e15  # no counter goes so far: another server answers
_TOGETHER = 900.0  # seconds between two failures that are shown as one time
_UNKNOWN = 3 * STEP
_SHOWN = ("integration", "receiver_name", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedNotifications:
    """Notifications that an integration could not deliver; times are Unix seconds.

    receiver  empty unless Alertmanager has the feature receiver-name-in-metrics
    reason    as Alertmanager names it; empty before 0.26
    """

    integration: str
    receiver: str
    reason: str
    count: int
    began: float
    until: float

    @property
    def text(self) -> str:
        """What failed and why: slack: 3 notifications failed (rateLimited)."""
        of = f" of {self.receiver}" if self.receiver else ""
        why = f" ({self.reason})" if self.reason else ""
        notifications = "notification" if self.count == 1 else "notifications"
        return f"{self.integration}{of}: {self.count} {notifications} failed{why}"


@dataclass(frozen=True, slots=True)
class AlertmanagerLosses:
    """What failed, and what is not known of that.

    dropped    when Alertmanager dropped events
    unscraped  when nobody scraped it, so that failures are not known
    faults     why nothing is known
    """

    failed: tuple[FailedNotifications, ...] = ()
    dropped: tuple[RecordHole, ...] = ()
    unscraped: tuple[RecordHole, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Increase:
    at: float
    by: float


def losses(servers: Sequence[Prometheus], reader: Reader, span: TimeSpan) -> AlertmanagerLosses:
    """Return what was lost in a time, by the first server that scrapes Alertmanager."""
    for server in servers:
        scraped = _read(reader, server, SCRAPED, span)
        if scraped:
            return _losses(reader, server, span, scraped)
    # One that does not answer may scrape it; that it does not answer is said by the reader.
    answer = all(reader.answers(server) for server in servers)
    return AlertmanagerLosses(faults=(NOT_SCRAPED,) if answer else ())


def _losses(
    reader: Reader, server: Prometheus, span: TimeSpan, scraped: Mapping[Labels, Sequence[Points]]
) -> AlertmanagerLosses:
    failed: list[FailedNotifications] = []
    for labels, increases in _increases(_read(reader, server, FAILED, span), _SHOWN).items():
        named = dict(zip(_SHOWN, labels, strict=True))
        failed += [
            FailedNotifications(
                integration=named["integration"],
                receiver=named["receiver_name"],
                reason=named["reason"],
                count=count,
                began=began,
                until=until,
            )
            for count, began, until in _times(increases)
        ]
    events = _increases(_read(reader, server, DROPPED, span), ()).get((), [])
    return AlertmanagerLosses(
        failed=tuple(sorted(failed, key=lambda one: one.began)),
        dropped=tuple(_dropped(*time) for time in _times(events)),
        unscraped=tuple(_unscraped(span, scraped)),
    )


def _read(
    reader: Reader, server: Prometheus, query: str, span: TimeSpan
) -> Mapping[Labels, Sequence[Points]]:
    """Return the points of each series, in pieces that Prometheus answers."""
    found: dict[Labels, list[Points]] = defaultdict(list)
    start = span.start
    while start < span.end:
        part = TimeSpan(start, min(start + WEEK, span.end))
        for one in reader.range(server, query, part, "Alertmanager's metrics", STEP):
            found[one.labels].append(one)
        start += WEEK
    return found


def _increases(
    found: Mapping[Labels, Sequence[Points]], names: Sequence[str]
) -> Mapping[tuple[str, ...], list[_Increase]]:
    """Return the increases of counters by these labels; a counter that falls began again at 0."""
    increases: dict[tuple[str, ...], list[_Increase]] = defaultdict(list)
    for labels, pieces in found.items():
        values = dict(labels)
        key = tuple(values.get(name, "") for name in names)
        increases[key] += _of_counter(pieces)
    return increases


def _of_counter(pieces: Sequence[Points]) -> Iterator[_Increase]:
    """Yield the increases; what is there from the first point on happened before it."""
    times = [time for one in pieces for time in one.times]
    values = [value for one in pieces for value in one.values]
    last = values[0] if _is_count(values[0]) else 0.0
    for time, value in zip(times, values, strict=True):
        if not _is_count(value) or value == last:
            continue
        yield _Increase(time, value - last if value > last else value)
        last = value


def _is_count(value: float) -> bool:
    return 0 <= value < math.inf


def _times(increases: Iterable[_Increase]) -> Iterator[tuple[int, float, float]]:
    """Yield how many, from when to when, of increases that follow one another soon."""
    found: list[list[_Increase]] = []
    for one in sorted(increases, key=lambda each: each.at):
        if found and one.at - found[-1][-1].at <= _TOGETHER:
            found[-1].append(one)
        else:
            found.append([one])
    for every in found:
        yield round(min(_MOST, sum(one.by for one in every))), every[0].at - STEP, every[-1].at


def _dropped(count: int, began: float, until: float) -> RecordHole:
    events = "event" if count == 1 else "events"
    return RecordHole(f"{count} {events} that Alertmanager dropped", began, until)


def _unscraped(span: TimeSpan, scraped: Mapping[Labels, Sequence[Points]]) -> Iterator[RecordHole]:
    known = {
        time
        for pieces in scraped.values()
        for one in pieces
        for time, value in zip(one.times, one.values, strict=True)
        if math.isfinite(value)
    }
    for before, after in pairwise([span.start, *sorted(known), span.end]):
        if after - before > _UNKNOWN:
            yield RecordHole("failed notifications", before, after)
