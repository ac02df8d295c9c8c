"""Dashboards for a report: the model that `ionmon preview` draws, over the same data."""

from collections.abc import Callable, Sequence
from pathlib import Path

from exporter import __version__
from exporter.errors import SettingsError
from exporter.prometheus.api import Prometheus
from generators.dashboards.datasources import KEPT
from generators.report import board_file, pages
from generators.report.model import DrawnBoard
from generators.service_report.model import BoardsReport, ReportSource
from generators.service_report.request import ReportRequest

ALL = "all"


def chosen_names(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of dashboards' files that are asked for; `all` stands for every one.

    Raises SettingsError for one that there is not.
    """
    if not names:
        return ()
    found = [path.stem for path in board_file.files(folder, ())]
    for name in names:
        if name not in (*found, ALL):
            raise SettingsError(f"{name}: no such dashboard; there are {', '.join(found)}, and all")
    return tuple(found) if ALL in names else tuple(dict.fromkeys(names))


def boards_report(
    request: ReportRequest,
    servers: Sequence[Prometheus],
    folder: Path,
    names: tuple[str, ...],
    say: Callable[[str], None],
) -> BoardsReport:
    """Return dashboards with everything that they show, collapsed rows opened.

    servers  the one with 90 days is the last
    Raises IonmonError where a server does not answer.
    """
    chosen = {"service": request.service, "region": request.region}
    main, longterm = servers[0], servers[-1]
    preview = pages.PreviewRequest(
        folder=folder,
        names=names,
        against=None,
        url=main.url,
        sources={} if longterm.url == main.url else {KEPT.uid: longterm.url},
        start=f"{request.span.start:.0f}",
        end=f"{request.span.end:.0f}",
        variables={name: (value,) for name, value in chosen.items() if value},
        interval="",
        open_rows=True,
        now=request.now,
    )
    drawn = [(page.sides[-1].board, page.faults) for page in pages.pages(preview, say)]
    return BoardsReport(
        made=request.now,
        version=__version__,
        boards=tuple(board for board, _ in drawn),
        sources=tuple(map(_source, dict.fromkeys(one.url for one in servers))),
        unknown=tuple(_named(board, fault) for board, faults in drawn for fault in faults),
    )


def _named(board: DrawnBoard, fault: str) -> str:
    return f"{board.title}: {fault}"


def _source(url: str) -> ReportSource:
    return ReportSource(name="Prometheus", what="the data of the dashboards", url=url, fault="")
