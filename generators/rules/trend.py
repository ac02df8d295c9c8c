"""Time until a limit is reached, for what fills up: a level that rises, and by both of two slopes.

The slower of the slopes of the last hour and of the last six counts, so that neither a step nor
noise passes for growth; and the level has to be high enough to matter. What rises as it rose
yesterday at this time is expected to go on as it did then. A trend that looks ahead for a day or
more uses what a day has added, from the hour of yesterday to this one, in place of six hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.catalog import application, cloud_sql, redis
from exporter.catalog.expression import Expression, Level, LevelRatio, Matcher
from exporter.catalog.model import Reduce, Unit
from exporter.catalog.walk import split
from exporter.settings import Settings
from generators import boards
from generators.boards import PanelAddress, panel_of
from generators.limits import number, shown
from generators.policy import DAY, HOUR, SIGNAL_BY_NAME, Policy, is_brought
from generators.promql import View, render
from generators.rules import slo
from generators.rules.annotations import annotations, of, value
from generators.rules.model import Alerting, Group, Recording, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import HELD, signal_name
from generators.rules.rows import AlertText, Trend

FOR = 30 * 60
LONGEST = 3600  # a step looks like growth while the short window contains it, and no longer
_LONG, _SHORT, _YESTERDAY = "6h", "1h", "offset 1d"


@dataclass(frozen=True, slots=True)
class RecordedLevel:
    """A level that is recorded and no signal: what it is called, after "the", and its split.

    for_alerts  whether no dashboard shows the recorded series
    """

    noun: str
    by: tuple[str, ...]
    expression: Expression
    for_alerts: bool = False


BUDGET_DAYS = 3
_DATABASE = ("gcp_project", "region", "database_id")
_LEVELS: dict[str, RecordedLevel] = {
    "database_memory": RecordedLevel(
        "database memory utilization",
        _DATABASE,
        Level(cloud_sql.MEMORY_UTILIZATION, Reduce.MAX),
    ),
    "database_disk": RecordedLevel(
        "database disk utilization",
        _DATABASE,
        Level(cloud_sql.DISK_UTILIZATION, Reduce.MAX),
    ),
    "pool_utilization": RecordedLevel(
        "share of used connections of the database pool",
        ("region",),
        LevelRatio(
            Level(application.POOL_CONNECTIONS, Reduce.SUM, (Matcher("state", ("active",)),)),
            Level(application.POOL_LIMIT, Reduce.SUM),
        ),
    ),
    "redis_clients": RecordedLevel(
        "share of used Redis connections",
        ("redis_id",),
        LevelRatio(
            Level(redis.CONNECTED_CLIENTS, Reduce.SUM), Level(redis.MAX_CLIENTS, Reduce.SUM)
        ),
        for_alerts=True,
    ),
}


def level_name(metric: str) -> str:
    """Return the name of a recorded level that is no signal."""
    return series(_LEVELS[metric].by, metric, "ratio")


def levels(missing: frozenset[str]) -> tuple[Recording, ...]:
    """Return the rules for the levels that are no signals, but for those of missing families."""
    return tuple(
        Recording(
            level_name(metric),
            render(level.expression, View(window="5m", by=level.by, held=HELD)),
            level.by,
            for_alerts=level.for_alerts,
        )
        for metric, level in _LEVELS.items()
        if is_brought(level.expression, missing)
    )


def expression(trend: Trend) -> Expression:
    """Return what a trend's level is worked out from."""
    if trend.signal:
        return SIGNAL_BY_NAME[trend.signal].expression
    return next(
        level.expression for metric, level in _LEVELS.items() if level_name(metric) == trend.source
    )


def trends(policy: Policy) -> tuple[Trend, ...]:
    """Return what is watched for growth, of what is exported."""
    return tuple(one for one in every(policy) if is_brought(expression(one), policy.missing))


def every(policy: Policy) -> tuple[Trend, ...]:
    """Return what can be watched for growth."""
    lag, memory = SIGNAL_BY_NAME["replication_lag"], SIGNAL_BY_NAME["memory_utilization"]
    allowed = next((a.threshold for a in policy.thresholds if a.signal is lag), 0.5)
    return (
        Trend(
            alert="ReplicationLagTrend",
            subject=lag.noun,
            source=signal_name(lag, split(lag)),
            by=split(lag),
            unit=lag.unit,
            limit=allowed,
            minimum_level=allowed / 4,
            within=HOUR,
            panel=panel_of(lag.name),
            signal=lag.name,
            signed=True,
        ),
        Trend(
            alert="MemoryTrend",
            subject=memory.noun,
            source=signal_name(memory, split(memory)),
            by=split(memory),
            unit=memory.unit,
            limit=1.0,
            minimum_level=0.6,
            within=4 * HOUR,
            panel=panel_of(memory.name),
            signal=memory.name,
        ),
        _filling("DatabaseMemoryTrend", "database_memory", 0.7, DAY, boards.DATABASE_MEMORY),
        _filling("DiskTrend", "database_disk", 0.7, 3 * DAY, boards.DATABASE_DISK),
        _filling("ConnectionPoolTrend", "pool_utilization", 0.5, 4 * HOUR, boards.POOL),
        _filling("RedisClientsTrend", "redis_clients", 0.5, 4 * HOUR, boards.REDIS_CLIENTS),
    )


