"""Panels of incidents: alerts over time, and how long they took."""

from dataclasses import replace

from exporter.catalog.model import Unit
from generators import boards
from generators.boards import Board
from generators.dashboards import tables
from generators.dashboards.alert_queries import (
    ALERT,
    CRITICAL,
    NOT_EVALUATED,
    alerts,
    beginnings,
    calm,
    detection,
    firing,
    last_start,
    or_calm,
    or_none,
    resolution,
)
from generators.dashboards.descriptions import Facts
from generators.dashboards.links import to_board
from generators.dashboards.model import (
    LONGTERM,
    Panel,
    SeriesCount,
    TableColumn,
    Target,
    ValueMapping,
)
from generators.dashboards.queries import BoardQueries
from generators.policy import EVALUATION
from generators.rules.names import span
from generators.selectors import PresentMatcher

_COUNT = Unit.NONE.grafana
_NONE = -1  # what a figure has where no incident is
_NO_ALERT = "No alert"  # the line of the time in which none fires


def panels(queries: BoardQueries, facts: Facts) -> dict[str, Panel]:
    """Return the panels by name."""
    critical = alerts(queries, CRITICAL)
    with_data = alerts(queries, CRITICAL, PresentMatcher("signal"))
    count = _of_range(
        77,
        "Incidents",
        "How often critical alerts fired, including one at the start of the range.",
        Target(expr=or_none(beginnings(critical, ()), 0), server=LONGTERM),
    )
    return {
        "timeline": _timeline(queries),
        "table": _table(queries, facts),
        "count": replace(count, unit=_COUNT, decimals=0),
        "firing": _of_range(
            78,
            "Time in incidents",
            "Time for which any critical alert fired.",
            Target(expr=or_none(firing(critical, ()), _NONE), server=LONGTERM),
            "no incident",
        ),
        "detect": _of_range(
            79,
            "Mean time to detect",
            "Mean time from the start of a problem to a critical alert: the age of the data on "
            "requests, and the alert's `for`.",
            Target(expr=or_none(detection(queries, with_data), _NONE)),
            "no incident began",
        ),
        "resolve": _of_range(
            80,
            "Mean time to resolve",
            "Mean time from an incident's first critical alert to the end of its last. Incidents "
            "that go on are not included.",
            Target(expr=or_none(resolution(critical), _NONE), server=LONGTERM),
            "no incident ended",
        ),
    }


def _table(queries: BoardQueries, facts: Facts) -> Panel:
    """Return a table of the alerts of the range, a row for each alert and location."""
    every = alerts(queries)
    times, lasted = beginnings(every, ALERT), firing(every, ALERT)
    severity = f"max_over_time(({tables.by_severity(queries, ALERT)})[$__range:1m])"
    calm_row = or_calm(severity, "where", "no alert fired in this range")
    return Panel(
        number=76,
        title="Alerts in range",
        what="Each alert that fired within the range: how often, since when the last time, for "
        "how long in total, and for how long on average. What began before the range has no start.",
        unit=_COUNT,
        targets=tuple(
            tables.table(text, LONGTERM)
            for text in (
                lasted,
                calm_row,
                times,
                f"{lasted} / {times}",
                last_start(every, ALERT),
            )
        ),
        decimals=0,
        series=SeriesCount.MANY,
        columns=(
            tables.alert_name(facts.settings),
            tables.severity("Value #B"),
            TableColumn(field="where", title="Where"),
            TableColumn(field="Value #E", title="Last start", unit=tables.TIME, width=175),
            tables.lasting("Value #A", "Firing"),
            TableColumn(field="Value #C", title="Times", unit=_COUNT, decimals=0, width=85),
            tables.lasting("Value #D", "Mean"),
            TableColumn(field="service_name", title="Service"),
        ),
        sort=(("Severity", True), ("Firing", True)),
    )


def _of_range(number: int, title: str, what: str, target: Target, none: str = "") -> Panel:
    """Return a panel of one figure; `none` replaces the number that stands for no incident."""
    return Panel(
        number=number,
        title=title,
        what=f"{what} An incident lasts while any critical alert fires.",
        unit=Unit.SECONDS.grafana,
        targets=(replace(target, legend=title, instant=True),),
        decimals=1,
        series=SeriesCount.ONE,
        empty=NOT_EVALUATED,
        mappings=(ValueMapping(str(_NONE), none, "plain"),) if none else (),
        minimum=0.0,
        links=(to_board("Open incidents", Board.RELIABILITY, boards.INCIDENTS.number),),
    )


def _timeline(queries: BoardQueries) -> Panel:
    """Return the alerts over time, a line each, in the colours of their severities.

    One more line is for the time without any, so that a calm range is no empty picture.
    """
    none = f'label_replace({calm()}, "alertname", "{_NO_ALERT}", "", "")'
    return Panel(
        number=boards.INCIDENTS.number,
        title="When did which alert fire?",
        what="Alerts while they fire, a line for each name, in the colour of its severity; green "
        "where none fires, orange where alerts are not evaluated. The table shows where. They come "
        "after their causes by the age of the data and their windows: some minutes, or up to half "
        "an hour for bands and trends.",
        unit=_COUNT,
        targets=(
            Target(
                expr=f"{tables.by_severity(queries, ('alertname',))} or on () {none}",
                legend="{{alertname}}",
                server=LONGTERM,
                every=span(EVALUATION),
            ),
        ),
        decimals=0,
        series=SeriesCount.ONE,
        mappings=(*tables.STATES, *tables.CALM),
    )
