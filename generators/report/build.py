"""A panel of the model, from what its file says and what its queries returned."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from generators.dashboards.file.options import OptionsInFile, ReduceInFile
from generators.report import calculations, gradients, tables, timeline
from generators.report.board_file import FilePanel
from generators.report.display import Field, Value
from generators.report.fields import FieldSubject
from generators.report.formatting import series_color, share, shown
from generators.report.frames import NUMBER, STRING, TIME, Frame, Vector, bound
from generators.report.model import (
    Calc,
    DrawnBucket,
    DrawnFigure,
    DrawnLegend,
    DrawnPanel,
    DrawnSeries,
    Heat,
    Lane,
    Look,
    PanelKind,
)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a panel's queries returned, after its transformations, and what went wrong."""

    frames: tuple[Frame, ...] = ()
    faults: tuple[str, ...] = ()


def panel(file_panel: FilePanel, answer: QueryAnswer, text: Callable[[str], str]) -> DrawnPanel:
    """Return a panel with what it shows; `text` fills variables into titles."""
    legend = file_panel.options.legend
    base = DrawnPanel(
        number=file_panel.number,
        kind=file_panel.kind,
        title=text(file_panel.title),
        description=text(file_panel.description),
        grid=file_panel.grid,
        look=_look(file_panel.options),
        legend=DrawnLegend(
            shown=legend.show_legend and legend.display_mode != "hidden",
            table=legend.display_mode == "table",
            right=legend.placement == "right",
        ),
        no_value=file_panel.config.no_value,
        faults=answer.faults,
        bare=file_panel.bare,
        type_name=file_panel.type_name,
    )
    build = _BUILDERS.get(file_panel.kind)
    if build is None or answer.faults:
        return base
    config = replace(file_panel.config, spread=_spread(answer.frames))
    return build(base, replace(file_panel, config=config), answer.frames)


def _spread(frames: tuple[Frame, ...]) -> tuple[float, float]:
    """Return the lowest and the highest of all figures."""
    figures = [column for frame in frames for column in frame.columns if column.kind == NUMBER]
    return gradients.spread(
        [v for v in column.values if isinstance(v, int | float) and not math.isnan(v)]
        for column in figures
    )


def _look(options: OptionsInFile) -> Look:
    return Look(
        color=options.color_mode,
        graph=options.graph_mode,
        text=options.text_mode,
        orientation=options.orientation,
        bar=options.display_mode,
        unfilled=options.show_unfilled,
        markers=options.show_threshold_markers,
        show_value=options.show_value,
        sorts=_sorts(options),
    )


def _sorts(options: OptionsInFile) -> tuple[tuple[str, bool], ...]:
    """Return what a table's rows, or else a legend's names, are sorted by."""
    by_legend = (options.legend.sort_by, options.legend.sort_desc)
    listed = [(one.display_name, one.desc) for one in options.sort_by] or [by_legend]
    return tuple((name, down) for name, down in listed if name)


def _subjects(frames: tuple[Frame, ...]) -> list[tuple[Vector, Vector, FieldSubject]]:
    """Return each column of figures with the times beside it."""
    found: list[tuple[Vector, Vector, FieldSubject]] = []
    for frame in frames:
        figures = [c for c in frame.columns if c.kind == NUMBER]
        for times in [c for c in frame.columns if c.kind == TIME][:1]:
            found += [
                (times, c, FieldSubject(c.name, frame.ref, c.labels, source=c.source))
                for c in figures
            ]
    return found


def _series(file_panel: FilePanel, frames: tuple[Frame, ...]) -> tuple[DrawnSeries, ...]:
    calcs = file_panel.options.legend.calcs
    found = []
    for at, (times, column, subject) in enumerate(_subjects(frames)):
        field = file_panel.config.of(subject)
        values = tuple(v if isinstance(v, int | float) else None for v in column.values)
        color = series_color(field, at, calculations.reduced("lastNotNull", values))
        when = tuple(t for t in times.values if isinstance(t, int | float))
        found.append(
            DrawnSeries(
                name=field.name,
                labels=column.labels,
                field=field,
                color=color,
                times=when,
                values=values,
                calcs=_calcs(calcs, values, field),
            )
        )
    return tuple(found)


def _calcs(
    names: tuple[str, ...], values: tuple[float | None, ...], field: Field
) -> tuple[Calc, ...]:
    figures = [
        (name, calculations.reduced(name, values)) for name in names if calculations.known(name)
    ]
    counted = replace(field, unit="none")
    return tuple(
        Calc(
            calculations.TITLES[name],
            value,
            shown(value, counted if name in calculations.COUNTS else field).text,
        )
        for name, value in figures
    )


