"""A dashboard file: its panels with their queries, as the file has them; nothing is queried yet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from exporter.errors import SettingsError
from generators.dashboards.file import board
from generators.dashboards.file.board import AnnotationInFile, VariableInFile
from generators.dashboards.file.options import OptionsInFile
from generators.dashboards.file.panel import PanelInFile, TransformationInFile
from generators.report.fields import PanelFields
from generators.report.model import DrawnRow, GridPlace, PanelKind

_KINDS = frozenset(PanelKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTarget:
    """One query of a panel."""

    ref: str
    expr: str
    legend: str = ""
    format: str = "time_series"
    instant: bool = False
    interval: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePanel:
    """A panel as its file says it; `options` are read by what builds its kind."""

    number: int
    kind: PanelKind
    title: str
    description: str
    grid: GridPlace
    targets: tuple[FileTarget, ...]
    changes: tuple[TransformationInFile, ...]
    config: PanelFields
    options: OptionsInFile
    repeat: str = ""
    across: bool = True
    max_per_row: int = 4
    points: int = 0
    bare: bool = False
    type_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnotation:
    """A query whose results are marks in every chart."""

    name: str
    expr: str
    color: str
    step: str
    title: str
    text: str
    data: str
    by_value: bool = False  # values are times, in milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBoard:
    """A dashboard as its file says it."""

    path: Path
    uid: str
    title: str
    description: str
    start: str
    end: str
    variables: tuple[VariableInFile, ...]
    rows: tuple[DrawnRow, ...]
    panels: tuple[FilePanel, ...]
    notes: tuple[FileAnnotation, ...]
    links: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name that a command line says, and an output file bears."""
        return self.path.stem


def files(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """Return the dashboards of a folder, or those of these names."""
    found = {path.stem: path for path in sorted(folder.glob("*.json"))}
    if not found:
        raise SettingsError(
            f"{folder}: holds no dashboard; "
            "write them with: ionmon configs --config monitoring.yaml"
        )
    for name in names:
        if name not in found:
            raise SettingsError(f"--dashboard {name}: is none of {', '.join(found)}")
    return [found[name] for name in names or found]


def read(path: Path, *, open_rows: bool = False) -> FileBoard:
    """Read a dashboard; `open_rows` opens the collapsed ones."""
    found = board.read(path)
    rows, panels = _laid_out(found.panels, open_rows=open_rows)
    return FileBoard(
        path=path,
        uid=found.uid or path.stem,
        title=found.title,
        description=found.description,
        start=found.time.begin,
        end=found.time.to,
        variables=found.templating.list,
        rows=rows,
        panels=panels,
        notes=tuple(_annotation(one) for one in found.annotations.list if one.expr and one.enable),
        links=tuple(link.title for link in found.links),
    )


def _annotation(found: AnnotationInFile) -> FileAnnotation:
    return FileAnnotation(
        name=found.name,
        expr=found.expr,
        color=found.icon_color,
        step=found.step or "60s",
        title=found.title_format or found.name,
        text=found.text_format,
        data=found.datasource.uid,
        by_value=found.use_value_for_time,
    )


def _laid_out(
    found: tuple[PanelInFile, ...], *, open_rows: bool
) -> tuple[tuple[DrawnRow, ...], tuple[FilePanel, ...]]:
    """Return rows and panels; what an opened row holds moves everything below it down."""
    rows, panels, lower = list[DrawnRow](), list[FilePanel](), 0
    for one in sorted(found, key=lambda panel: (panel.grid_pos.y, panel.grid_pos.x)):
        grid = _grid(one, lower)
        if one.type != "row":
            panels.append(_panel(one, grid))
            continue
        rows.append(DrawnRow(one.title, grid.y, 0 if open_rows else len(one.panels)))
        if open_rows and one.panels:
            top = min(inner.grid_pos.y for inner in one.panels)
            panels += [_panel(inner, _grid(inner, grid.y + 1 - top)) for inner in one.panels]
            lower += max(inner.grid_pos.y + inner.grid_pos.h for inner in one.panels) - top
    return tuple(rows), tuple(panels)


def _grid(found: PanelInFile, lower: int) -> GridPlace:
    place = found.grid_pos
    return GridPlace(place.x, place.y + lower, place.w, place.h)


def _panel(found: PanelInFile, grid: GridPlace) -> FilePanel:
    return FilePanel(
        number=found.id,
        kind=PanelKind(found.type) if found.type in _KINDS else PanelKind.UNKNOWN,
        title=found.title,
        description=found.description,
        grid=grid,
        targets=tuple(_targets(found)),
        changes=tuple(one for one in found.transformations if not one.disabled),
        config=PanelFields(found.field_config, found.type),
        options=found.options,
        repeat=found.repeat,
        across=found.repeat_direction == "h",
        max_per_row=found.max_per_row or 4,
        points=found.max_data_points,
        bare=found.transparent,
        type_name=found.type,
    )


def _targets(found: PanelInFile) -> Iterator[FileTarget]:
    for one in found.targets:
        if one.hide or not one.expr:
            continue
        target = FileTarget(
            ref=one.ref_id,
            expr=one.expr,
            legend=one.legend_format,
            format=one.format,
            instant=one.instant,
            interval=one.interval or found.interval,
            data=one.datasource.uid or found.datasource.uid,
        )
        yield target
        if one.instant and one.range:
            yield replace(target, instant=False)


def repeated(panel: FilePanel, values: tuple[str, ...]) -> list[tuple[FilePanel, str]]:
    """Return a panel once for each value of its variable, placed as Grafana does."""
    if not panel.across:
        high = panel.grid.h
        return [
            (replace(panel, grid=replace(panel.grid, y=panel.grid.y + at * high)), value)
            for at, value in enumerate(values)
        ]
    columns = min(panel.max_per_row, max(1, len(values)))
    return [
        (replace(panel, grid=_across(panel.grid, columns, at)), value)
        for at, value in enumerate(values)
    ]


def _across(grid: GridPlace, columns: int, at: int) -> GridPlace:
    """Return the place of a repeated panel: from left to right, then the next line."""
    wide = 24 // columns
    return replace(grid, x=at % columns * wide, y=grid.y + at // columns * grid.h, w=wide)
