"""How long it takes from a fault to a notification, in parts, each with a minimum and a maximum.

Google's delay is what the catalog documents. The exporter learns the true delay, and exceeds the
maximum only if Google does.
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
from generators.policy import DAY, HOUR, MINUTE, WINDOW
from generators.rules import anomaly, correlation
from generators.rules.build import Rules
from generators.rules.model import Alerting, Group
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.rows import Band, BudgetTrend, HealthAlert, Pair, Trend
from generators.runbooks.sources import Sources, sources

FLUSH = 1.0  # of the recorder in the application, seconds
SLOPE = 6 * HOUR
_LONG = 2 * HOUR  # beyond this, minutes alone are hard to read
SHARES = (1.0, 0.1, 0.01)


@dataclass(frozen=True, slots=True)
class TimePart:
    """A part of the time: what has to happen, and how many seconds that takes."""

    what: str
    minimum: float
    maximum: float


def parts(settings: Settings, rules: Rules, rule: Alerting) -> tuple[TimePart, ...]:
    """Return the parts from a fault to the first notification, in order."""
    built_on = sources(rules, rule)
    found = [*_data(settings, built_on)]
    found.append(TimePart("until Prometheus scrapes it", 0, settings.prometheus.scrape_interval))
    found += _filling(rule)
    found += (_recorded(group) for group in built_on.recorded)
    interval = built_on.group.interval
    found.append(TimePart("until the alert is evaluated", 0, interval))
    if rule.for_:
        for_ = ceil(rule.for_ / interval) * interval
        found.append(TimePart("the alert's `for`", for_, for_))
    if rule.severity in CHANNELS:
        wait = timers(settings).of(rule.severity).wait
        found.append(TimePart("Alertmanager waits for other alerts of the group", wait, wait))
    return tuple(found)


def total(found: tuple[TimePart, ...]) -> tuple[float, float]:
    """Return the sums of the minimums and of the maximums."""
    return sum(part.minimum for part in found), sum(part.maximum for part in found)


def minutes(found: tuple[TimePart, ...]) -> str:
    """Return the sum as people read it: 5 to 14 minutes."""
    minimum, maximum = total(found)
    if maximum <= _LONG:
        return f"{floor(minimum / MINUTE)} to {ceil(maximum / MINUTE)} minutes"
    shortest, longest = floor(minimum / MINUTE) * MINUTE, ceil(maximum / MINUTE) * MINUTE
    return f"{duration(shortest)} to {duration(longest)}"


def _recorded(group: Group) -> TimePart:
    return TimePart(f"until `{group.name}` records it", 0, group.interval)


def _data(settings: Settings, built_on: Sources) -> tuple[TimePart, ...]:
    """Return the parts until the slowest family is in the exporter's exposition."""
    ways = [tuple(_way(settings, family)) for family in built_on.families]
    return max(ways, key=lambda way: total(way)[1], default=())


def _way(settings: Settings, family: Family) -> Iterator[TimePart]:
    source = _source(settings, family)
    if isinstance(source, CloudMonitoring):
        shortest, interval = max(0, source.delay - source.period), _interval(settings, family)
        yield TimePart(f"Google samples it every {span(source.period)}", 0, source.period)
        yield TimePart("Google makes the sample readable", shortest, source.delay)
        rest = ceil(interval / source.period) * source.period - source.period
        yield TimePart("the exporter reads it at once, or at its next poll", 0, rest)
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
    """Return where a family is read: those of an application may come by other roads."""
    road = _ROADS.get(settings.application.road)
    if road is None or not isinstance(family.source, ApplicationMetric):
        return family.source
    return next((f.source for f in road() if f.name == family.name), family.source)


def _interval(settings: Settings, family: Family) -> float:
    """Return the time between two reads of a family."""
    own = settings.google.metrics.get(family.name)
    if own is not None:
        return own.interval or settings.google.poll_interval
    configured = [s.interval for s in settings.google.configured_for(family.name) if s.interval]
    return configured[-1] if configured else settings.google.poll_interval


def _filling(rule: Alerting) -> Iterator[TimePart]:
    """Yield the time until the condition is true: the larger the fault, the shorter."""
    row = rule.source
    match row:
        case ThresholdAlert() if not is_level(row.signal):
            yield TimePart(f"the window of {span(WINDOW)} passes the threshold", 0, WINDOW)
        case BurnAlert():
            longest = max(window.long for window in row.windows)
            yield TimePart("the long window passes its limit", seconds_to_limit(row, 1.0), longest)
        case Trend():
            yield TimePart("both slopes show it", 0, DAY if row.far else SLOPE)
        case BudgetTrend():
            yield TimePart(f"the burn rate of {span(SLOPE)} shows it", 0, SLOPE)
        case Band():
            yield TimePart(f"the mean of {span(anomaly.FOR)} leaves the band", 0, anomaly.FOR)
        case Pair():
            window = correlation.WINDOW
            yield TimePart(f"the window of {span(window)} passes the limit", 0, window)
        case HealthAlert(age=age) if age:
            yield TimePart("the age at which it fires is reached", age, age)


def seconds_to_limit(row: BurnAlert, share: float) -> float:
    """Return the seconds until the first long window passes its limit, if a share of all fails."""
    pairs = zip(row.windows, row.factors, strict=True)
    limits = ((f * row.objective.budget, w.long) for w, f in pairs)
    return min(
        (long * limit / share for limit, long in limits if share > limit), default=float("inf")
    )
