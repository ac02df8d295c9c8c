"""A report as text in 80 columns, coloured on a terminal."""

from collections.abc import Iterable, Iterator
from functools import partial

from click import style

from exporter.summary.alerts import AlertState
from exporter.summary.sentences import figure
from exporter.summary.wording import elapsed, shown
from generators.service_report import words
from generators.service_report.board_text import board_text
from generators.service_report.columns import INDENT, shortened, table, wrapped
from generators.service_report.formats import RenderOptions
from generators.service_report.model import (
    BoardsReport,
    Health,
    RegionalComparison,
    ReportedSignal,
    ServiceReport,
)
from generators.service_report.sparkline import sparkline
from generators.service_report.words import MARKS

_COLORS = {
    Health.OK: "green",
    Health.WARNING: "yellow",
    Health.FAILING: "red",
    Health.UNKNOWN: "bright_black",
}  # what is not judged has no mark
_NAME, _VALUE, _CHANGE, _LINE = 22, 10, 12, 15
_LATER = INDENT * 3


def render(report: ServiceReport, options: RenderOptions) -> str:
    """Return the state of the service."""
    parts = (
        _head(report),
        _section("Signals", _signals(report)),
        _section("Regions", _regions(report.regions)),
        _section("Alerts that fire", _firing(report)),
        _section("Alerts that were over", _over(report)),
        _section("Error budgets", _marked((b.health, words.budget(b)) for b in report.budgets)),
        _section("Anomalies", _anomalies(report)),
        _section("The monitoring itself", _monitoring(report)),
        _section("What it costs", _costs(report)),
        _section("Age of the data", _ages(report)),
        _section("Not known", _bullets(report.unknown)),
        _section("Sources", _sources(report)),
    )
    lines = [line.rstrip() for part in parts for line in part]
    text = "\n".join(lines).strip() + "\n"
    return _colored(text) if options.color else text


def render_boards(report: BoardsReport, options: RenderOptions) -> str:
    """Return dashboards."""
    parts = ["\n".join(board_text(board)) for board in report.boards]
    if report.unknown:
        parts.append("\n".join(_section("Not known", _bullets(report.unknown))).strip())
    text = "\n\n\n".join(parts) + "\n"
    return _colored(text) if options.color else text


def _colored(text: str) -> str:
    """Colour marks and titles: what is plain without it says the same."""
    colors = {MARKS[health]: color for health, color in _COLORS.items()}
    lines = []
    for line in text.split("\n"):
        mark = line.lstrip()[:1]
        if line.isupper() and not line.startswith(" "):
            lines.append(style(line, bold=True))
        elif mark in colors and line.lstrip()[1:2] == " ":
            lines.append(line.replace(mark, style(mark, fg=colors[mark], bold=True), 1))
        else:
            lines.append(line)
    return "\n".join(lines)


def _head(report: ServiceReport) -> Iterator[str]:
    line = f"{MARKS[report.health]} {words.title(report)}: {words.headline(report)}"
    yield from wrapped(line, "", later=INDENT)
    yield from wrapped(words.period(report), "", later=INDENT)
    yield from (
        line for reason in report.reasons[1:] for line in wrapped(f"- {reason}", later=INDENT * 2)
    )


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title.upper()
        yield from found


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from wrapped(f"- {text}", later=_LATER)


def _marked(found: Iterable[tuple[Health, str]]) -> Iterator[str]:
    for health, text in found:
        yield from wrapped(words.marked(health, text), later=_LATER)


def _signals(report: ServiceReport) -> Iterator[str]:
    head = ("", words.observed(report), words.before(report), "week ago", "")
    yield _row("  ", head)
    for one in report.signals:
        signal = one.signal
        line = sparkline(signal.line, _LINE, signal.direction, partial(shown, unit=signal.unit))
        cells = (signal.name, words.value(one), *words.changes(one), line)
        yield _row(f"{MARKS[one.health]:1} ", cells)
        yield from _about(one)


def _row(mark: str, cells: tuple[str, ...]) -> str:
    name, value, before, week, line = cells
    return (
        f"{mark}{shortened(name, _NAME).ljust(_NAME)} {shortened(value, _VALUE).rjust(_VALUE)} "
        f"{before.rjust(_CHANGE)} {week.rjust(_CHANGE)}  {line}"
    ).rstrip()


def _about(one: ReportedSignal) -> Iterator[str]:
    about = "; ".join(words.details(one))
    if about:
        yield from wrapped(about, _LATER)
    if one.why != words.value(one):  # a signal without data says so in its row
        yield from wrapped(one.why, _LATER)
    where = words.spread(one)
    if where:
        yield from wrapped(where, _LATER)


def _regions(found: RegionalComparison) -> Iterator[str]:
    """Yield the regions as columns: there are fewer of them than of signals."""
    head = ("", *(row.region for row in found.rows))
    rows = [
        (
            column.name,
            *(words.marked(cell.health, shown(cell.value, column.unit)) for cell in cells),
        )
        for column, *cells in zip(found.columns, *(row.cells for row in found.rows), strict=True)
    ]
    yield from table(head, rows)


def _firing(report: ServiceReport) -> Iterator[str]:
    yield from wrapped(f"from {report.alerts.source}")
    for one in report.alerts.firing:
        yield from _alert(one, report)
    yield from wrapped(words.none_firing(report.alerts))


def _over(report: ServiceReport) -> Iterator[str]:
    for one in report.alerts.recent:
        yield from _alert(one, report)
    yield from wrapped(words.none_over(report.alerts))


def _alert(one: AlertState, report: ServiceReport) -> Iterator[str]:
    end = report.span.end
    where = f" - {one.place}" if one.place else ""
    yield from wrapped(f"{one.severity.upper()} {one.name}{where}".strip(), later=_LATER)
    about = (words.firing(one, end), words.reading(one))
    yield from wrapped("; ".join(filter(None, about)), _LATER)
    for line in (one.summary, words.acknowledged(one, end), *one.remarks):
        yield from wrapped(line, _LATER) if line else ()


def _anomalies(report: ServiceReport) -> Iterator[str]:
    yield from _bullets(words.anomaly(one) for one in report.anomalies.found)
    yield from wrapped(words.none_odd(report.anomalies))


def _monitoring(report: ServiceReport) -> Iterator[str]:
    yield from _marked(
        (one.health, f"{one.figure.noun}: {figure(one.figure)}") for one in report.monitoring
    )
    for gap in report.gaps:
        text = f"{gap.family} of {gap.project}: {elapsed(gap.seconds)} could not be read"
        yield from wrapped(f"{MARKS[Health.WARNING]} {text}", later=_LATER)


def _costs(report: ServiceReport) -> Iterator[str]:
    for one in report.costs:
        yield from wrapped(f"{one.figure.noun}: {figure(one.figure)}", later=_LATER)


def _ages(report: ServiceReport) -> Iterator[str]:
    yield from wrapped(words.ages(report.ages), later=_LATER)
    yield from _marked((one.health, words.late(one)) for one in words.late_groups(report.ages))


def _sources(report: ServiceReport) -> Iterator[str]:
    for one in report.sources:
        fault = f": {one.fault}" if one.fault else ""
        yield from wrapped(f"{one.name}, {one.url}: {one.what}{fault}", later=_LATER)
    yield from wrapped(f"made {words.time(report.made)} UTC by ionmon {report.version}")
