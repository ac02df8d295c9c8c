"""Tables: alerts that fire, deploys, regions side by side."""

from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators.boards import INCIDENTS
from generators.dashboards.events import ALERT, alerts, deployed, firing, runbooks
from generators.dashboards.limits import FIRING
from generators.dashboards.model import LONGTERM, Column, Link, Mapping, Panel, Series, Target
from generators.dashboards.parts import REGION, at, at_region, decimals
from generators.dashboards.queries import signal
from generators.policy import SEVERITIES, SIGNAL_BY_NAME

SEVERITY = tuple(Mapping(name, name, name) for name in SEVERITIES)
STATES = tuple(
    Mapping(str(len(SEVERITIES) - at_), name, name) for at_, name in enumerate(SEVERITIES)
)
TIME = "dateTimeAsIso"
_REGIONS = (
    ("availability", "Availability"),
    ("error_rate", "Errors"),
    ("response_time_average", "Mean"),
    ("response_time_p95", "p95"),
    ("throughput", "Requests"),
    ("cpu_utilization", "CPU"),
    ("memory_utilization", "Memory"),
    ("instances", "Instances"),
)


def table(expr: str, server: str) -> Target:
    """Return a query of one moment, as rows of a table."""
    return Target(expr, instant=True, format="table", server=server)


def values(count: int) -> list[str]:
    """Return the names of the columns that hold the values of so many queries."""
    return ["Value"] if count == 1 else [f"Value #{chr(ord('A') + i)}" for i in range(count)]


def active_count(number: int, chosen: tuple[str, ...]) -> Panel:
    """Return a panel of how many alerts fire."""
    return Panel(
        number,
        "Active alerts",
        "How many alerts fire, of all severities; 0 is said only where alerts are evaluated.",
        Unit.NONE.grafana,
        (Target(f"count({alerts(chosen)}) or vector(0)", "firing", server=LONGTERM),),
        0,
        Series.ONE,
        limits=FIRING,
        colour="ok",
        least=0.0,
        links=(at(INCIDENTS, "Open incidents"),),
    )


def active(number: int, settings: Settings, chosen: tuple[str, ...]) -> Panel:
    """Return a table of the alerts that fire now."""
    by = ", ".join(ALERT)
    now = alerts(chosen)
    # Whole minutes are counted: an alert is there from its first second, with 0 of them.
    fired = f"({firing(now, ALERT)} and on ({by}) {now}) or max by ({by}) ({now}) * 0"
    base = runbooks(settings)
    links = (Link("Open the runbook", f"{base}/${{__value.raw}}.md"),) if base else ()
    return Panel(
        number,
        "What is wrong now",
        "Alerts that fire, and for how long they did within the range; an alert's name leads to "
        "its runbook.",
        Unit.SECONDS.grafana,
        (table(fired, LONGTERM),),
        0,
        Series.MANY,
        empty="No alert fires",
        columns=(
            Column("alertname", "Alert", links=links),
            Column("severity", "Severity", cell="background", mappings=SEVERITY, width=100),
            Column("region", "Region"),
            Column("service_name", "Service"),
            Column("database_id", "Database"),
            Column("redis_id", "Cache"),
            Column("Value", "Firing for", Unit.SECONDS.grafana, 0),
        ),
        sort="Firing for",
        sort_down=False,
    )


def deploys(number: int) -> Panel:
    """Return a table of the revisions that were deployed in the range."""
    return Panel(
        number,
        "Last deploys",
        "Revisions whose first instance time was billed within the range; what ran before the "
        "exporter first saw the service is not one.",
        TIME,
        (table(deployed(), "datasource"),),
        0,
        Series.MANY,
        empty="No deploy in this range",
        columns=(
            Column("Value", "First seen", TIME),
            Column("service_name", "Service"),
            Column("revision_name", "Revision"),
        ),
        sort="First seen",
    )


def regions(number: int, title: str = "Regions at a glance") -> Panel:
    """Return a table with a row for each region."""
    found = [SIGNAL_BY_NAME[name] for name, _ in _REGIONS]
    columns = (
        Column(
            field,
            title_,
            of.unit.grafana,
            decimals(of),
            cell="text",
            limits=of.name,
        )
        for field, (_, title_), of in zip(values(len(found)), _REGIONS, found, strict=True)
    )
    return Panel(
        number,
        title,
        "The newest value of each signal, region by region; a colour says which limit is passed.",
        Unit.NONE.grafana,
        tuple(table(signal(of.name, REGION), "datasource") for of in found),
        0,
        Series.MANY,
        columns=(Column("region", "Region", links=(at_region("${__value.raw}"),)), *columns),
        sort="Requests",
    )
