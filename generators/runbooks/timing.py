"""How long it takes from a fault to a message: the parts, each with its least and its most.

Google's delay is what the catalog documents; the exporter learns the true one, and is never slower
than the most that is said here unless Google is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

from exporter.catalog import roads
from exporter.catalog.model import ApplicationMetric, CloudMonitoring, Family, RedisInfo
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ThresholdAlert
from generators.alertmanager.plan import CHANNELS, timers
from generators.policy import DAY, HOUR, MINUTE, WINDOW, Policy
from generators.rules import anomaly, correlation
from generators.rules.build import Rules
from generators.rules.model import Alerting, Group
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.rows import Band, BudgetTrend, HealthAlert, Pair, Trend
from generators.runbooks.sources import Sources, sources

FLUSH = 1.0  # of the recorder in the application, seconds
SLOPE = 6 * HOUR
_LONG = 2 * HOUR  # from which minutes alone are hard to read
SHARES = (1.0, 0.1, 0.01)


@dataclass(frozen=True, slots=True)
class TimePart:
    """A part of the time: what passes, in seconds at least and at most."""

    what: str
    least: float
    most: float


def parts(settings: Settings, rules: Rules, held: Policy, rule: Alerting) -> tuple[TimePart, ...]:
    """Return the parts from a fault to the first notification, in order."""
    of = sources(rules, rule)
    found = [*_data(settings, of)]
    found.append(TimePart("until Prometheus scrapes it", 0, settings.prometheus.scrape_interval))
    found += _filling(rule, held)
    found += (_recorded(group) for group in of.recorded)
    interval = of.group.interval
    found.append(TimePart("until the alert is evaluated", 0, interval))
    if rule.for_:
        for_ = ceil(rule.for_ / interval) * interval
        found.append(TimePart("the alert's own `for`", for_, for_))
    if rule.severity in CHANNELS:
        wait = timers(settings).of(rule.severity).wait
        found.append(TimePart("Alertmanager's wait for others of the group", wait, wait))
    return tuple(found)


def total(found: tuple[TimePart, ...]) -> tuple[float, float]:
    """Return the sums of the least and of the most."""
    return sum(part.least for part in found), sum(part.most for part in found)


def minutes(found: tuple[TimePart, ...]) -> str:
    """Return the sum as people read it: 5 to 14 minutes."""
    least, most = total(found)
    text = f"{floor(least / MINUTE)} to {ceil(most / MINUTE)} minutes"
    return text if most <= _LONG else f"{text} (up to {duration(ceil(most / MINUTE) * MINUTE)})"


def _recorded(group: Group) -> TimePart:
    return TimePart(f"until `{group.name}` records it", 0, group.interval)


def _data(settings: Settings, of: Sources) -> tuple[TimePart, ...]:
    """Return the way of the slowest family onto the exporter's page."""
    ways = [tuple(_way(settings, family)) for family in of.families]
    return max(ways, key=lambda way: total(way)[1], default=())


def _way(settings: Settings, family: Family) -> Iterator[TimePart]:
    source = _source(settings, family)
    if isinstance(source, CloudMonitoring):
        least, interval = max(0, source.delay - source.period), _interval(settings, family)
        yield TimePart(f"Google samples it each {span(source.period)}", 0, source.period)
        yield TimePart("Google makes the sample readable", least, source.delay)
        rest = ceil(interval / source.period) * source.period - source.period
        yield TimePart("the exporter reads it just then, or at its next turn", 0, rest)
    elif isinstance(source, RedisInfo):
        each = [t.interval or settings.redis.poll_interval for t in settings.redis.targets]
        yield TimePart(
            "the exporter reads Redis", 0, max(each, default=settings.redis.poll_interval)
        )
    elif isinstance(source, ApplicationMetric):
        yield TimePart("the application sends it to Redis", 0, FLUSH)
        yield TimePart("the exporter reads it there", 0, settings.application.poll_interval)


_ROADS = {"logs": roads.by_logs, "managed_prometheus": roads.by_managed_prometheus}


def _source(settings: Settings, family: Family) -> object:
    """Return where a family is read: an application's may come by other roads."""
    road = _ROADS.get(settings.application.road)
    if road is None or not isinstance(family.source, ApplicationMetric):
        return family.source
    return next((f.source for f in road() if f.name == family.name), family.source)


def _interval(settings: Settings, family: Family) -> float:
    """Return the time between two reads of a family."""
    said = [s.interval for s in settings.google.configured_for(family.name) if s.interval]
    return said[-1] if said else settings.google.poll_interval


def _filling(rule: Alerting, held: Policy) -> Iterator[TimePart]:
    """Yield the time that the condition needs to become true: short for much, long for little."""
    row = rule.source
    match row:
        case ThresholdAlert() if not is_level(row.signal):
            yield TimePart(f"enough of the window of {span(WINDOW)} is bad", 0, WINDOW)
        case BurnAlert():
            most = row.windows[-1].long
            yield TimePart("enough of the long window is bad", burnt(row, held, 1.0), most)
        case Trend():
            yield TimePart("both slopes show it", 0, DAY if row.far else SLOPE)
        case BudgetTrend():
            yield TimePart("both slopes show it", 0, SLOPE)
        case Band():
            yield TimePart(f"the mean of {span(anomaly.FOR)} leaves the band", 0, anomaly.FOR)
        case Pair():
            window = correlation.WINDOW
            yield TimePart(f"enough of the window of {span(window)} shows it", 0, window)
        case HealthAlert(age=age) if age:
            yield TimePart("the age at which it fires is reached", age, age)


def burnt(row: BurnAlert, held: Policy, share: float) -> float:
    """Return the seconds after which the first long window is over, where a share of all fails."""
    pairs = zip(row.windows, row.factors, strict=True)
    limits = ((f * held.objective.budget, w.long) for w, f in pairs)
    return min(
        (long * limit / share for limit, long in limits if share > limit), default=float("inf")
    )
