"""The panels of Infrastructure: their queries and texts."""

from dataclasses import replace

from exporter.catalog import CATALOG, cloud_run, own
from exporter.catalog.expression import Events, Quantile, Rate
from exporter.catalog.model import Family, Reduce, Unit
from generators import boards
from generators.boards import SIGNAL_PANELS, Board
from generators.dashboards import configured, monitoring
from generators.dashboards.bands import band
from generators.dashboards.descriptions import Facts
from generators.dashboards.limits import AGE
from generators.dashboards.links import to_panel
from generators.dashboards.model import BoardText, Panel, SeriesCount, Target
from generators.dashboards.queries import BoardQueries
from generators.dashboards.signal_panels import REGION, help_of, now, over_time
from generators.dashboards.signal_style import EVENTS
from generators.policy import WINDOW
from generators.rules.names import span
from generators.rules.trend import level_name

QUERIES = BoardQueries(("gcp_project", "region", "service_name", "database_id"))
DATABASE = ("database_id",)
_COUNT, _RATIO = Unit.NONE.grafana, Unit.RATIO.grafana
_RATE, _SECONDS = EVENTS, Unit.SECONDS.grafana
_DEPLOY = "During a deploy, the old and the new revision both count for some minutes."
_LEVEL = ("gcp_project", "region", "database_id")


def board(facts: Facts) -> BoardText:
    """Return the board."""
    found = {**_state(), **_containers(), **_database(), **_more_database()}
    return BoardText(
        board=Board.INFRASTRUCTURE,
        question="Are there enough resources, and does the monitoring itself work?",
        refresh="1m",
        past="now-6h",
        variables=QUERIES.labels,
        panels={
            **found,
            **monitoring.panels(QUERIES),
            **configured.panels(facts.policy, QUERIES),
        },
    )


def _state() -> dict[str, Panel]:
    names = (
        ("instances", 140, "Instances"),
        ("cpu_utilization", 141, "CPU"),
        ("memory_utilization", 142, "Memory"),
        ("replication_lag", 143, "DB lag"),
        ("db_connections", 144, "DB conns"),
    )
    found = {
        f"{name}_now": now(
            QUERIES, name, number, title, to_panel(SIGNAL_PANELS[name], "Open over time")
        )
        for name, number, title in names
    }
    age = f"max(min by (gcp_project) ({QUERIES.family(own.DATA_AGE)}))"
    found["age_now"] = Panel(
        number=145,
        title="Data age",
        what="Age of the newest value from Cloud Monitoring; of several projects, the oldest.",
        unit=_SECONDS,
        targets=(Target(expr=age, legend="age", instant=True),),
        decimals=0,
        series=SeriesCount.ONE,
        limits=AGE,
        minimum=0.0,
        links=(to_panel(boards.DATA_AGE, "Open the age of each family"),),
    )
    return found


def _of_containers(name: str, title: str, found: Family) -> Panel:
    """Return a panel of a utilization: its mean by region, and the p95 of all instances."""
    p95 = Target(
        expr=QUERIES.raw(Quantile(0.95, found)), legend="p95 of all instances", style="whole"
    )
    return over_time(QUERIES, name, SIGNAL_PANELS[name].number, title, REGION, p95)


def _containers() -> dict[str, Panel]:
    states = QUERIES.level(cloud_run.INSTANCES, Reduce.SUM, ("state",))
    return {
        "instances": _twice(
            over_time(
                QUERIES,
                "instances",
                SIGNAL_PANELS["instances"].number,
                "Instances",
                REGION,
                week=True,
            )
        ),
        "states": Panel(
            number=146,
            title="Instances by state",
            what=f"Container instances that serve requests (active) and that do not (idle). "
            f"{_DEPLOY}",
            unit=_COUNT,
            targets=(Target(expr=states, legend="{{state}}"),),
            minimum=0.0,
        ),
        "scaling": _scaling(),
        "cpu": _of_containers("cpu_utilization", "CPU of containers", cloud_run.CPU_UTILIZATION),
        "memory": _of_containers(
            "memory_utilization", "Memory of containers", cloud_run.MEMORY_UTILIZATION
        ),
    }


