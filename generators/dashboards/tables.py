"""Tables: alerts that fire, deploys, regions side by side."""

from exporter.catalog.model import Unit
from exporter.settings import Settings
from generators.boards import INCIDENTS
from generators.dashboards.alert_queries import (
    ALERT,
    EVALUATED,
    NOT_EVALUATED,
    alerts,
    grouped,
    ongoing,
    or_calm,
    runbooks,
)
from generators.dashboards.deploy_queries import deployed, serving
from generators.dashboards.limits import CHANGE
from generators.dashboards.links import to_panel, to_region
from generators.dashboards.model import (
    LONGTERM,
    MAIN,
    Panel,
    PanelLink,
    SeriesCount,
    TableColumn,
    Target,
    ValueMapping,
)
from generators.dashboards.queries import WEEK, BoardQueries
from generators.dashboards.signal_panels import REGION
from generators.dashboards.signal_style import decimals
from generators.policy import SEVERITIES, WATCHDOG

STATES = tuple(
    ValueMapping(str(len(SEVERITIES) - at_), name, name) for at_, name in enumerate(SEVERITIES)
)
CALM = (ValueMapping("0", "none", "ok"), ValueMapping("-1", "unknown", "high"))
TIME = "dateTimeAsIso"
_DURATION = 115  # pixels; the arrow of a sorted column takes twenty of them
_LOGS = (
    "https://console.cloud.google.com/logs/query;query=resource.type%3D%22cloud_run_revision%22%20"
    "resource.labels.revision_name%3D%22${__value.raw}%22?project=${__data.fields.Project}"
)
_OF_REGIONS = (
    ("throughput", "Requests"),
    ("response_time_p95", "p95"),
    ("availability", "Without 5xx"),
    ("response_time_average", "Mean"),
    ("cpu_utilization", "CPU"),
    ("memory_utilization", "Memory"),
    ("instances", "Instances"),
)


def table(expr: str, server: str) -> Target:
    """Return a query of one moment, as rows of a table."""
    return Target(expr=expr, instant=True, format="table", server=server)


def or_blank(query: str) -> str:
    """Return a query whose table has one row if it has no data: Grafana shows no text for none."""
    return f"{query} or on () vector(NaN)"


def values(count: int) -> list[str]:
    """Return the names of the columns with the values of so many queries."""
    return ["Value"] if count == 1 else [f"Value #{chr(ord('A') + i)}" for i in range(count)]


def by_severity(queries: BoardQueries, by: tuple[str, ...]) -> str:
    """Return the severity of alerts that fire, as a number of STATES."""
    return " or ".join(
        f"{grouped(alerts(queries, state.text), by)} * {state.value}" for state in STATES
    )


def severity(field: str) -> TableColumn:
    """Return the column of severities, in words and colours."""
    return TableColumn(
        field=field,
        title="Severity",
        unit=Unit.NONE.grafana,
        decimals=0,
        cell="background",
        width=105,
        mappings=(*STATES, *CALM),
    )


def alert_name(settings: Settings) -> TableColumn:
    """Return the column of alerts, with links to runbooks that a browser can open."""
    base = runbooks(settings)
    links = (PanelLink("Open the runbook", f"{base}/${{__value.raw}}.md"),) if base else ()
    return TableColumn(field="alertname", title="Alert", links=links)


def lasting(field: str, title: str) -> TableColumn:
    """Return a column of durations."""
    return TableColumn(
        field=field, title=title, unit=Unit.SECONDS.grafana, decimals=0, width=_DURATION
    )


def active_count(queries: BoardQueries, number: int) -> Panel:
    """Return a panel of how many alerts fire now, by severity."""
    counts = ((f"count({grouped(alerts(queries, name), ALERT)})", name) for name in SEVERITIES)
    none = f"vector(0) and on () {EVALUATED} unless on () {alerts(queries)}"
    return Panel(
        number=number,
        title="Alerts",
        what="Alerts that fire now, by severity. An alert counts once for each region, database or "
        f"cache. ok is shown only while {WATCHDOG} fires: it proves that alerts are evaluated.",
        unit=Unit.NONE.grafana,
        targets=tuple(
            Target(expr=text, legend=name, colour=name, instant=True, server=LONGTERM)
            for text, name in (*counts, (none, "ok"))
        ),
        decimals=0,
        series=SeriesCount.FEW,
        empty=NOT_EVALUATED,
        minimum=0.0,
        links=(to_panel(INCIDENTS, "Open incidents"),),
    )


