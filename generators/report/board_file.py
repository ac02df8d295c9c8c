"""A dashboard file: its panels with their queries, as the file says them; nothing is asked yet."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporter.errors import SettingsError
from generators.report.fields import PanelFields
from generators.report.model import DrawnRow, GridPlace, PanelKind

_KINDS = frozenset(PanelKind)


@dataclass(frozen=True, slots=True)
class FileTarget:
    """One query of a panel."""

    ref: str
    expr: str
    legend: str = ""
    format: str = "time_series"
    instant: bool = False
    least: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class FileTransformation:
    """One transformation of what queries return."""

    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FilePanel:
    """A panel as its file says it; `options` are read by what builds its kind."""

    number: int
    kind: PanelKind
    title: str
    description: str
    grid: GridPlace
    targets: tuple[FileTarget, ...]
    changes: tuple[FileTransformation, ...]
    config: PanelFields
    options: Mapping[str, Any]
    repeat: str = ""
    across: bool = True
    most: int = 4
    points: int = 0
    bare: bool = False
    type_name: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class FileBoard:
    """A dashboard as its file says it."""

    path: Path
    uid: str
    title: str
    description: str
    start: str
    end: str
    variables: tuple[Mapping[str, Any], ...]
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
        raise SettingsError(f"{folder}: holds no dashboard; write them with ionmon configs")
    for name in names:
        if name not in found:
            raise SettingsError(f"--dashboard {name}: is none of {', '.join(found)}")
    return [found[name] for name in names or found]


def read(path: Path, *, open_rows: bool = False) -> FileBoard:
    """Read a dashboard; `open_rows` opens the collapsed ones."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return _file(path, said, open_rows=open_rows)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: is no JSON: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path}: is no dashboard of Grafana's classic schema: {error!r} is missing or wrong"
        ) from error


def _file(path: Path, said: Mapping[str, Any], *, open_rows: bool) -> FileBoard:
    rows, panels = _laid_out(said["panels"], open_rows=open_rows)
    time = said.get("time") or {}
    listed = (said.get("annotations") or {}).get("list") or ()
    return FileBoard(
        path=path,
        uid=said.get("uid") or path.stem,
        title=said["title"],
        description=said.get("description") or "",
        start=time.get("from", "now-6h"),
        end=time.get("to", "now"),
        variables=tuple((said.get("templating") or {}).get("list") or ()),
        rows=rows,
        panels=panels,
        notes=tuple(_noted(one) for one in listed if one.get("expr") and one.get("enable")),
        links=tuple(one.get("title", "") for one in said.get("links") or ()),
    )


def _noted(said: Mapping[str, Any]) -> FileAnnotation:
    return FileAnnotation(
        said.get("name", ""),
        said["expr"],
        said.get("iconColor", "red"),
        said.get("step") or "60s",
        said.get("titleFormat") or said.get("name", ""),
        said.get("textFormat") or "",
        _data(said),
        by_value=bool(said.get("useValueForTime")),
    )


def _laid_out(
    said: list[Mapping[str, Any]], *, open_rows: bool
) -> tuple[tuple[DrawnRow, ...], tuple[FilePanel, ...]]:
    """Return rows and panels; what an opened row holds moves everything below it down."""
    rows, panels, lower = list[DrawnRow](), list[FilePanel](), 0
    for one in sorted(said, key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"])):
        grid = _grid(one, lower)
        if one["type"] != "row":
            panels.append(_wanted(one, grid))
            continue
        hidden = one.get("panels") or []
        rows.append(DrawnRow(one.get("title", ""), grid.y, 0 if open_rows else len(hidden)))
        if open_rows and hidden:
            top = min(inner["gridPos"]["y"] for inner in hidden)
            panels += [_wanted(inner, _grid(inner, grid.y + 1 - top)) for inner in hidden]
            lower += max(inner["gridPos"]["y"] + inner["gridPos"]["h"] for inner in hidden) - top
    return tuple(rows), tuple(panels)


def _grid(said: Mapping[str, Any], lower: int) -> GridPlace:
    place = said["gridPos"]
    return GridPlace(place["x"], place["y"] + lower, place["w"], place["h"])


def _data(said: Mapping[str, Any]) -> str:
    source = said.get("datasource") or {}
    return source.get("uid", "") if isinstance(source, dict) else str(source)


def _wanted(said: Mapping[str, Any], grid: GridPlace) -> FilePanel:
    config = said.get("fieldConfig") or {}
    kind = said["type"]
    return FilePanel(
        number=said.get("id") or 0,
        kind=PanelKind(kind) if kind in _KINDS else PanelKind.UNKNOWN,
        title=said.get("title") or "",
        description=said.get("description") or "",
        grid=grid,
        targets=tuple(_targets(said)),
        changes=tuple(
            FileTransformation(one["id"], one.get("options") or {})
            for one in said.get("transformations") or ()
            if not one.get("disabled")
        ),
        config=PanelFields(config.get("defaults") or {}, tuple(config.get("overrides") or ())),
        options=said.get("options") or {},
        repeat=said.get("repeat") or "",
        across=said.get("repeatDirection", "h") == "h",
        most=said.get("maxPerRow") or 4,
        points=said.get("maxDataPoints") or 0,
        bare=bool(said.get("transparent")),
        type_name=kind,
    )


def _targets(said: Mapping[str, Any]) -> Iterator[FileTarget]:
    for one in said.get("targets") or ():
        if one.get("hide") or not one.get("expr"):
            continue
        target = FileTarget(
            ref=one.get("refId", "A"),
            expr=one["expr"],
            legend=one.get("legendFormat") or "",
            format=one.get("format") or "time_series",
            instant=bool(one.get("instant")),
            least=one.get("interval") or said.get("interval") or "",
            data=_data(one) or _data(said),
        )
        yield target
        if one.get("instant") and one.get("range"):
            yield replace(target, instant=False)


def repeated(panel: FilePanel, values: tuple[str, ...]) -> list[tuple[FilePanel, str]]:
    """Return a panel once for each value of its variable, placed as Grafana does."""
    if not panel.across:
        high = panel.grid.h
        return [
            (replace(panel, grid=replace(panel.grid, y=panel.grid.y + at * high)), value)
            for at, value in enumerate(values)
        ]
    columns = min(panel.most, max(1, len(values)))
    return [
        (replace(panel, grid=_across(panel.grid, columns, at)), value)
        for at, value in enumerate(values)
    ]


def _across(grid: GridPlace, columns: int, at: int) -> GridPlace:
    """Return the place of a repeated panel: from left to right, then the next line."""
    wide = 24 // columns
    return replace(grid, x=at % columns * wide, y=grid.y + at // columns * grid.h, w=wide)
