"""Panels of what happened: alerts over time, how long they took, deploys."""

from exporter.catalog.model import Unit
from generators import boards
from generators.boards import Board
from generators.dashboards import tables
from generators.dashboards.events import (
    ALERT,
    SEVERE,
    alerts,
    beginnings,
    detection,
    firing,
    incidents,
)
from generators.dashboards.model import LONGTERM, Column, Panel, Series, Target
from generators.dashboards.parts import drill
from generators.policy import SEVERITIES

CHOSEN = ("gcp_project", "region", "service_name")
_COUNT = Unit.NONE.grafana


def panels() -> dict[str, Panel]:
    """Return the panels by name."""
    severe = alerts(CHOSEN, SEVERE)
    begun, lasted = incidents(severe)
    return {
        "timeline": _timeline(),
        "table": _table(),
        "count": _of_range(
            77, "Incidents", "Times that severe alerts began.", f"{begun} or vector(0)", _COUNT
        ),
        "firing": _of_range(
            78, "Time in incidents", "Time for which any severe alert fired.", lasted
        ),
        "detect": _of_range(
            79,
            "Mean time to detect",
            "Mean time from the first bad evaluation of a severe alert to its firing; the delay "
            "of the data comes on top.",
            detection(severe),
            server="datasource",
        ),
        "resolve": _of_range(
            80,
            "Mean time to resolve",
            "Mean time from the first severe alert to the end of the last, of each incident; one "
            "that goes on counts as far as it has come.",
            f"{lasted} / clamp_min({begun} or vector(0), 1)",
        ),
    }


def _table() -> Panel:
    """Return a table of the alerts of the range: a row for each, wherever it fired."""
    every, seconds = alerts(CHOSEN), Unit.SECONDS.grafana
    times, lasted = beginnings(every, ALERT), firing(every, ALERT)
    return Panel(
        76,
        "Alerts in range",
        "Each alert that fired within the range: how often it began to, for how long it did, "
        "and for how long on the mean.",
        seconds,
        tuple(tables.table(text, LONGTERM) for text in (times, lasted, f"{lasted} / {times}")),
        0,
        Series.MANY,
        empty="No alert fired in this range",
        columns=(
            Column("alertname", "Alert"),
            Column("severity", "Severity", cell="background", mappings=tables.SEVERITY, width=100),
            Column("region", "Region"),
            Column("service_name", "Service"),
            Column("database_id", "Database"),
            Column("redis_id", "Cache"),
            Column("Value #A", "Times", _COUNT, 0),
            Column("Value #B", "Firing", seconds, 0),
            Column("Value #C", "Mean", seconds, 0),
        ),
        sort="Firing",
    )


def _of_range(
    number: int, title: str, what: str, expr: str, unit: str = "s", server: str = LONGTERM
) -> Panel:
    return Panel(
        number,
        title,
        f"{what} An incident lasts while severe alerts fire, critical and high ones.",
        unit,
        (Target(expr, title, instant=True, server=server),),
        0 if unit == _COUNT else 1,
        Series.ONE,
        colour="latency",
        empty="no incident in this range",
        least=0.0,
        sparkline=False,
        links=(drill("Open incidents", Board.RELIABILITY, boards.INCIDENTS.number),),
    )


def _timeline() -> Panel:
    """Return the alerts over time, a line each, in the colours of their severities."""
    levels = {name: len(SEVERITIES) - at for at, name in enumerate(SEVERITIES)}
    texts = (
        f"max by (alertname) ({alerts(CHOSEN, name)}) * {level}" for name, level in levels.items()
    )
    return Panel(
        boards.INCIDENTS.number,
        "When did which alert fire?",
        "Alerts while they fire, a line for each name, in the colour of its severity; the table "
        "says where.",
        _COUNT,
        (
            Target(
                " or ".join(texts),
                "{{alertname}}",
                server=LONGTERM,
            ),
        ),
        0,
        Series.ONE,
        empty="No alert fired in this range",
        mappings=tables.STATES,
    )