def active(queries: BoardQueries, number: int, settings: Settings) -> Panel:
    """Return a table of the alerts that fire now."""
    return Panel(
        number=number,
        title="What is wrong now",
        what="Alerts that fire, the most severe and the newest first, and for how long; at most "
        f"the selected range. An alert's name links to its runbook. It states that no alert fires "
        f"only while {WATCHDOG} fires.",
        unit=Unit.NONE.grafana,
        targets=(
            table(ongoing(alerts(queries), ALERT), LONGTERM),
            table(or_calm(by_severity(queries, ALERT), "where", "no alert fires"), LONGTERM),
        ),
        decimals=0,
        series=SeriesCount.MANY,
        columns=(
            alert_name(settings),
            severity("Value #B"),
            TableColumn(field="where", title="Where"),
            lasting("Value #A", "Firing for"),
            TableColumn(field="service_name", title="Service"),
        ),
        sort=(("Severity", True), ("Firing for", False)),
    )


def deploys(queries: BoardQueries, number: int) -> Panel:
    """Return a table of the revisions that were deployed in the range."""
    return Panel(
        number=number,
        title="Last deploys",
        what="Revisions that were first billed within the range, and revisions that run. The share "
        "is of the service's instance time in the last ten minutes. A revision that ran before the "
        "range, or within ten minutes of the exporter's first sight of its service, has no time.",
        unit=Unit.NONE.grafana,
        targets=(table(or_blank(deployed(queries)), MAIN), table(serving(queries), MAIN)),
        decimals=0,
        series=SeriesCount.MANY,
        columns=(
            TableColumn(
                field="revision_name",
                title="Revision",
                links=(PanelLink("Open its logs in Google Cloud", _LOGS),),
            ),
            TableColumn(
                field="Value #A",
                title="First seen",
                unit=TIME,
                width=175,
                mappings=(ValueMapping("0", "not in this range", "plain"),),
                empty="no data",
            ),
            TableColumn(
                field="Value #B",
                title="Runs",
                unit=Unit.RATIO.grafana,
                decimals=0,
                width=75,
                empty="none",
            ),
            TableColumn(field="service_name", title="Service"),
            TableColumn(field="gcp_project", title="Project"),
        ),
        sort=(("First seen", True),),
    )


def regions(
    queries: BoardQueries, number: int, settings: Settings, title: str = "Regions at a glance"
) -> Panel:
    """Return a table with a row for each region."""
    errors = f"Errors ({', '.join(queries.error_classes)})"
    titles = {"error_rate": errors, **dict(_OF_REGIONS)}
    found = first, *rest = [queries.named(name) for name in titles]
    *fields, change = values(len(found) + 1)
    columns = [
        TableColumn(
            field=field,
            title=title_,
            unit=of.unit.grafana,
            decimals=decimals(of),
            cell="text",
            limits=of.name,
            empty="no data" if of is first else "",
        )
        for field, title_, of in zip(fields, titles.values(), found, strict=True)
    ]
    columns.insert(
        2,
        TableColumn(
            field=change,
            title="vs last week",
            unit=Unit.RATIO.grafana,
            decimals=0,
            cell="text",
            limits=CHANGE,
            empty="new",
        ),
    )
    now, before = queries.past("throughput", REGION), queries.past("throughput", REGION, WEEK)
    return Panel(
        number=number,
        title=title,
        what="The newest value of each signal by region, the highest error rate first. A colour "
        "shows which limit is passed. Next to requests: the change compared with a week ago.",
        unit=Unit.NONE.grafana,
        targets=(
            table(or_blank(queries.signal(first.name, REGION)), MAIN),
            *(table(queries.signal(of.name, REGION), MAIN) for of in rest),
            table(f"{now} / ({before} > 0) - 1", LONGTERM),
        ),
        decimals=0,
        series=SeriesCount.MANY,
        columns=(
            TableColumn(
                field="region", title="Region", links=(to_region("${__value.raw}", settings),)
            ),
            *columns,
        ),
        sort=((errors, True),),
    )
