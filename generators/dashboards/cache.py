"""The panels of Cache: their queries and texts."""

from exporter.catalog import CATALOG, application
from exporter.catalog.expression import Events, Level, LevelRatio, Rate
from exporter.catalog.model import Reduce, Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import cache_inside
from generators.dashboards.cache_inside import CACHE, HEALTH, rounded, time_of_commands
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import DOWN
from generators.dashboards.links import to_panel
from generators.dashboards.model import BoardText, Panel, SeriesCount, Target, ValueMapping
from generators.dashboards.queries import NOW, BoardQueries
from generators.dashboards.signal_panels import RARE, REGION, help_of, now, over_time
from generators.dashboards.signal_style import EVENTS
from generators.policy import SIGNAL_BY_NAME

QUERIES = BoardQueries(("region", "redis_id"))
_COUNT = Unit.NONE.grafana
_RATE, _READS, _COMMANDS = EVENTS, EVENTS, "ops"


def board(facts: Facts) -> BoardText:
    """Return the board."""
    del facts
    return BoardText(
        board=Board.CACHE,
        question="Does the cache answer? If not, why?",
        refresh="1m",
        past="now-6h",
        variables=QUERIES.labels,
        panels={
            **_answers(),
            **_load(),
            **_rates(),
            **_misses(),
            **_room(),
            **cache_inside.panels(QUERIES),
        },
    )


def _answers() -> dict[str, Panel]:
    health = SIGNAL_BY_NAME["redis_health"]
    return {
        "l1_now": now(
            QUERIES,
            "cache_hit_rate_l1",
            90,
            "L1 hits",
            to_panel(SIGNAL_PANELS["cache_hit_rate_l1"], "Open L1"),
        ),
        "l2_now": now(
            QUERIES,
            "cache_hit_rate_l2",
            91,
            "L2 hits",
            to_panel(SIGNAL_PANELS["cache_hit_rate_l2"], "Open L2"),
        ),
        "up_now": Panel(
            number=92,
            title="Redis",
            what=health.help,
            unit=health.unit.grafana,
            targets=(Target(expr=QUERIES.signal(health.name), legend="health", instant=True),),
            decimals=0,
            series=SeriesCount.ONE,
            limits=DOWN,
            mappings=HEALTH,
            links=(to_panel(SIGNAL_PANELS[health.name], "Open health"),),
        ),
    }


def _load() -> dict[str, Panel]:
    held = Level(CATALOG["redis_memory_used_bytes"], Reduce.SUM)
    used = QUERIES.raw(LevelRatio(held, Level(CATALOG["redis_memory_max_bytes"], Reduce.SUM)))
    return {
        "memory_now": Panel(
            number=93,
            title="Memory",
            what="Share of its memory limit that Redis uses.",
            unit=Unit.RATIO.grafana,
            targets=(
                Target(expr=f"{used} or {QUERIES.raw(held)} * 0 - 1", legend="used", instant=True),
            ),
            decimals=1,
            series=SeriesCount.ONE,
            mappings=(ValueMapping("-1", "no limit is set", "plain"),),
            minimum=0.0,
            maximum=1.0,
        ),
        "evictions_now": now(
            QUERIES,
            "cache_evictions",
            94,
            "Evictions",
            to_panel(SIGNAL_PANELS["cache_evictions"], "Open evictions"),
        ),
        "time_now": Panel(
            number=95,
            title="Latency",
            what="Mean time that Redis takes for a command, without the network.",
            unit=Unit.SECONDS.grafana,
            targets=(
                Target(
                    expr=rounded(QUERIES.raw(time_of_commands(), window=NOW)),
                    legend="mean",
                    instant=True,
                ),
            ),
            decimals=1,
            series=SeriesCount.ONE,
            minimum=0.0,
        ),
    }


