"""A report as one HTML file that needs no network and no script, for a mail or an archive."""

from exporter.summary.sentences import figure
from exporter.summary.wording import elapsed, shown
from generators.report.colors import Theme
from generators.report.html import Sheet, Side, page, plots
from generators.report.page_frame import page_environment, page_frame, page_source
from generators.service_report import state_charts, words
from generators.service_report.formats import RenderOptions
from generators.service_report.model import BoardsReport, Health, ServiceReport

_BESIDE = 80_000  # bytes of the tables around the charts
_TEMPLATES = "service_report/templates"


def render(report: ServiceReport, options: RenderOptions) -> str:
    """Return the state of the service."""
    del options
    board = state_charts.charts(report)
    template = page_environment(_TEMPLATES).get_template("state.html")
    return template.render(
        report=report,
        board=board,
        plots=plots([board], _BESIDE),
        frame=page_frame([board]),
        style=page_source("state.css", _TEMPLATES),
        compared=_compared(report),
        words=words,
        shown=shown,
        elapsed=elapsed,
        figure=figure,
        spark_series=state_charts.spark,
        marks=words.MARKS,
        warning=Health.WARNING,
    )


def _compared(report: ServiceReport) -> tuple[bool, bool]:
    """Return whether anything is known of the period before, and of a week ago."""
    found = [words.changes(one) for one in report.signals]
    return any(before for before, _ in found), any(week for _, week in found)


def render_boards(report: BoardsReport, options: RenderOptions) -> str:
    """Return dashboards, as `ionmon preview` draws them."""
    del options
    sides = tuple(Side(board) for board in report.boards)
    source = ", ".join(one.url for one in report.sources)
    return page(Sheet(sides, Theme.AUTO, source, report.version, stacked=True))
