"""A dashboard with a panel of each kind, as the preview's model has it."""

import math

from generators.report.display import Field
from generators.report.model import (
    Alert,
    Cell,
    ChosenVariable,
    DrawnBoard,
    DrawnBucket,
    DrawnColumn,
    DrawnEpisode,
    DrawnFigure,
    DrawnPanel,
    DrawnRow,
    DrawnSeries,
    Event,
    GridPlace,
    Heat,
    Lane,
    PanelKind,
)
from generators.service_report.model import BoardsReport, ReportSource

START = 1_795_852_800.0
RATIO = Field(name="share", unit="percentunit", decimals=1)
_HERE = (("region", "europe-west1"),)


def _panel(number: int, kind: PanelKind, title: str, **more: object) -> DrawnPanel:
    grid = GridPlace(0, number, 12, 8)
    return DrawnPanel(number=number, kind=kind, title=title, description="", grid=grid, **more)  # type: ignore[arg-type] # each kind has its own


def series(name: str = "europe-west1") -> DrawnSeries:
    """Return a line with a gap."""
    return DrawnSeries(
        name=name,
        labels=_HERE,
        field=RATIO,
        color="green",
        times=tuple(START + 300 * at for at in range(4)),
        values=(0.1, math.nan, None, 0.4),
    )


def panels() -> tuple[DrawnPanel, ...]:
    """Return a panel of each kind, one that is empty and one that failed."""
    time = (START, START + 300)
    cells = tuple(Cell(text=text, value=text) for text in ("us-central1", "europe-west1"))
    numbers = tuple(Cell(text=f"{value:.1%}", value=value) for value in (0.031, 0.127))
    heat = Heat(time, (DrawnBucket("0.1", (3.0, None)), DrawnBucket("0.2", (2.0, 5.0))), "", RATIO)
    lane = Lane("checkout", (DrawnEpisode(START, START + 3600, "firing", "red"),))
    alert = Alert(
        name="DatabaseLag",
        state="firing",
        severity="high",
        labels=_HERE,
        since=START,
        summary="The database is behind.",
    )
    return (
        _panel(2, PanelKind.TIMESERIES, "Errors", series=(series(),)),
        _panel(3, PanelKind.STAT, "Now", readings=(_figure(),)),
        _panel(
            4,
            PanelKind.TABLE,
            "Regions",
            columns=(
                DrawnColumn("Region", Field(), cells),
                DrawnColumn("Errors", RATIO, numbers, numeric=True),
            ),
        ),
        _panel(5, PanelKind.HEATMAP, "Times", heat=heat),
        _panel(6, PanelKind.STATE_TIMELINE, "States", lanes=(lane,)),
        _panel(7, PanelKind.ALERT_LIST, "Alerts", alerts=(alert,)),
        _panel(8, PanelKind.TEXT, "Notes", text="Read the runbook.\nThen act."),
        _panel(9, PanelKind.STAT, "Nothing", no_value="none measured"),
        _panel(10, PanelKind.STAT, "Broken", faults=("query A: it does not work",)),
    )


def _figure() -> DrawnFigure:
    return DrawnFigure(name="errors", text="12.7%", color="red", field=RATIO, value=0.127)


def boards_report() -> BoardsReport:
    """Return a report of one dashboard."""
    board = DrawnBoard(
        uid="ion-overview",
        title="Overview",
        description="What is wrong.",
        start=START,
        end=START + 86_400,
        rows=(DrawnRow("Errors by region", 1), DrawnRow("More", 99, hidden=3)),
        panels=panels(),
        choices=(ChosenVariable("region", "Region", "All"),),
        events=(Event("a deploy", "blue", START + 60, START + 60),),
        faults=("annotation deploys: it does not work",),
    )
    return BoardsReport(
        made=START + 86_400,
        version="1.2.3",
        boards=(board,),
        sources=(ReportSource(name="Prometheus", what="data", url="http://x", fault=""),),
        unknown=("Overview: Broken: query A: it does not work",),
    )
