"""Time until a limit is reached, for what fills up: a level that rises, and by both of two slopes.

The slower of the slopes of the last hour and of the last six counts, so that neither a step nor
noise looks like growth; and the level has to matter already.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.catalog import application, cloud_sql, redis
from exporter.catalog.model import Expression, Level, LevelRatio, Matcher, Reduce, Unit
from exporter.settings import Settings
from generators import boards
from generators.boards import SIGNAL_PANELS, Panel
from generators.policy import DAY, HOUR, SIGNAL_BY_NAME, Policy, number, shown, split
from generators.promql import View, render
from generators.rules import slo
from generators.rules.model import Alerting, Group, Recording, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import HELD, signal_name
from generators.rules.wording import Says, annotations, of, value

HOLD = 30 * 60
LONGEST = 3600  # a step looks like growth while the short window holds it, and no longer
_LONG, _SHORT = "6h", "1h"


@dataclass(frozen=True, slots=True)
class Trend:
    """What fills up.

    source  name of the recorded level
    limit   where it is full, in the level's unit
    worth   level from which growth is told
    within  seconds to the limit that are told
    """

    alert: str
    subject: str
    source: str
    by: tuple[str, ...]
    unit: Unit
    limit: float
    worth: float
    within: float
    panel: Panel
    signal: str = ""

    def name(self, what: str) -> str:
        """Return the name of a series of the trend: slope or seconds."""
        return f"{self.source.rpartition(':')[0]}:trend_{what}"


_DATABASE = ("gcp_project", "region", "database_id")
_LEVELS: dict[str, tuple[tuple[str, ...], Expression]] = {
    "database_memory": (_DATABASE, Level(cloud_sql.MEMORY_UTILIZATION, Reduce.MAX)),
    "database_disk": (_DATABASE, Level(cloud_sql.DISK_UTILIZATION, Reduce.MAX)),
    "pool_utilization": (
        ("region",),
        LevelRatio(
            Level(application.POOL_CONNECTIONS, Reduce.SUM, (Matcher("state", ("active",)),)),
            Level(application.POOL_LIMIT, Reduce.SUM),
        ),
    ),
    "redis_clients": (
        ("redis_id",),
        LevelRatio(
            Level(redis.CONNECTED_CLIENTS, Reduce.SUM), Level(redis.MAX_CLIENTS, Reduce.SUM)
        ),
    ),
}


def level_name(metric: str) -> str:
    """Return the name of a recorded level that is no signal."""
    return series(_LEVELS[metric][0], metric, "ratio")


def levels() -> tuple[Recording, ...]:
    """Return the rules for the levels that are no signals."""
    return tuple(
        Recording(level_name(metric), render(expression, View("5m", by, held=HELD)), by)
        for metric, (by, expression) in _LEVELS.items()
    )


def expression(trend: Trend) -> Expression:
    """Return what a trend's level is worked out from."""
    if trend.signal:
        return SIGNAL_BY_NAME[trend.signal].expression
    return next(
        found for metric, (_, found) in _LEVELS.items() if level_name(metric) == trend.source
    )


def trends(policy: Policy) -> tuple[Trend, ...]:
    """Return what is watched for growth."""
    lag, memory = SIGNAL_BY_NAME["replication_lag"], SIGNAL_BY_NAME["memory_utilization"]
    allowed = next((a.threshold for a in policy.thresholds if a.signal is lag), 0.5)
    return (
        Trend(
            "ReplicationLagTrend",
            "The replication lag",
            signal_name(lag, split(lag)),
            split(lag),
            Unit.SECONDS,
            allowed,
            allowed / 4,
            HOUR,
            SIGNAL_PANELS[lag.name],
            lag.name,
        ),
        Trend(
            "MemoryTrend",
            "The memory utilization of containers",
            signal_name(memory, split(memory)),
            split(memory),
            Unit.RATIO,
            1.0,
            0.6,
            4 * HOUR,
            SIGNAL_PANELS[memory.name],
            memory.name,
        ),
        _filling("DatabaseMemoryTrend", "database_memory", 0.7, DAY, boards.DATABASE_MEMORY),
        _filling("DiskTrend", "database_disk", 0.7, 3 * DAY, boards.DATABASE_DISK),
        _filling("ConnectionPoolTrend", "pool_utilization", 0.5, 4 * HOUR, boards.POOL),
        _filling(
            "RedisClientsTrend",
            "redis_clients",
            0.5,
            4 * HOUR,
            SIGNAL_PANELS["redis_health"],
        ),
    )


