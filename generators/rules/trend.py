"""Time until a limit is reached, for what fills up: a level that rises, and by both of two slopes.

The slower of the slopes of the last hour and of the last six counts, so that neither a step nor
noise looks like growth; and the level has to matter already. What rises as it rose yesterday at
this time is expected to go on as it did then. Who looks ahead for a day or more takes what a day
has added, from the hour of yesterday to this one, in place of six hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.catalog import application, cloud_sql, redis
from exporter.catalog.model import Expression, Level, LevelRatio, Matcher, Reduce, Unit
from exporter.settings import Settings
from generators import boards
from generators.boards import SIGNAL_PANELS, Panel
from generators.policy import BAD_EVENTS, DAY, HOUR, SIGNAL_BY_NAME, Policy, number, shown, split
from generators.promql import View, render
from generators.rules import slo
from generators.rules.model import Alerting, Group, Recording, RuleFile
from generators.rules.names import series, span
from generators.rules.recording import HELD, signal_name
from generators.rules.wording import Says, annotations, of, value

HOLD = 30 * 60
LONGEST = 3600  # a step looks like growth while the short window holds it, and no longer
_LONG, _SHORT, _YESTERDAY = "6h", "1h", "offset 1d"


@dataclass(frozen=True, slots=True)
class Trend:
    """What fills up.

    source  name of the recorded level
    limit   where it is full, in the level's unit
    worth   level from which growth is told
    within  seconds to the limit that are told
    signed  whether a level below 0 is none, such as the lag of a replica that stands still
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
    signed: bool = False

    @property
    def far(self) -> bool:
        """Whether it looks ahead for a day or more."""
        return self.within >= DAY

    def name(self, what: str) -> str:
        """Return the name of a series of the trend: slope, seconds or expected."""
        return f"{self.source.rpartition(':')[0]}:trend_{what}"


BUDGET_DAYS = 3
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
            signed=True,
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
            boards.REDIS_CLIENTS,
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
    """Return the rules for the slope, for the time to the limit, and for what a day expects."""
    slope, limit = trend.name("slope"), number(trend.limit)
    short = _slope(trend, _SHORT)
    if trend.far:
        slower = f"({_daily(trend)} < {short}) or ({short} and {_daily(trend)})"
    else:
        slower = f"({_slope(trend, _LONG)} < {short}) or {short}"
    seconds = f"clamp_min({limit} - {trend.source}, 0) / ({slope} > 0)"
    found = (
        Recording(slope, slower, trend.by),
        Recording(trend.name("seconds"), seconds, trend.by),
    )
    return found if trend.far else (*found, Recording(*_expected(trend), trend.by))


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
    says = Says(
        f"{trend.subject} will reach its limit.",
        f"{trend.subject} {of(trend.by)} reaches {shown(trend.limit, trend.unit)} in "
        f"{value(Unit.SECONDS)}, if it goes on like this; it fires below {span(trend.within)}.",
        "Look at since when it rises, and at what began then.",
        trend.panel,
    )
    own = (("signal", trend.signal),) if trend.signal else ()
    text = (
        f"{trend.name('seconds')} < {number(trend.within)}\n"
        f"and {trend.source} > {number(trend.worth)}"
    )
    daily = f"\nunless {trend.name('expected')} < {number(trend.limit)}"
    return Alerting(
        trend.alert,
        text if trend.far else text + daily,
        (("severity", "low"), *own, ("category", "trend")),
        annotations(settings, trend.alert, says, trend.by),
        trend.by,
        hold(trend),
    )


def hold(trend: Trend) -> float:
    """Return how long it has to hold, so that a step is not told: it looks like growth at first."""
    return max(HOLD, min(LONGEST, trend.within / 4))


def budget_alert(settings: Settings) -> Alerting:
    """Return the alert on an error budget that will be spent within some days."""
    name = "ErrorBudgetTrend"
    says = Says(
        "The error budget will be spent.",
        f"The error budget {of(slo.BY)} is spent in {value(Unit.SECONDS)}, if errors go on "
        f"like in the last six hours; it fires below {BUDGET_DAYS}d.",
        "Look at which errors burn it, and at what began when they did.",
        boards.BUDGET,
    )
    return Alerting(
        name,
        f"{slo.EXHAUSTION} < {BUDGET_DAYS * DAY}\n"
        f"and {slo.events('errors', 6 * HOUR)} >= {BAD_EVENTS}",
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