def _filling(alert: str, metric: str, minimum: float, within: float, panel: PanelAddress) -> Trend:
    level = _LEVELS[metric]
    return Trend(
        alert=alert,
        subject=level.noun,
        source=level_name(metric),
        by=level.by,
        unit=Unit.RATIO,
        limit=1.0,
        minimum_level=minimum,
        within=within,
        panel=panel,
    )


def recordings(trend: Trend) -> tuple[Recording, ...]:
    """Return the rules for the slope, for the time to the limit, and for what a day expects."""
    slope = trend.name("slope")
    found = [
        (slope, slower_slope(trend)),
        (trend.name("seconds"), seconds_left(trend, slope)),
        *(() if trend.far else (_expected(trend),)),
    ]
    return tuple(Recording(name, text, trend.by, for_alerts=True) for name, text in found)


def slower_slope(trend: Trend) -> str:
    """Return the slower of a trend's two slopes, by the second."""
    short = _slope(trend, _SHORT)
    if trend.far:
        return f"({_daily(trend)} < {short}) or ({short} and {_daily(trend)})"
    return f"({_slope(trend, _LONG)} < {short}) or {short}"


def seconds_left(trend: Trend, slope: str) -> str:
    """Return the time until a level that rises by `slope` is at its limit."""
    return f"clamp_min({number(trend.limit)} - {trend.source}, 0) / ({slope} > 0)"


def _slope(trend: Trend, window: str) -> str:
    """Return the slope of a window; none where the level was none within it."""
    text = f"deriv({trend.source}[{window}])"
    return f"({text} and min_over_time({trend.source}[{window}]) >= 0)" if trend.signed else text


def _daily(trend: Trend) -> str:
    """Return what a day has added, by the second; none in the first day."""
    now = f"avg_over_time({trend.source}[{_SHORT}]"
    return f"(({now}) - {now} {_YESTERDAY})) / {DAY})"


def _expected(trend: Trend) -> tuple[str, str]:
    """Return the highest level until `within` from now; none in the first day.

    The level rises as it did yesterday from now on, and by what the slope exceeds yesterday's.
    """
    source, slope, within = trend.source, trend.name("slope"), trend.within
    highest = f"max_over_time({source}[{span(within)}] offset {span(DAY - within)})"
    beyond = f"clamp_min({slope} - {slope} {_YESTERDAY}, 0)"
    text = f"{source} + {highest} - {source} {_YESTERDAY} + {number(within)} * {beyond}"
    return trend.name("expected"), text


def alert(settings: Settings, trend: Trend) -> Alerting:
    """Return the alert on a limit that is near."""
    text = AlertText(
        f"The {trend.subject} {{is}} about to reach {shown(trend.limit, trend.unit)}.",
        f"If it keeps growing at this pace, the {trend.subject} {of(trend.by)} reaches "
        f"{shown(trend.limit, trend.unit)} in {value(Unit.SECONDS)}. The alert fires when less "
        f"than {span(trend.within)} is left.",
        "Check when the growth began, and what changed then.",
        trend.panel,
        value=f"{value(Unit.SECONDS)} left",
        limit=span(trend.within),
    )
    own = (("signal", trend.signal),) if trend.signal else ()
    return Alerting(
        alert=trend.alert,
        expr=_condition(trend),
        labels=(("severity", "low"), *own, ("category", "trend")),
        annotations=annotations(settings, trend.alert, text, trend.by),
        source=trend,
        panel=text.panel,
        carried=trend.by,
        for_=usual_for(trend),
    )


def _condition(trend: Trend) -> str:
    text = (
        f"{trend.name('seconds')} < {number(trend.within)}\n"
        f"and {trend.source} > {number(trend.minimum_level)}"
    )
    # `unless below`, not `and above`: in a first day nothing is expected yet, and growth fires.
    daily = f"\nunless {trend.name('expected')} < {number(trend.limit)}"
    return text if trend.far else text + daily


def usual_for(trend: Trend) -> float:
    """Return how long the condition has to be true: a step looks like growth at first."""
    return max(FOR, min(LONGEST, trend.within / 4))


def _rules(settings: Settings, policy: Policy) -> Iterator[Recording | Alerting]:
    watched = trends(policy)
    for trend in watched:
        yield from recordings(trend)
    yield from (alert(settings, trend) for trend in watched)


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the file."""
    group = Group("ion_trends", slo.LONG_TERM, tuple(_rules(settings, policy)))
    return RuleFile("trend.yml", "What fills up, and when it is full.", (group,))