_SUBJECTS = {
    "database_memory": "The memory utilization",
    "database_disk": "The disk utilization",
    "pool_utilization": "The share of the database pool's connections that are in use",
    "redis_clients": "The share of Redis' client connections that are in use",
}


def _filling(alert: str, metric: str, worth: float, within: float, panel: Panel) -> Trend:
    by = _LEVELS[metric][0]
    subject = _SUBJECTS[metric]
    return Trend(alert, subject, level_name(metric), by, Unit.RATIO, 1.0, worth, within, panel)


def recordings(trend: Trend) -> tuple[Recording, ...]:
    """Return the rules for the slope and for the time to the limit."""
    long, short = (f"deriv({trend.source}[{window}])" for window in (_LONG, _SHORT))
    slope, limit = trend.name("slope"), number(trend.limit)
    return (
        Recording(slope, f"({long} < {short}) or {short}", trend.by),
        Recording(
            trend.name("seconds"),
            f"clamp_min({limit} - {trend.source}, 0) / ({slope} > 0)",
            trend.by,
        ),
    )


def alert(settings: Settings, trend: Trend) -> Alerting:
    """Return the alert on a limit that is near."""
    says = Says(
        f"{trend.subject} will reach its limit.",
        f"{trend.subject} {of(trend.by)} reaches {shown(trend.limit, trend.unit)} in "
        f"{value(Unit.SECONDS)}, if it goes on like this; {span(trend.within)} is told.",
        "Look at since when it rises, and at what began then.",
        trend.panel,
    )
    own = (("signal", trend.signal),) if trend.signal else ()
    return Alerting(
        trend.alert,
        f"{trend.name('seconds')} < {number(trend.within)}\n"
        f"and {trend.source} > {number(trend.worth)}",
        (("severity", "low"), *own, ("category", "trend")),
        annotations(settings, trend.alert, says, trend.by),
        trend.by,
        hold(trend),
    )


def hold(trend: Trend) -> float:
    """Return how long it has to hold, so that a step is not told: it looks like growth at first."""
    return max(HOLD, min(LONGEST, trend.within / 4))


def budget_alert(settings: Settings) -> Alerting:
    """Return the alert on an error budget that will be spent within three days."""
    name, days = "ErrorBudgetTrend", 3
    says = Says(
        "The error budget will be spent.",
        f"The error budget {of(slo.BY)} is spent in {value(Unit.SECONDS)}, if errors go on "
        f"like in the last six hours; {days}d is told.",
        "Look at which errors burn it, and at what began when they did.",
        boards.BUDGET,
    )
    return Alerting(
        name,
        f"{slo.EXHAUSTION} < {days * DAY}",
        (("severity", "low"), ("signal", "availability"), ("category", "trend")),
        annotations(settings, name, says, slo.BY),
        slo.BY,
        HOLD,
    )


def _rules(settings: Settings, policy: Policy) -> Iterator[Recording | Alerting]:
    watched = trends(policy)
    for trend in watched:
        yield from recordings(trend)
    yield from (alert(settings, trend) for trend in watched)


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the file."""
    group = Group("ion_trends", slo.LONG_TERM, tuple(_rules(settings, policy)))
    return RuleFile("trend.yml", "What fills up, and when it is full.", (group,))


def longterm_file(settings: Settings) -> RuleFile:
    """Return the trend of what needs the whole window of the objective."""
    group = Group("ion_budget_trend", slo.LONG_TERM, (budget_alert(settings),))
    about = "When the error budget will be spent; for the server with 90 days."
    return RuleFile("longterm-trend.yml", about, (group,))
