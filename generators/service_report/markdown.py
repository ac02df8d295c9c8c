"""A report as Markdown that a code host renders, and that can be pasted into a chat."""

from collections.abc import Iterable, Iterator
from functools import partial

from exporter.summary.alerts import AlertState
from exporter.summary.sentences import figure
from exporter.summary.wording import elapsed, shown
from generators.service_report import words
from generators.service_report.board_markdown import board_lines
from generators.service_report.formats import RenderOptions
from generators.service_report.markdown_text import drawn, escaped, item, paragraph, table, tidy
from generators.service_report.model import (
    BoardsReport,
    Health,
    RegionalComparison,
    ReportedSignal,
    ReportSource,
    ServiceReport,
)
from generators.service_report.sparkline import sparkline
from generators.service_report.words import MARKS

_LINE = 16  # characters


def render(report: ServiceReport, options: RenderOptions) -> str:
    """Return the state of the service."""
    del options
    parts = (
        _head(report),
        _section("Signals", _signals(report)),
        _section("Regions", _regions(report.regions)),
        _section("Alerts that fire", _firing(report)),
        _section("Alerts that were over", _over(report)),
        _section("Error budgets", _marked((b.health, words.budget(b)) for b in report.budgets)),
        _section("Anomalies", _anomalies(report)),
        _section("The monitoring itself", _monitoring(report)),
        _section("What reading costs", _costs(report)),
        _section("Age of the data", _ages(report) if report.ages else ()),
        _section("Not known", _items(report.unknown)),
        _section("Sources", _sources(report.sources)),
        _made(report.made, report.version),
    )
    return tidy(line for part in parts for line in part)


def render_boards(report: BoardsReport, options: RenderOptions) -> str:
    """Return dashboards."""
    del options
    lines = [line for board in report.boards for line in board_lines(board)]
    return tidy(
        [
            *lines,
            *_section("Not known", _items(report.unknown)),
            *_section("Sources", _sources(report.sources)),
            *_made(report.made, report.version),
        ]
    )


def _head(report: ServiceReport) -> Iterator[str]:
    yield f"# {MARKS[report.health]} {escaped(words.title(report))}"
    yield ""
    yield from paragraph(escaped(words.headline(report)))
    yield ""
    yield words.period(report)
    yield ""
    yield from _items(report.reasons[1:])


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", f"## {title}", "", *found] if found else []


def _made(at: float, version: str) -> list[str]:
    return ["", f"Made {words.time(at)} UTC by ionmon {escaped(version)}."]


def _items(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from item(escaped(text))


def _marked(found: Iterable[tuple[Health, str]]) -> Iterator[str]:
    yield from _items(words.marked(health, text) for health, text in found)


def _signals(report: ServiceReport) -> Iterator[str]:
    head = ("", "signal", words.observed(report), words.before(report), "week ago", "line")
    yield from table(head, map(_signal, report.signals), right=(2, 3, 4))
    for one in report.signals:
        why = "" if one.why == words.value(one) else one.why
        about = [*filter(None, (*words.details(one), why, words.spread(one)))]
        if about:
            yield from item(f"**{escaped(one.signal.name)}**: {escaped('; '.join(about))}")


def _signal(one: ReportedSignal) -> tuple[str, ...]:
    signal = one.signal
    line = sparkline(signal.line, _LINE, signal.direction, partial(shown, unit=signal.unit))
    cells = (signal.name, words.value(one), *words.changes(one))
    return (MARKS[one.health], *map(escaped, cells), drawn(line))


def _regions(found: RegionalComparison) -> Iterator[str]:
    """Yield the regions as columns: there are fewer of them than of signals."""
    head = ("", *(escaped(row.region) for row in found.rows))
    rows = [
        (
            escaped(column.name),
            *(words.marked(cell.health, escaped(shown(cell.value, column.unit))) for cell in cells),
        )
        for column, *cells in zip(found.columns, *(row.cells for row in found.rows), strict=True)
    ]
    yield from table(head, rows, right=range(1, len(head)))


def _firing(report: ServiceReport) -> Iterator[str]:
    yield from paragraph(escaped(f"From {report.alerts.source}."))
    yield ""
    for one in report.alerts.firing:
        yield from _alert(one, report)
    yield ""
    yield words.none_firing(report.alerts)


def _over(report: ServiceReport) -> Iterator[str]:
    for one in report.alerts.recent:
        yield from _alert(one, report)
    yield ""
    yield words.none_over(report.alerts)


def _alert(one: AlertState, report: ServiceReport) -> Iterator[str]:
    end = report.span.end
    where = f" - {escaped(one.place)}" if one.place else ""
    title = f"{escaped(one.severity.upper())} **{escaped(one.name)}**{where}".strip()
    yield from item(title)
    about = "; ".join(filter(None, (words.firing(one, end), words.reading(one))))
    for line in (about, one.summary, words.acknowledged(one, end), *one.remarks):
        yield from item(escaped(line), depth=1) if line else ()


def _anomalies(report: ServiceReport) -> Iterator[str]:
    yield from _items(words.anomaly(one) for one in report.anomalies.found)
    yield from paragraph(escaped(words.none_odd(report.anomalies)))


def _monitoring(report: ServiceReport) -> Iterator[str]:
    yield from _marked(
        (one.health, f"{one.figure.noun}: {figure(one.figure)}") for one in report.monitoring
    )
    yield from _marked(
        (Health.WARNING, f"{gap.family} of {gap.project}: {elapsed(gap.seconds)} could not be read")
        for gap in report.gaps
    )


def _costs(report: ServiceReport) -> Iterator[str]:
    yield from _items(f"{one.figure.noun}: {figure(one.figure)}" for one in report.costs)


def _ages(report: ServiceReport) -> Iterator[str]:
    yield from paragraph(escaped(words.ages(report.ages)))
    yield ""
    yield from _marked((one.health, words.late(one)) for one in words.late_groups(report.ages))


def _sources(sources: Iterable[ReportSource]) -> Iterator[str]:
    for one in sources:
        fault = f": {one.fault}" if one.fault else ""
        yield from item(escaped(f"{one.name}, {one.url}: {one.what}{fault}"))
