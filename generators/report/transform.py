"""Grafana's transformations, as far as dashboards of this project and their like use them."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from exporter.errors import IonmonError
from generators.dashboards.file.panel import TransformationInFile
from generators.report import calculations
from generators.report.display import Field, Value
from generators.report.frames import NUMBER, STRING, TIME, Frame, Vector, renamed
from generators.report.merging import framed, merged
from generators.report.model import DrawnSeries

Frames = list[Frame]
Options = Mapping[str, Any]


class Unknown(IonmonError):
    """A transformation that is not known here."""


def changed(found: Frames, changes: Sequence[TransformationInFile]) -> Frames:
    """Return frames after a panel's transformations."""
    for change in changes:
        if change.id not in _CHANGES:
            raise Unknown(
                f"the transformation {change.id!r} is not known to ionmon preview; "
                f"known are {', '.join(_CHANGES)}"
            )
        found = _CHANGES[change.id](found, change.options)
    return found


def _organize(found: Frames, options: Options) -> Frames:
    excluded = {name for name, out in (options.get("excludeByName") or {}).items() if out}
    included = {name for name, kept in (options.get("includeByName") or {}).items() if kept}
    order = options.get("indexByName") or {}
    names = options.get("renameByName") or {}

    def organized(frame: Frame) -> Frame:
        kept = [
            c for c in frame.columns
            if not excluded & {c.name, c.source} and (not included or included & {c.name, c.source})
        ]  # fmt: skip
        kept.sort(key=lambda c: order.get(c.name, math.inf))
        return Frame(frame.ref, tuple(replace(c, name=names.get(c.name) or c.name) for c in kept))

    return [organized(frame) for frame in found]


def _labels_to_fields(found: Frames, options: Options) -> Frames:
    keep_labels = options.get("keepLabels")
    if options.get("mode") == "rows":
        return [_label_rows(frame, keep_labels) for frame in found]
    tables = [_label_columns(frame, keep_labels, options.get("valueLabel")) for frame in found]
    return merged(tables)


def _label_rows(frame: Frame, keep_labels: Sequence[str] | None) -> Frame:
    labels = [
        pair
        for c in frame.columns
        for pair in c.labels
        if keep_labels is None or pair[0] in keep_labels
    ]
    return Frame(
        frame.ref,
        (
            Vector(name="label", kind=STRING, values=tuple(name for name, _ in labels)),
            Vector(name="value", kind=STRING, values=tuple(value for _, value in labels)),
        ),
    )


def _label_columns(
    frame: Frame, keep_labels: Sequence[str] | None, value_label: str | None
) -> Frame:
    times = [c for c in frame.columns if c.kind == TIME]
    figures = [c for c in frame.columns if c.kind != TIME]
    labels = {n: v for c in figures for n, v in c.labels if keep_labels is None or n in keep_labels}
    value_name = labels.pop(value_label, "Value") if value_label else ""
    columns = [
        Vector(name=n, kind=STRING, values=(v,) * frame.length) for n, v in sorted(labels.items())
    ]
    named = [renamed(c, value_name or c.source) for c in figures]
    return Frame(frame.ref, (*times, *columns, *named))


def _sort_by(found: Frames, options: Options) -> Frames:
    for rule in options.get("sort") or ():
        found = [_sorted(frame, rule.get("field", ""), down=rule.get("desc", False))
                 for frame in found]  # fmt: skip
    return found


def _sorted(frame: Frame, name: str, *, down: bool) -> Frame:
    column = frame.column(name)
    if column is None:
        return frame
    order = sorted(range(frame.length), key=lambda at: sort_key(column.values[at]), reverse=down)
    return _picked(frame, order)


def sort_key(value: Value | DrawnSeries) -> tuple[int, float, str]:
    """Return what sorts values: nothing first, then numbers, then words."""
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, DrawnSeries):
        return sort_key(calculations.reduced("lastNotNull", value.values))
    return (1, float(value), "") if isinstance(value, int | float) else (2, 0.0, value)


def _picked(frame: Frame, order: Sequence[int]) -> Frame:
    columns = (
        Vector(
            name=c.name,
            kind=c.kind,
            values=tuple(c.values[at] for at in order),
            labels=c.labels,
            plain=c.plain,
        )
        for c in frame.columns
    )
    return Frame(frame.ref, tuple(columns))


