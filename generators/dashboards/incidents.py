"""Panels of incidents: alerts over time, and how long they took."""

from dataclasses import replace

from exporter.catalog.model import Unit
from generators import boards
from generators.boards import Board
from generators.dashboards import tables
from generators.dashboards.alert_queries import (
    ALERT,
    CRITICAL,
    alerts,
    beginnings,
    detection,
    firing,
    resolution,
)
from generators.dashboards.links import to_board
from generators.dashboards.model import LONGTERM, Panel, SeriesCount, TableColumn, Target
from generators.dashboards.queries import BoardQueries
from generators.policy import EVALUATION
from generators.rules.names import span
from generators.selectors import PresentMatcher

_COUNT = Unit.NONE.grafana


def panels(queries: BoardQueries) -> dict[str, Panel]:
    """Return the panels by name."""
    critical = alerts(queries, CRITICAL)
    with_data = alerts(queries, CRITICAL, PresentMatcher("signal"))
    count = _of_range(
        77,
        "Incidents",
        "How often critical alerts fired, including one at the start of the range.",
        Target(expr=f"{beginnings(critical, ())} or vector(0)", server=LONGTERM),
    )
    return {
        "timeline": _timeline(queries),
        "table": _table(queries),
        "count": replace(count, unit=_COUNT, decimals=0),
        "firing": _of_range(
            78,
            "Time in incidents",
            "Time for which any critical alert fired.",
            Target(expr=firing(critical, ()), server=LONGTERM),
        ),
        "detect": _of_range(
            79,
            "Mean time to detect",
            "Mean time from the start of a problem to a critical alert: the age of the data on "
            "requests, and the alert's `for`.",
            Target(expr=detection(queries, with_data)),
            "no incident began in this range",
        ),
        "resolve": _of_range(
            80,
            "Mean time to resolve",
            "Mean time from an incident's first critical alert to the end of its last. Incidents "
            "that go on are not included.",
            Target(expr=resolution(critical), server=LONGTERM),
            "no incident ended in this range",
        ),
    }


def _table(queries: BoardQueries) -> Panel:
    """Return a table of the alerts of the range, a row for each alert and location."""
    every, seconds = alerts(queries), Unit.SECONDS.grafana
    times, lasted = beginnings(every, ALERT), firing(every, ALERT)
    severity = f"max_over_time(({tables.by_severity(queries, ALERT)})[$__range:1m])"
    return Panel(
        number=76,
        title="Alerts in range",
        what="Each alert that fired within the range: how often, for how long in total, and for "
        "how long on average.",
        unit=seconds,
        targets=tuple(
            tables.table(text, LONGTERM)
            for text in (lasted, severity, times, f"{lasted} / {times}")
        ),
        decimals=0,
        series=SeriesCount.MANY,
        empty="No alert fired in this range",
        columns=(
            TableColumn(field="alertname", title="Alert"),
            tables.severity("Value #B"),
            TableColumn(field="where", title="Where"),
            TableColumn(field="Value #A", title="Firing", unit=seconds, decimals=0, width=90),
            TableColumn(field="Value #C", title="Times", unit=_COUNT, decimals=0),
            TableColumn(field="Value #D", title="Mean", unit=seconds, decimals=0),
            TableColumn(field="service_name", title="Service"),
        ),
        sort=(("Severity", True), ("Firing", True)),
    )


def _of_range(number: int, title: str, what: str, target: Target, empty: str = "") -> Panel:
    return Panel(
        number=number,
        title=title,
        what=f"{what} An incident lasts while any critical alert fires.",
        unit=Unit.SECONDS.grafana,
        targets=(replace(target, legend=title, instant=True),),
        decimals=1,
        series=SeriesCount.ONE,
        empty=empty or "no incident in this range",
        minimum=0.0,
        sparkline=False,
        links=(to_board("Open incidents", Board.RELIABILITY, boards.INCIDENTS.number),),
    )


def _timeline(queries: BoardQueries) -> Panel:
    """Return the alerts over time, a line each, in the colours of their severities."""
    return Panel(
        number=boards.INCIDENTS.number,
        title="When did which alert fire?",
        what="Alerts while they fire, a line for each name, in the colour of its severity. The "
        "table shows where. They come after their causes by the age of the data and their "
        "windows: some minutes, or up to half an hour for bands and trends.",
        unit=_COUNT,
        targets=(
            Target(
                expr=tables.by_severity(queries, ("alertname",)),
                legend="{{alertname}}",
                server=LONGTERM,
                every=span(EVALUATION),
            ),
        ),
        decimals=0,
        series=SeriesCount.ONE,
        empty="No alert fired in this range",
        mappings=tables.STATES,
    )
