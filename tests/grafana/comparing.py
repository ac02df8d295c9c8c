"""What the preview's model says of a panel beside what Grafana's code says, as plain values."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any

from generators.report.colors import Theme, palette
from generators.report.model import DrawnPanel, PanelKind

Json = dict[str, Any]
Said = dict[str, Any]
_PALETTE = palette(Theme.DARK)
_RGB = re.compile(r"rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)")


def differences(drawn: DrawnPanel, answer: Json) -> list[str]:
    """Return where the two differ: the place, then what each says."""
    ours, theirs = _READERS[drawn.kind]
    pairs = zip_longest(ours(drawn), theirs(answer))
    return [f"preview {our}\n     grafana {their}" for our, their in pairs if our != their]


def shade(color: str) -> str:
    """Return a colour as #RRGGBB, from a name of ours or from what a style says."""
    found = _RGB.fullmatch(color)
    if found:
        red, green, blue = (int(found[at]) for at in (1, 2, 3))
        clear = "00" if found[4] == "0" else ""
        return f"#{red:02X}{green:02X}{blue:02X}{clear}"
    return _PALETTE.get(color, color).upper()


def _number(value: Any) -> Any:
    """Return a number as both write it; gaps are None."""
    return None if value is None or value == "NaN" else float(f"{float(value):.9g}")


def _our_figures(drawn: DrawnPanel) -> Iterator[Said]:
    for one in drawn.readings:
        yield {"name": one.name, "text": one.text, "color": shade(one.color)}


def _figures(answer: Json) -> Iterator[Said]:
    for one in answer["figures"]:
        yield {"name": one["title"], "text": one["text"], "color": shade(one["color"])}


def _our_lines(drawn: DrawnPanel) -> Iterator[Said]:
    for one in drawn.series:
        points = zip(one.times, one.values, strict=True)
        yield {
            "name": one.name,
            "color": shade(one.color),
            "legend": [(calc.title, calc.text) for calc in one.calcs],
            "points": [(at, _number(value)) for at, value in points if value is not None],
        }


def _columns(answer: Json) -> Iterator[tuple[list[float], Json]]:
    """Yield each shown column of numbers with the times beside it."""
    for frame in answer["frames"]:
        times = next((one["values"] for one in frame["columns"] if one["type"] == "time"), None)
        for one in frame["columns"]:
            if times is not None and one["type"] == "number" and not one["hidden"]:
                yield [at / 1000 for at in times], one


def _lines(answer: Json) -> Iterator[Said]:
    for times, one in _columns(answer):
        points = [(at, _number(value)) for at, value in zip(times, one["values"], strict=True)]
        yield {
            "name": one["name"],
            "color": shade(one["color"]),
            "legend": [(calc["title"], calc["text"]) for calc in one["calcs"]],
            "points": [point for point in points if point[1] is not None],
        }


def _our_table(drawn: DrawnPanel) -> Iterator[Said]:
    for one in drawn.columns:
        yield {"column": one.name, "cells": sorted((c.text, shade(c.color)) for c in one.cells)}
    yield from _rows([[cell.text for cell in one.cells] for one in drawn.columns])


def _table(answer: Json) -> Iterator[Said]:
    shown = [one for frame in answer["frames"][:1] for one in frame["columns"] if not one["hidden"]]
    for one in shown:
        cells = sorted((cell["text"], shade(cell["color"])) for cell in one["cells"])
        yield {"column": one["name"], "cells": cells}
    yield from _rows([[cell["text"] for cell in one["cells"]] for one in shown])


def _rows(columns: list[list[str]]) -> Iterator[Said]:
    """Yield rows in an order of their own: the panel sorts them, no package does."""
    for row in sorted(zip(*columns, strict=True)):
        yield {"row": row}


def _our_lanes(drawn: DrawnPanel) -> Iterator[Said]:
    for one in drawn.lanes:
        found = {(e.text, shade(e.color)) for e in one.episodes}
        yield {"lane": one.name, "states": sorted(found)}


def _lanes(answer: Json) -> Iterator[Said]:
    for _, one in _columns(answer):
        cells = zip(one["values"], one["cells"], strict=True)
        found = {(c["text"], shade(c["color"])) for value, c in cells if _number(value) is not None}
        yield {"lane": one["name"], "states": sorted(found)}


def _our_buckets(drawn: DrawnPanel) -> Iterator[Said]:
    if drawn.heat is not None:
        for one in drawn.heat.buckets:
            yield {"bucket": one.bound, "counts": _counted(drawn.heat.times, one.counts)}


def _buckets(answer: Json) -> Iterator[Said]:
    for times, one in _columns(answer):
        yield {"bucket": one["name"], "counts": _counted(times, one["values"])}


def _counted(times: Iterable[float], counts: Iterable[Any]) -> list[tuple[float, float]]:
    """Return what was counted; whether a bucket with nothing is painted, is the panel's option."""
    pairs = ((at, _number(count)) for at, count in zip(times, counts, strict=True))
    return [(at, count) for at, count in pairs if count]


Reader = tuple[Callable[[DrawnPanel], Iterator[Said]], Callable[[Json], Iterator[Said]]]
_READERS: dict[PanelKind, Reader] = {
    PanelKind.STAT: (_our_figures, _figures),
    PanelKind.GAUGE: (_our_figures, _figures),
    PanelKind.BAR_GAUGE: (_our_figures, _figures),
    PanelKind.TIMESERIES: (_our_lines, _lines),
    PanelKind.TABLE: (_our_table, _table),
    PanelKind.STATE_TIMELINE: (_our_lanes, _lanes),
    PanelKind.HEATMAP: (_our_buckets, _buckets),
}
