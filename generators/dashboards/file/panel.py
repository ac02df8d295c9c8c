"""Panels of a dashboard file: queries, positions, configuration of fields."""

from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue

from generators.dashboards.file.field import FieldInFile, FieldLinkInFile
from generators.dashboards.file.lenient import Lenient
from generators.dashboards.file.options import OptionsInFile


def _by_uid(found: object) -> object:
    """Return a datasource as a mapping: old files have its name alone."""
    return found if isinstance(found, dict) else {"uid": str(found)}


class SourceInFile(Lenient):
    """The datasource of a query."""

    type: str = ""
    uid: str = ""


Source = Annotated[SourceInFile, BeforeValidator(_by_uid)]


class TargetInFile(Lenient):
    """A query of a panel."""

    datasource: Source = SourceInFile()
    editor_mode: str = ""
    expr: str = ""
    format: str = "time_series"
    hide: bool = False
    instant: bool = False
    interval: str = ""
    legend_format: str = ""
    range: bool = False
    ref_id: str = "A"


class PositionInFile(Lenient):
    """A position in the grid of 24 columns."""

    h: int
    w: int
    x: int
    y: int


class TransformationInFile(Lenient):
    """A transformation of what queries return."""

    id: str
    disabled: bool = False
    options: dict[str, JsonValue] = Field(default_factory=dict)


class MatcherInFile(Lenient):
    """The series that an override applies to."""

    id: str = ""
    options: JsonValue = None


class PropertyInFile(Lenient):
    """A property that an override sets: custom.lineWidth, unit."""

    id: str
    value: JsonValue = None


class OverrideInFile(Lenient):
    """Properties of some series."""

    matcher: MatcherInFile = MatcherInFile()
    properties: tuple[PropertyInFile, ...] = ()


class FieldConfigInFile(Lenient):
    """How values are shown; overrides replace single keys of the defaults, so that these stay."""

    defaults: dict[str, JsonValue] = Field(default_factory=dict)
    overrides: tuple[OverrideInFile, ...] = ()


class PanelInFile(Lenient):
    """A panel, or a row with the panels that it hides."""

    collapsed: bool = False
    datasource: Source = SourceInFile()
    description: str = ""
    field_config: FieldConfigInFile = FieldConfigInFile()
    grid_pos: PositionInFile
    id: int = 0
    interval: str = ""
    links: tuple[FieldLinkInFile, ...] = ()
    max_data_points: int = 0
    max_per_row: int = 4
    options: OptionsInFile = OptionsInFile()
    panels: tuple["PanelInFile", ...] = ()
    repeat: str = ""
    repeat_direction: str = "h"
    targets: tuple[TargetInFile, ...] = ()
    title: str = ""
    transformations: tuple[TransformationInFile, ...] = ()
    transparent: bool = False
    type: str

    @property
    def field(self) -> FieldInFile:
        """The field of a series that no override is about."""
        return FieldInFile.model_validate(self.field_config.defaults)
