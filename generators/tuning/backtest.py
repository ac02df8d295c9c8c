"""What the firings of an alert would have cost people, and what they would have caught."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from exporter.prometheus.api import Labels, TimeSpan
from generators.policy import DAY, MINUTE
from generators.tuning.incidents import Incident
from generators.tuning.replay import Firing
from generators.tuning.verdicts import Judging, Verdicts, verdicts

FLAP = 30 * MINUTE  # seconds within which an alert that ended must not fire again
NIGHT = (22, 7)  # hours between which a night is
_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Grouping:
    """How Alertmanager groups: by these labels, with one notification in `interval` seconds."""

    by: tuple[str, ...]
    interval: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What an alert would have done in a span.

    notified  when somebody was notified that it fires, Unix seconds
    nights    nights in which that happened
    seconds   for how long it fired, at all places together
    longest   the longest firing
    flaps     how often it fired again within half an hour
    """

    span: TimeSpan
    firings: int
    notified: tuple[float, ...]
    nights: int
    seconds: float
    longest: float
    flaps: int
    verdicts: Verdicts

    def a_week(self, count: float) -> float:
        """Return how many of these there were in a week."""
        return count * _WEEK / self.span.seconds


def backtest(
    firings: Iterable[Firing], signal: str, by: Judging, grouping: Grouping, zone: tzinfo
) -> Backtest:
    """Return what the firings of one alert, on a signal, come to; `zone` is that of the nights."""
    span = by.span
    every = sorted(within(firings, span), key=lambda one: (one.began, one.labels))
    lasting = [min(one.until(span.end), span.end) - one.began for one in every]
    sent = tuple(notifications(every, grouping))
    return Backtest(
        span=span,
        firings=len(every),
        notified=sent,
        nights=len({*nights(sent, zone)}),
        seconds=sum(lasting),
        longest=max(lasting, default=0.0),
        flaps=_flaps(every),
        verdicts=verdicts(every, signal, by),
    )


def within(firings: Iterable[Firing], span: TimeSpan) -> Iterator[Firing]:
    """Yield the firings that began within a span."""
    yield from (one for one in firings if span.start <= one.began <= span.end)


def notifications(firings: Iterable[Firing], grouping: Grouping) -> Iterator[float]:
    """Yield when somebody is notified that an alert fires.

    Of a group, what begins within its interval after a message counts to that message. Messages
    that it has ended, and those that repeat, are left out.
    """
    last: dict[tuple[str, ...], float] = {}
    for one in sorted(firings, key=lambda firing: firing.began):
        labels = dict(one.labels)
        group = tuple(labels.get(name, "") for name in grouping.by)
        if group not in last or one.began >= last[group] + grouping.interval:
            last[group] = one.began
            yield float(one.began)


def nights(times: Iterable[float], zone: tzinfo) -> Iterator[date]:
    """Yield, of each time at night, the date of the evening on which the night began."""
    begins, ends = NIGHT
    for at in times:
        local = datetime.fromtimestamp(at, zone)
        if local.hour >= begins:
            yield local.date()
        elif local.hour < ends:
            yield local.date() - timedelta(days=1)


def _flaps(firings: Iterable[Firing]) -> int:
    """Return how often an alert fired again at its place soon after it had ended."""
    of_place: dict[Labels, list[Firing]] = defaultdict(list)
    for one in firings:
        of_place[one.labels].append(one)
    return sum(
        before.ended is not None and after.began - before.ended < FLAP
        for each in of_place.values()
        for before, after in pairwise(each)
    )


def only_caught(some: Backtest, others: Backtest) -> tuple[Incident, ...]:
    """Return the incidents that some firings catch and others do not."""
    caught = {one.incident.id for one in others.verdicts.caught}
    return tuple(one.incident for one in some.verdicts.caught if one.incident.id not in caught)


def moves(now: Backtest, then: Backtest) -> list[tuple[float, Incident]]:
    """Return by how many seconds each incident that both catch is found later, the least first."""
    before = {one.incident.id: one.delay for one in now.verdicts.caught}
    found = [
        (one.delay - before[one.incident.id], one.incident)
        for one in then.verdicts.caught
        if one.incident.id in before
    ]
    return sorted(found, key=lambda each: (each[0], each[1].id))
