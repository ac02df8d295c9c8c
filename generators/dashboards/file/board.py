"""A dashboard file of Grafana's classic schema, as far as checks and previews need it."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from exporter.errors import SettingsError
from generators.dashboards.file.lenient import Lenient, wrong
from generators.dashboards.file.panel import PanelInFile, Source, SourceInFile


class CurrentInFile(Lenient):
    """The default of a variable."""

    value: JsonValue = None


class QueryInFile(Lenient):
    """The query of a variable's values; old files have only its text."""

    query: str = ""


def _by_query(found: object) -> object:
    return found if isinstance(found, dict) else {"query": str(found)}


class VariableInFile(Lenient):
    """A variable that the reader chooses."""

    all_value: str | None = None
    current: CurrentInFile = CurrentInFile()
    datasource: Source = SourceInFile()
    definition: str = ""
    hide: int = 0
    include_all: bool = False
    label: str = ""
    multi: bool = False
    name: str
    options: tuple[CurrentInFile, ...] = ()
    query: Annotated[QueryInFile, BeforeValidator(_by_query)] = QueryInFile()
    refresh: int = 0
    regex: str = ""
    skip_url_sync: bool = False
    sort: int = 0
    type: str = ""


class VariablesInFile(Lenient):
    """All variables."""

    list: tuple[VariableInFile, ...] = ()


class AnnotationInFile(Lenient):
    """A query whose results are marks in every chart."""

    built_in: int = 0
    datasource: Source = SourceInFile()
    enable: bool = False
    expr: str = ""
    hide: bool = False
    icon_color: str = "red"
    name: str = ""
    step: str = ""
    tag_keys: str = ""
    text_format: str = ""
    title_format: str = ""
    type: str = ""
    use_value_for_time: bool = False


class AnnotationsInFile(Lenient):
    """All annotations."""

    list: tuple[AnnotationInFile, ...] = ()


class TimesInFile(Lenient):
    """The default time range."""

    begin: Annotated[str, Field(alias="from")] = "now-6h"
    to: str = "now"


class LinkInFile(Lenient):
    """A link of the dashboard."""

    as_dropdown: bool = False
    icon: str = ""
    include_vars: bool = False
    keep_time: bool = False
    tags: tuple[str, ...] = ()
    target_blank: bool = False
    title: str = ""
    tooltip: str = ""
    type: str = ""
    url: str = ""


class BoardInFile(Lenient):
    """A dashboard."""

    annotations: AnnotationsInFile = AnnotationsInFile()
    description: str = ""
    editable: bool = True
    fiscal_year_start_month: int = 0
    graph_tooltip: int = 0
    id: int | None = None
    links: tuple[LinkInFile, ...] = ()
    live_now: bool = False
    panels: tuple[PanelInFile, ...]
    refresh: str | bool = ""
    schema_version: int = 0
    tags: tuple[str, ...] = ()
    templating: VariablesInFile = VariablesInFile()
    time: TimesInFile = TimesInFile()
    timepicker: dict[str, JsonValue] = Field(default_factory=dict)
    timezone: str = ""
    title: str
    uid: str = ""
    version: int = 0
    week_start: str = ""


def read(path: Path) -> BoardInFile:
    """Return the dashboard of a file. Raises SettingsError if it is not one, or cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return BoardInFile.model_validate(json.loads(text))
    except ValidationError as error:
        raise SettingsError(
            f"{path}: is no dashboard of Grafana's classic schema: {wrong(error)}"
        ) from error
    except ValueError as error:
        raise SettingsError(f"{path}: is no JSON: {error}") from error
