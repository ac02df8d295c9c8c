"""The dashboards of a set as frozen values: what each panel queries, and how its values read.

Grafana's own files say far more, in Grafana's order: this is what people compare and programs ask.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import JsonValue, ValidationError

from generators.dashboards.file.board import BoardInFile, LinkInFile
from generators.dashboards.file.field import FieldLinkInFile, ThresholdsInFile
from generators.dashboards.file.panel import OverrideInFile, PanelInFile
from generators.output_folders import DASHBOARDS


@dataclass(frozen=True, slots=True)
class ThresholdDefinition:
    """A colour from a value upwards; without a value, below all others."""

    value: float | None
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryDefinition:
    """A query of a panel."""

    ref: str
    expr: str
    legend: str
    datasource: str
    instant: bool


@dataclass(frozen=True, slots=True)
class LinkDefinition:
    """A link of a dashboard or a panel."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDefinition:
    """What some series or columns of a panel have of their own."""

    series: str
    unit: str | None
    thresholds: tuple[ThresholdDefinition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelDefinition:
    """A panel; `row` is the row that it stands in."""

    number: int
    title: str
    row: str
    kind: str
    description: str
    unit: str
    thresholds: tuple[ThresholdDefinition, ...]
    queries: tuple[QueryDefinition, ...]
    links: tuple[LinkDefinition, ...]
    series: tuple[SeriesDefinition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDefinition:
    """A dashboard; `name` is that of its file."""

    name: str
    uid: str
    title: str
    description: str
    tags: tuple[str, ...]
    refresh: str
    start: str
    end: str
    variables: tuple[str, ...]
    links: tuple[LinkDefinition, ...]
    panels: tuple[PanelDefinition, ...]


def definitions(files: Mapping[str, bytes]) -> tuple[BoardDefinition, ...]:
    """Return the dashboards of a set, by name; a file that is none is left out."""
    return tuple(
        found
        for path, content in sorted(files.items())
        if path.startswith(f"{DASHBOARDS}/") and path.endswith(".json")
        if (found := _board(PurePosixPath(path).stem, content)) is not None
    )


def _board(name: str, content: bytes) -> BoardDefinition | None:
    try:
        found = BoardInFile.model_validate_json(content)
    except ValidationError:
        return None
    return BoardDefinition(
        name=name,
        uid=found.uid,
        title=found.title,
        description=found.description,
        tags=found.tags,
        refresh=str(found.refresh or ""),
        start=found.time.begin,
        end=found.time.to,
        variables=tuple(one.name for one in found.templating.list),
        links=tuple(map(_link, found.links)),
        panels=tuple(_panels(found.panels)),
    )


def _panels(found: tuple[PanelInFile, ...]) -> Iterator[PanelDefinition]:
    """Yield the panels from top to bottom, those of collapsed rows, too."""
    row = ""
    for one in sorted(found, key=lambda panel: (panel.grid_pos.y, panel.grid_pos.x)):
        if one.type != "row":
            yield _panel(one, row)
            continue
        row = one.title
        for inner in one.panels:
            yield _panel(inner, row)


def _panel(found: PanelInFile, row: str) -> PanelDefinition:
    return PanelDefinition(
        number=found.id,
        title=found.title,
        row=row,
        kind=found.type,
        description=found.description,
        unit=found.field.unit,
        thresholds=_thresholds(found.field.thresholds),
        queries=tuple(_queries(found)),
        links=tuple(map(_link, found.links)),
        series=tuple(_series(found.field_config.overrides)),
    )


def _queries(found: PanelInFile) -> Iterator[QueryDefinition]:
    for one in found.targets:
        yield QueryDefinition(
            ref=one.ref_id,
            expr=one.expr,
            legend=one.legend_format,
            datasource=one.datasource.uid or found.datasource.uid,
            instant=one.instant,
        )


def _series(found: tuple[OverrideInFile, ...]) -> Iterator[SeriesDefinition]:
    """Yield the overrides that set a unit or thresholds."""
    for one in found:
        values = {each.id: each.value for each in one.properties}
        if values.keys() & {"unit", "thresholds"}:
            unit = values.get("unit")
            yield SeriesDefinition(
                series=str(one.matcher.options),
                unit=None if unit is None else str(unit),
                thresholds=_own_thresholds(values.get("thresholds")),
            )


def _own_thresholds(found: JsonValue) -> tuple[ThresholdDefinition, ...]:
    return _thresholds(ThresholdsInFile.model_validate(found)) if isinstance(found, dict) else ()


def _thresholds(found: ThresholdsInFile) -> tuple[ThresholdDefinition, ...]:
    return tuple(ThresholdDefinition(step.value, step.color) for step in found.steps)


def _link(found: LinkInFile | FieldLinkInFile) -> LinkDefinition:
    return LinkDefinition(found.title, found.url)
