"""The columns of a table, from a frame."""

import math
from dataclasses import replace

from generators.report import calculations
from generators.report.display import Field, Value
from generators.report.fields import FieldSubject, PanelFields
from generators.report.formatting import series_color, share, shown
from generators.report.frames import NUMBER, TIME, Frame, Vector
from generators.report.model import Cell, DrawnColumn, DrawnSeries
from generators.report.transform import sort_key

_TIME = "dateTimeAsIso"
_TO_THE_MILLISECOND = "time:YYYY-MM-DD HH:mm:ss.SSS"
_MINUTE = 60.0


def columns(config: PanelFields, frame: Frame) -> tuple[DrawnColumn, ...]:
    """Return the columns of a frame that are not hidden."""
    found = (_column(config, frame, vector) for vector in frame.columns)
    return tuple(column for column in found if not column.field.style.hidden)


def _column(config: PanelFields, frame: Frame, vector: Vector) -> DrawnColumn:
    field = config.of(
        FieldSubject(
            name=vector.name,
            ref=frame.ref,
            labels=vector.labels,
            kind=vector.kind,
            source=vector.source,
        )
    )
    if vector.kind == TIME and not field.unit.startswith(("dateTime", "time:")):
        field = replace(field, unit=_precise(vector))
    numbers = [v for v in vector.values if isinstance(v, int | float)]
    low, high = (min([0.0, *numbers]), max(numbers)) if numbers else (0.0, 100.0)
    scale = 1000.0 if vector.kind == TIME else 1.0  # Grafana's times are milliseconds
    cells = tuple(_cell(value, field, (low, high), scale) for value in vector.values)
    return DrawnColumn(field.name, field, cells, numeric=vector.kind == NUMBER)


def _precise(times: Vector) -> str:
    """Return the unit of a column of times: within a minute, Grafana writes milliseconds."""
    found = [value for value in times.values if isinstance(value, int | float)]
    near = len(found) > 1 and abs(found[-1] - found[0]) < _MINUTE
    return _TO_THE_MILLISECOND if near else _TIME


def _cell(
    value: Value | DrawnSeries, field: Field, limits: tuple[float, float], scale: float
) -> Cell:
    if isinstance(value, DrawnSeries):
        last = calculations.reduced("lastNotNull", value.values)
        color = series_color(field, 0, last)
        series = replace(value, field=field, color=color)
        return Cell(text=shown(last, field).text, color=color, value=last, behind=series)
    number = value * scale if isinstance(value, int | float) else value
    if scale != 1 and isinstance(number, float) and math.isfinite(number):
        number = float(round(number))
    show = shown(number, field)
    where = share(value, field, *limits) if isinstance(value, int | float) else 0.0
    return Cell(text=show.text, color=show.color, value=value, share=where)


def ordered(
    found: tuple[DrawnColumn, ...], sorts: tuple[tuple[str, bool], ...]
) -> tuple[DrawnColumn, ...]:
    """Return the columns with their rows in the order of some of them, the first one first."""
    order = list(range(len(found[0].cells) if found else 0))
    for name, down in reversed(sorts):
        by = next((column for column in found if column.name == name), None)
        if by is not None:
            keys = [sort_key(cell.value) for cell in by.cells]
            order.sort(key=keys.__getitem__, reverse=down)
    return tuple(replace(c, cells=tuple(c.cells[at] for at in order)) for c in found)
