"""A dashboard as Markdown: figures, tables, each series with its line, states as episodes."""

from collections.abc import Iterator
from itertools import zip_longest

from exporter.summary.wording import elapsed
from generators.report.model import Alert, DrawnBoard, DrawnPanel, DrawnRow, Lane, PanelKind
from generators.service_report.board_values import bucket_total, drawn_values, figures, in_order
from generators.service_report.markdown_text import drawn, escaped, item, paragraph, table
from generators.service_report.words import time


def board_lines(board: DrawnBoard) -> Iterator[str]:
    """Yield the lines of a dashboard."""
    length = elapsed(board.end - board.start)
    yield f"# {escaped(board.title)}"
    yield ""
    yield f"{time(board.start)} to {time(board.end)} UTC ({length})"
    yield ""
    yield from paragraph(escaped(", ".join(f"{one.label}: {one.text}" for one in board.choices)))
    for one in in_order(board):
        yield ""
        if isinstance(one, DrawnRow):
            hidden = f" ({one.hidden} panels, collapsed)" if one.hidden else ""
            yield f"## {escaped(one.title + hidden)}"
        else:
            yield from _panel(one)
    yield from _events(board)
    yield ""


def _panel(panel: DrawnPanel) -> Iterator[str]:
    yield f"### {escaped(panel.title or '(no title)')}"
    yield ""
    for fault in panel.faults:
        yield from item(escaped(f"⚠ {fault}"))
    if panel.faults:
        return
    if panel.empty:
        yield from paragraph(escaped(panel.no_value or "No data"))
        return
    yield from _series(panel)
    for one in panel.readings:
        yield from item(escaped(f"{one.name}: {one.text}" if one.name else one.text))
    yield from _table(panel)
    yield from _heat(panel)
    for lane in panel.lanes:
        yield from _lane(lane)
    for alert in panel.alerts:
        yield from _alert(alert)
    if panel.kind is PanelKind.TEXT:
        yield from _text(panel)


def _text(panel: DrawnPanel) -> Iterator[str]:
    for line in panel.text.splitlines():
        yield from paragraph(escaped(line))
        yield ""


def _series(panel: DrawnPanel) -> Iterator[str]:
    rows = [
        (
            escaped(one.name),
            *(escaped(f.text) for f in figures(one)),
            drawn(drawn_values(one.values, one.field)),
        )
        for one in panel.series
    ]
    yield from table(("series", "last", "min", "max", "line"), rows, right=(1, 2, 3))


def _table(panel: DrawnPanel) -> Iterator[str]:
    if not panel.columns:
        return
    head = [escaped(column.name) for column in panel.columns]
    columns = ([escaped(cell.text) for cell in column.cells] for column in panel.columns)
    rows = [*zip_longest(*columns, fillvalue="")]
    right = [at for at, column in enumerate(panel.columns) if column.numeric]
    yield from table(head, rows, right=right)
    if not rows:
        yield from paragraph(escaped(panel.no_value or "No rows"))


def _heat(panel: DrawnPanel) -> Iterator[str]:
    """Yield what fell into each bucket, the highest bound first as it is drawn."""
    if panel.heat is None:
        return
    rows = [
        (
            escaped(bucket.bound),
            f"{bucket_total(panel.heat, at):,.6g}",
            drawn(drawn_values(bucket.counts, panel.heat.field)),
        )
        for at, bucket in reversed([*enumerate(panel.heat.buckets)])
    ]
    yield from table(("up to", "count", "line"), rows, right=(1,))


def _lane(lane: Lane) -> Iterator[str]:
    yield from item(escaped(lane.name))
    for one in lane.episodes:
        length = elapsed(one.end - one.start)
        text = f"{time(one.start)} to {time(one.end)} ({length}): {one.text}"
        yield from item(escaped(text), depth=1)


def _alert(alert: Alert) -> Iterator[str]:
    labels = " ".join(f"{name}={value}" for name, value in alert.labels)
    text = f"{alert.state} {alert.severity} {alert.name} since {time(alert.since)}: {labels}"
    yield from item(escaped(text))
    if alert.summary:
        yield from item(escaped(alert.summary), depth=1)


def _events(board: DrawnBoard) -> Iterator[str]:
    if board.events:
        yield ""
        yield "### Events"
        yield ""
    for one in board.events:
        until = f" to {time(one.end)}" if one.end > one.start else ""
        yield from item(escaped(f"{time(one.start)}{until}: {one.title}"))
