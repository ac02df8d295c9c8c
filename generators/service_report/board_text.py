"""A dashboard as text: figures, tables, each series with its line, states as episodes."""

from collections.abc import Iterator
from itertools import zip_longest

from exporter.summary.wording import elapsed
from generators.report.model import Alert, DrawnBoard, DrawnPanel, DrawnRow, Lane, PanelKind
from generators.service_report.board_values import bucket_total, drawn_values, figures, in_order
from generators.service_report.columns import INDENT, shortened, table, wrapped
from generators.service_report.words import time

_LATER = INDENT * 3
_NAME = 26


def board_text(board: DrawnBoard) -> Iterator[str]:
    """Yield the lines of a dashboard."""
    yield from wrapped(board.title.upper(), "")
    yield f"{time(board.start)} to {time(board.end)} UTC ({elapsed(board.end - board.start)})"
    chosen = ", ".join(f"{one.label}: {one.text}" for one in board.choices)
    yield from wrapped(chosen, "") if chosen else ()
    for one in in_order(board):
        yield ""
        if isinstance(one, DrawnRow):
            yield from wrapped(f"== {one.title} {_hidden(one)}".rstrip(), "")
        else:
            yield from _panel(one)
    yield from _events(board)


def _hidden(row: DrawnRow) -> str:
    return f"({row.hidden} panels, collapsed)" if row.hidden else ""


def _panel(panel: DrawnPanel) -> Iterator[str]:
    yield from wrapped(panel.title or "(no title)", "")
    for fault in panel.faults:
        yield from wrapped(f"⚠ {fault}", later=_LATER)
    if panel.faults:
        return
    if panel.empty:
        yield from wrapped(panel.no_value or "No data")
        return
    yield from _series(panel)
    yield from _figures(panel)
    yield from _table(panel)
    yield from _heat(panel)
    for lane in panel.lanes:
        yield from _lane(lane)
    for alert in panel.alerts:
        yield from _alert(alert)
    if panel.kind is PanelKind.TEXT:
        for line in panel.text.splitlines():
            yield from wrapped(line)


def _series(panel: DrawnPanel) -> Iterator[str]:
    if not panel.series:
        return
    rows = [
        (one.name, *(f.text for f in figures(one)), drawn_values(one.values, one.field))
        for one in panel.series
    ]
    yield from table(("", "last", "min", "max", ""), rows, left=(0, 4))


def _figures(panel: DrawnPanel) -> Iterator[str]:
    for one in panel.readings:
        name = shortened(one.name, _NAME)
        yield from wrapped(f"{name}: {one.text}" if name else one.text, later=_LATER)


def _table(panel: DrawnPanel) -> Iterator[str]:
    if not panel.columns:
        return
    head = [column.name for column in panel.columns]
    columns = ([cell.text for cell in column.cells] for column in panel.columns)
    rows = [*zip_longest(*columns, fillvalue="")]
    left = {at for at, column in enumerate(panel.columns) if not column.numeric}
    yield from table(head, rows, left={0, *left})
    if not rows:
        yield from wrapped(panel.no_value or "No rows")


def _heat(panel: DrawnPanel) -> Iterator[str]:
    """Yield what fell into each bucket, the highest bound first as it is drawn."""
    if panel.heat is None:
        return
    rows = [
        (
            bucket.bound,
            f"{bucket_total(panel.heat, at):,.6g}",
            drawn_values(bucket.counts, panel.heat.field),
        )
        for at, bucket in reversed([*enumerate(panel.heat.buckets)])
    ]
    yield from table(("up to", "count", ""), rows, left=(0, 2))


def _lane(lane: Lane) -> Iterator[str]:
    yield from wrapped(f"{lane.name}:")
    for one in lane.episodes:
        length = elapsed(one.end - one.start)
        yield from wrapped(f"{time(one.start)} to {time(one.end)} ({length}): {one.text}", _LATER)


def _alert(alert: Alert) -> Iterator[str]:
    labels = " ".join(f"{name}={value}" for name, value in alert.labels)
    text = f"{alert.state} {alert.severity} {alert.name} since {time(alert.since)}: {labels}"
    yield from wrapped(text, later=_LATER)
    if alert.summary:
        yield from wrapped(alert.summary, _LATER)


def _events(board: DrawnBoard) -> Iterator[str]:
    if board.events:
        yield ""
        yield "Events"
    for one in board.events:
        until = f" to {time(one.end)}" if one.end > one.start else ""
        yield from wrapped(f"{time(one.start)}{until}: {one.title}", later=_LATER)
