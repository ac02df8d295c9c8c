"""Panels of Redis in detail: commands, clients, memory, network."""

from exporter.catalog import CATALOG
from exporter.catalog.expression import Events, MeanOf, Rate
from exporter.catalog.model import Reduce, Unit
from generators.boards import SIGNAL_PANELS
from generators.dashboards.bands import band
from generators.dashboards.limits import DOWN
from generators.dashboards.model import Panel, SeriesCount, Target, ValueMapping
from generators.dashboards.queries import BoardQueries, rest, top
from generators.dashboards.signal_panels import RARE, help_of, with_unknown
from generators.dashboards.signal_style import EVENTS
from generators.policy import SIGNAL_BY_NAME

CACHE = ("redis_id",)
HEALTH = (ValueMapping("1", "answers", "ok"), ValueMapping("0", "down", "critical"))
_COUNT, _RATE, _COMMANDS = Unit.NONE.grafana, EVENTS, "ops"


def time_of_commands() -> MeanOf:
    """Return the mean time of commands."""
    return MeanOf(
        Events(CATALOG["redis_commands_duration_seconds_total"]),
        Events(CATALOG["redis_commands_total"]),
    )


def rounded(seconds: str) -> str:
    """Return seconds in steps of ten nanoseconds, so that 0.9999 µs is no 1000.0 ns."""
    return f"round({seconds}, 1e-08)"


def panels(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels by name."""
    return {**_work(queries), **_health(queries), **_detail(queries)}


def _work(queries: BoardQueries) -> dict[str, Panel]:
    commands = queries.raw(Rate(Events(CATALOG["redis_commands_total"])), ("cmd",))
    times = rounded(queries.raw(time_of_commands(), ("cmd",)))
    return {
        "commands": Panel(
            number=132,
            title="Commands",
            what="Commands a second: the seven most frequent commands, and all others together.",
            unit=_COMMANDS,
            targets=(
                Target(expr=top(commands, 7), legend="{{cmd}}"),
                Target(expr=rest(commands, 7), legend="others"),
            ),
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
        "times": Panel(
            number=133,
            title="Command time, mean",
            what="Mean time that Redis takes for each of the slowest commands.",
            unit=Unit.SECONDS.grafana,
            targets=(Target(expr=top(times), legend="{{cmd}}"),),
            decimals=1,
            series=SeriesCount.MANY,
            minimum=0.0,
        ),
    }


def _health(queries: BoardQueries) -> dict[str, Panel]:
    health = SIGNAL_BY_NAME["redis_health"]
    return {
        "health": Panel(
            number=SIGNAL_PANELS[health.name].number,
            title="Does Redis answer?",
            what=health.help,
            unit=health.unit.grafana,
            targets=with_unknown(
                Target(expr=queries.signal(health.name, CACHE), legend="{{redis_id}}")
            ),
            decimals=0,
            series=SeriesCount.ONE,
            limits=DOWN,
            mappings=HEALTH,
        ),
        "refused": Panel(
            number=134,
            title="Refused connections",
            what="Connections a second that Redis refused because its limit of clients was "
            "reached.",
            unit=_RATE,
            targets=(
                Target(
                    expr=queries.raw(
                        Rate(Events(CATALOG["redis_rejected_connections_total"])), CACHE
                    ),
                    legend="{{redis_id}}",
                ),
            ),
            decimals=2,
            colour="errors",
            minimum=0.0,
            soft=RARE,
        ),
        "blocked": Panel(
            number=139,
            title="Blocked clients",
            what=help_of(CATALOG["redis_blocked_clients"]),
            unit=_COUNT,
            targets=(
                Target(
                    expr=queries.level(CATALOG["redis_blocked_clients"], Reduce.SUM, CACHE),
                    legend="{{redis_id}}",
                ),
            ),
            minimum=0.0,
            soft=RARE,
        ),
    }


def _detail(queries: BoardQueries) -> dict[str, Panel]:
    return {
        "fragmentation": Panel(
            number=135,
            title="Memory fragmentation",
            what=f"{help_of(CATALOG['redis_mem_fragmentation_ratio'])} The highest value of each "
            f"cache's nodes.",
            unit=Unit.RATIO.grafana,
            targets=(
                Target(
                    expr=queries.level(CATALOG["redis_mem_fragmentation_ratio"], Reduce.MAX, CACHE),
                    legend="{{redis_id}}",
                ),
            ),
            decimals=2,
            minimum=0.0,
        ),
        "network": Panel(
            number=136,
            title="Network",
            what="Bytes a second that Redis received and sent.",
            unit="Bps",
            targets=tuple(
                Target(
                    expr=queries.raw(Rate(Events(CATALOG[f"redis_net_{way}_bytes_total"]))),
                    legend=legend,
                )
                for way, legend in (("input", "received"), ("output", "sent"))
            ),
            decimals=1,
            minimum=0.0,
        ),
        "band": band(queries, 138, "cache_hit_rate_l2", "Hit rate, L2", "redis_id"),
        "slow": Panel(
            number=137,
            title="Commands in the slow log",
            what=help_of(CATALOG["redis_slowlog_length"]),
            unit=_COUNT,
            targets=(
                Target(
                    expr=queries.level(CATALOG["redis_slowlog_length"], Reduce.SUM, CACHE),
                    legend="{{redis_id}}",
                ),
            ),
            minimum=0.0,
        ),
    }
