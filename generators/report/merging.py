"""Tables made one: Grafana's transformation `merge`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from generators.report.display import Value
from generators.report.frames import Frame, Vector
from generators.report.model import DrawnSeries

Row = dict[str, Value | DrawnSeries]


def merged(found: list[Frame]) -> list[Frame]:
    """Make one table: rows that agree in all that the frames share, and differ in nothing."""
    filled = [frame for frame in found if frame.columns]
    if len(found) < 2 or not filled:  # noqa: PLR2004 - one is not merged
        return found[:1]
    kinds = {c.source: c for frame in reversed(filled) for c in reversed(frame.columns)}
    names = {c.source: None for frame in filled for c in frame.columns}
    shared = [n for n in names if all(n in {c.source for c in f.columns} for f in filled)]
    if not shared:
        return found
    rows: list[Row] = []
    by_key: dict[tuple[str, ...], list[Row]] = {}
    for row in (row for frame in filled for row in _by_source(frame)):
        mine = by_key.setdefault(tuple(str(row[name]) for name in shared), [])
        partners = [one for one in mine if _joins(one, row)]
        for partner in partners:
            partner.update(row)
        if not partners:
            rows.append(dict(row))
            mine.append(rows[-1])
    ref = "merge-" + "-".join(frame.ref for frame in filled)
    return [framed(ref, {name: replace(kinds[name], labels=()) for name in names}, rows)]


def _by_source(frame: Frame) -> list[Row]:
    names = [column.source for column in frame.columns]
    cells = zip(*(column.values for column in frame.columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells]


def _joins(one: Row, other: Row) -> bool:
    return all(one.get(name) is None or one[name] == other[name] for name in other)


def framed(ref: str, like: Mapping[str, Vector], rows: Sequence[Row]) -> Frame:
    """Return rows as a frame with columns such as these, by their names in rows."""
    columns = (
        Vector(
            name=column.name,
            kind=column.kind,
            values=tuple(row.get(name) for row in rows),
            labels=column.labels,
            plain=column.plain,
        )
        for name, column in like.items()
    )
    return Frame(ref, tuple(columns))