def _reduce(found: Frames, options: Options) -> Frames:
    """Make a row of each series, with a column for each figure."""
    calcs = [name for name in options.get("reducers") or ["max"] if calculations.known(name)]
    columns = [(f, c) for f in found for c in f.columns if c.kind == NUMBER]
    names: tuple[Value | DrawnSeries, ...] = tuple(c.name for _, c in columns)
    labels = sorted({n for _, c in columns for n, _ in c.labels}) if options.get("labelsToFields") \
        else []  # fmt: skip
    figures = (
        Vector(name=calculations.TITLES[calc], kind=NUMBER,
               values=tuple(calculations.reduced(calc, plain_values(c)) for _, c in columns))
        for calc in calcs
    )  # fmt: skip
    described = (
        Vector(name=n, kind=STRING, values=tuple(dict(c.labels).get(n) for _, c in columns))
        for n in labels
    )
    return (
        [Frame("", (Vector(name="Field", kind=STRING, values=names), *described, *figures))]
        if columns
        else []
    )


def plain_values(column: Vector) -> list[Value]:
    """Return a column's values, without those that are whole series."""
    return [value for value in column.values if not isinstance(value, DrawnSeries)]


def _join(found: Frames, options: Options) -> Frames:
    """Join by a column; `inner` keeps the rows that all have."""
    by = options.get("byField") or "Time"
    joined: dict[Value | DrawnSeries, dict[str, Value | DrawnSeries]] = {}
    kinds: dict[str, Vector] = {}
    counts: dict[Value | DrawnSeries, int] = {}
    for frame in (frame for frame in found if frame.column(by)):
        kinds.update({c.name: c for c in frame.columns if c.name not in kinds})
        for row in frame.rows():
            joined.setdefault(row[by], {}).update(row)
            counts[row[by]] = counts.get(row[by], 0) + 1
    if options.get("mode") == "inner":
        joined = {key: row for key, row in joined.items() if counts[key] == len(found)}
    rows = [joined[key] for key in sorted(joined, key=sort_key)]
    return [framed(found[0].ref, kinds, rows)] if kinds else []


def _filter_by_name(found: Frames, options: Options) -> Frames:
    kept, out = options.get("include") or {}, options.get("exclude") or {}

    def is_picked(column: Vector) -> bool:
        inside = not kept or _named(column, kept)
        return inside and not (out and _named(column, out))

    picked = (Frame(f.ref, tuple(c for c in f.columns if is_picked(c))) for f in found)
    return [frame for frame in picked if frame.columns]


def _named(column: Vector, rule: Options) -> bool:
    pattern = str(rule.get("pattern") or "").strip("/")
    return column.name in (rule.get("names") or ()) or bool(
        pattern and re.search(pattern, column.name)
    )


def _rename_by_regex(found: Frames, options: Options) -> Frames:
    pattern = str(options.get("regex", "")).strip("/")
    put = re.sub(r"\$(\d)", r"\\\1", str(options.get("renamePattern", "")))
    return [
        Frame(f.ref, tuple(renamed(c, re.sub(pattern, put, c.name)) if c.kind != TIME else c
                           for c in f.columns))
        for f in found
    ]  # fmt: skip


def _time_series_table(found: Frames, options: Options) -> Frames:
    """Make a row of each series, its points a sparkline."""
    tables: Frames = []
    for ref in dict.fromkeys(frame.ref for frame in found):
        mine = [frame for frame in found if frame.ref == ref]
        names = sorted({n for f in mine for c in f.columns for n, _ in c.labels})
        name = "Trend" if len({f.ref for f in found}) == 1 else f"Trend #{ref}"
        labels = (
            Vector(
                name=n, kind=STRING, values=tuple(dict(f.columns[-1].labels).get(n) for f in mine)
            )
            for n in names
        )
        tables.append(
            Frame(ref, (*labels, Vector(name=name, kind=NUMBER, values=tuple(map(_whole, mine)))))
        )
    del options
    return tables


def _whole(frame: Frame) -> DrawnSeries:
    times = tuple(float(str(t)) for t in plain_values(frame.columns[0]))
    values = tuple(v if isinstance(v, int | float) else None for v in frame.columns[-1].values)
    return DrawnSeries(
        name=frame.columns[-1].name,
        labels=frame.columns[-1].labels,
        field=Field(),
        color="",
        times=times,
        values=values,
    )


def _limit(found: Frames, options: Options) -> Frames:
    limit = int(options.get("limitField") or 10)
    return [_picked(frame, range(min(limit, frame.length))) for frame in found]


_CHANGES: dict[str, Callable[[Frames, Options], Frames]] = {
    "merge": lambda found, _: merged(found),
    "organize": _organize,
    "labelsToFields": _labels_to_fields,
    "sortBy": _sort_by,
    "reduce": _reduce,
    "joinByField": _join,
    "seriesToColumns": _join,
    "filterFieldsByName": _filter_by_name,
    "renameByRegex": _rename_by_regex,
    "timeSeriesTable": _time_series_table,
    "limit": _limit,
}