def _timeseries(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    return replace(
        base, series=tuple(s for s in _series(file_panel, frames) if not s.field.style.hidden)
    )


def _readings(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    how = file_panel.options.reduce_options
    if how.values:
        found = _rows(file_panel, frames, how)
    else:
        calc = next((c for c in how.calcs if calculations.known(c)), "lastNotNull")
        found = [
            (series.name, calculations.reduced(calc, series.values), series.field, series)
            for series in _series(file_panel, frames)
            if not series.field.style.hidden
        ]
    spread = [v for *_, s in found if s for v in s.values if v is not None]
    spread += [v for _, v, _, _ in found if isinstance(v, int | float)]
    low, high = (min(spread), max(spread)) if spread else (None, None)
    readings = tuple(_reading(one, at, low, high) for at, one in enumerate(found))
    return replace(base, readings=readings or (_nothing(file_panel.config.usual),))


def _nothing(field: Field) -> DrawnFigure:
    """Return what stands where there is no value: Grafana gives it the colour of the lowest."""
    show = shown(None, field)
    return DrawnFigure(
        name="", text=show.text or "No data", color=show.color or series_color(field, 0, None),
        field=field,
    )  # fmt: skip


Found = tuple[str, Value, Field, DrawnSeries | None]


def _rows(file_panel: FilePanel, frames: tuple[Frame, ...], how: ReduceInFile) -> list[Found]:
    """Return a reading for each row, named by its words."""
    found: list[Found] = []
    for frame in frames:
        words = [c for c in frame.columns if c.kind == STRING]
        for column in (c for c in frame.columns if c.kind == NUMBER):
            field = file_panel.config.of(FieldSubject(column.name, frame.ref, column.labels))
            for at in range(min(frame.length, int(how.limit or frame.length))):
                name = " ".join(str(c.values[at]) for c in words) or field.name
                value = column.values[at]
                found.append((name, None if isinstance(value, DrawnSeries) else value, field, None))
    return found


def _reading(one: Found, at: int, low: float | None, high: float | None) -> DrawnFigure:
    name, value, field, series = one
    show = shown(value, field)
    bottom = field.minimum if field.minimum is not None else 0.0 if low is None else min(low, 0.0)
    top = next(n for n in (field.maximum, high, 100.0) if n is not None)
    return DrawnFigure(
        name=name,
        text=show.text,
        color=show.color or series_color(field, at, value),
        field=field,
        value=value,
        share=share(value, field, bottom, top) if isinstance(value, int | float) else 0.0,
        minimum=bottom,
        maximum=top,
        behind=series,
    )


def _table(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    columns = tables.columns(file_panel.config, frames[0]) if frames else ()
    return replace(base, columns=tables.ordered(columns, base.look.sorts))


def _heatmap(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    axis = file_panel.options.y_axis
    field = replace(
        file_panel.config.of(FieldSubject("")),
        unit=axis.unit or file_panel.config.unit,
        decimals=axis.decimals,
    )
    subjects = sorted(_subjects(frames), key=lambda s: bound(s[1].name))
    rows = [[_number(v) for v in column.values] for _, column, _ in subjects]
    minimum = file_panel.options.filter_values.le
    buckets = tuple(
        DrawnBucket(column.name, tuple(None if v is None or v <= minimum else v for v in row))
        for (_, column, _), row in zip(subjects, rows, strict=True)
    )
    if not buckets:
        return base
    times = tuple(t for t in subjects[0][0].values if isinstance(t, int | float))
    scheme = file_panel.options.color.scheme
    return replace(base, heat=Heat(times, buckets, scheme, field))


def _number(value: Value | DrawnSeries) -> float | None:
    return value if isinstance(value, int | float) else None


def _timeline(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    merge = file_panel.options.merge_values
    lanes = [
        Lane(series.name, timeline.episodes(series, at, merge=merge))
        for at, series in enumerate(_series(file_panel, frames))
    ]
    found = tuple(lane for lane in lanes if lane.episodes)
    return replace(base, lanes=found, no_value=timeline.EMPTY)


def _text(base: DrawnPanel, file_panel: FilePanel, frames: tuple[Frame, ...]) -> DrawnPanel:
    del frames
    rich = file_panel.options.mode == "markdown"
    return replace(base, text=file_panel.options.content, rich=rich)


_BUILDERS: dict[PanelKind, Callable[[DrawnPanel, FilePanel, tuple[Frame, ...]], DrawnPanel]] = {
    PanelKind.TIMESERIES: _timeseries,
    PanelKind.STAT: _readings,
    PanelKind.GAUGE: _readings,
    PanelKind.BAR_GAUGE: _readings,
    PanelKind.TABLE: _table,
    PanelKind.HEATMAP: _heatmap,
    PanelKind.STATE_TIMELINE: _timeline,
    PanelKind.TEXT: _text,
}