def _rates() -> dict[str, Panel]:
    return {
        "l1": over_time(
            QUERIES,
            "cache_hit_rate_l1",
            SIGNAL_PANELS["cache_hit_rate_l1"].number,
            "Hit rate, L1",
            REGION,
        ),
        "l2": over_time(
            QUERIES,
            "cache_hit_rate_l2",
            SIGNAL_PANELS["cache_hit_rate_l2"].number,
            "Hit rate, L2",
            CACHE,
            week=True,
        ),
    }


def _per_second(number: int, title: str, name: str, by: tuple[str, ...], **more: str) -> Panel:
    """Return a panel of events a second, straight from their counter."""
    found = CATALOG[name]
    legend = ", ".join(f"{{{{{label}}}}}" for label in by)
    return Panel(
        number=number,
        title=title,
        what=help_of(found),
        unit=_RATE,
        targets=(Target(expr=QUERIES.raw(Rate(Events(found)), by), legend=legend),),
        decimals=2,
        empty=more.get("empty", "no data"),
        minimum=0.0,
        soft=RARE,
    )


def _misses() -> dict[str, Panel]:
    reads = {
        "hits": ("redis_keyspace_hits_total", "ok"),
        "misses": ("redis_keyspace_misses_total", "errors"),
    }
    return {
        "misses": over_time(
            QUERIES, "cache_misses", SIGNAL_PANELS["cache_misses"].number, "Misses, L2", CACHE
        ),
        "evictions": over_time(
            QUERIES,
            "cache_evictions",
            SIGNAL_PANELS["cache_evictions"].number,
            "Evictions, L2",
            CACHE,
        ),
        "reads": Panel(
            number=96,
            title="Reads of L2",
            what="Reads a second: hits were answered by Redis, misses were not.",
            unit=_READS,
            targets=tuple(
                Target(
                    expr=QUERIES.expression(Rate(Events(CATALOG[name]))),
                    legend=legend,
                    colour=colour,
                )
                for legend, (name, colour) in reads.items()
            ),
            decimals=0,
            minimum=0.0,
        ),
        "l1_misses": Panel(
            number=97,
            title="Misses, L1",
            what=help_of(application.L1_MISSES),
            unit=_READS,
            targets=(
                Target(
                    expr=QUERIES.expression(Rate(Events(application.L1_MISSES)), REGION),
                    legend="{{region}}",
                ),
            ),
            decimals=0,
            minimum=0.0,
        ),
        "expired": _per_second(98, "Expired keys", "redis_expired_keys_total", CACHE),
    }


def _room() -> dict[str, Panel]:
    keys, used = (
        QUERIES.level(CATALOG[name], Reduce.SUM, CACHE)
        for name in ("redis_db_keys", "redis_memory_used_bytes")
    )
    return {
        "memory": _against(
            99,
            "Memory and its limit",
            ("redis_memory_used_bytes", "redis_memory_max_bytes"),
            Unit.BYTES.grafana,
        ),
        "clients": _against(
            boards.REDIS_CLIENTS.number,
            "Clients and their limit",
            ("redis_connected_clients", "redis_config_maxclients"),
            _COUNT,
        ),
        "keys": Panel(
            number=131,
            title="Keys",
            what=help_of(CATALOG["redis_db_keys"]),
            unit=_COUNT,
            targets=(
                Target(
                    expr=f"{keys} or {used} * 0",  # a database without keys is not reported
                    legend="{{redis_id}}",
                ),
            ),
            decimals=1,
            minimum=0.0,
        ),
    }


def _against(number: int, title: str, names: tuple[str, str], unit: str) -> Panel:
    used, limit = (CATALOG[name] for name in names)
    return Panel(
        number=number,
        title=title,
        what=f"{help_of(used)} The dashed line: {help_of(limit)[0].lower()}{help_of(limit)[1:]}",
        unit=unit,
        targets=(
            Target(expr=QUERIES.level(used, Reduce.SUM, CACHE), legend="{{redis_id}}"),
            Target(
                expr=f"{QUERIES.level(limit, Reduce.SUM, CACHE)} > 0",
                legend="{{redis_id}} limit",
                style="limit",
            ),
        ),
        decimals=1,
        series=SeriesCount.MANY,
        minimum=0.0,
    )