def _scaling() -> Panel:
    """Return bars of five minutes, since each value is the count of five minutes."""
    number = SIGNAL_PANELS["scaling_events"].number
    found = over_time(QUERIES, "scaling_events", number, "Scaling events in 5 min", REGION)
    bars = (replace(target, every=span(WINDOW)) for target in found.targets)
    return _twice(replace(found, targets=tuple(bars)))


def _twice(panel: Panel) -> Panel:
    return replace(panel, what=f"{panel.what} {_DEPLOY}")


def _database() -> dict[str, Panel]:
    return {
        "lag": over_time(
            QUERIES,
            "replication_lag",
            SIGNAL_PANELS["replication_lag"].number,
            "Replication lag",
            DATABASE,
            week=True,
        ),
        "query_time": over_time(
            QUERIES, "query_time", SIGNAL_PANELS["query_time"].number, "Query time, mean", DATABASE
        ),
        "connections": over_time(
            QUERIES,
            "db_connections",
            SIGNAL_PANELS["db_connections"].number,
            "Connections",
            DATABASE,
        ),
        "database_memory": _filling(
            boards.DATABASE_MEMORY.number, "Database memory", "database_memory", DATABASE
        ),
        "database_disk": _filling(
            boards.DATABASE_DISK.number, "Database disk", "database_disk", DATABASE
        ),
        "pool": _filling(
            boards.POOL.number, "Connection pool, share used", "pool_utilization", REGION
        ),
        "database_cpu": _gauge(
            147, "Database CPU", CATALOG["cloudsql_cpu_utilization_ratio"], _RATIO
        ),
    }


def _filling(number: int, title: str, metric: str, by: tuple[str, ...]) -> Panel:
    text = QUERIES.filtered(level_name(metric), _LEVEL if by == DATABASE else by)
    (label,) = by
    return Panel(
        number=number,
        title=title,
        what="Share in use; at 100 % nothing is left.",
        unit=_RATIO,
        targets=(Target(expr=f"max by ({label}) ({text})", legend=f"{{{{{label}}}}}"),),
        decimals=1,
        minimum=0.0,
        maximum=1.0,
    )


def _gauge(number: int, title: str, found: Family, unit: str = _COUNT) -> Panel:
    return Panel(
        number=number,
        title=title,
        what=help_of(found),
        unit=unit,
        targets=(
            Target(expr=QUERIES.level(found, Reduce.MAX, DATABASE), legend="{{database_id}}"),
        ),
        decimals=1,
        minimum=0.0,
        maximum=1.0 if unit == _RATIO else None,
    )


def _counted(
    number: int, title: str, found: Family, unit: str, by: tuple[str, ...] = DATABASE
) -> Panel:
    legend = ", ".join(f"{{{{{label}}}}}" for label in by)
    return Panel(
        number=number,
        title=title,
        what=f"{help_of(found).removesuffix('.')}, a second.",
        unit=unit,
        targets=(Target(expr=QUERIES.raw(Rate(Events(found)), by), legend=legend),),
        decimals=1,
        minimum=0.0,
    )


def _more_database() -> dict[str, Panel]:
    statements = CATALOG["cloudsql_postgresql_transactions_total"]
    return {
        "reads": _counted(148, "Disk reads", CATALOG["cloudsql_disk_reads_total"], EVENTS),
        "writes": _counted(149, "Disk writes", CATALOG["cloudsql_disk_writes_total"], EVENTS),
        "transactions": _counted(150, "Transactions", statements, "ops", ("transaction_type",)),
        "query_band": band(QUERIES, 159, "query_time", "Query time", "database_id"),
        "connections_band": band(QUERIES, 160, "db_connections", "Connections", "database_id"),
        "deadlocks": _counted(
            151, "Deadlocks", CATALOG["cloudsql_postgresql_deadlocks_total"], _RATE
        ),
        "backends": Panel(
            number=152,
            title="Connections by state",
            what=help_of(CATALOG["cloudsql_postgresql_backends_by_state"]),
            unit=_COUNT,
            targets=(
                Target(
                    expr=QUERIES.level(
                        CATALOG["cloudsql_postgresql_backends_by_state"], Reduce.SUM, ("state",)
                    ),
                    legend="{{state}}",
                ),
            ),
            minimum=0.0,
        ),
    }
