"""Grafana's classic dashboard, schema version 39, as far as it is used here: nothing beyond it.

After the types of Grafana 10.4 to 13 (packages/grafana-schema): every key means the same in all of
them. Grafana drops a key that it does not know without a word, so that one that is not here is a
problem.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.dashboards.panel_options import KINDS, Json, Number, Strict
from generators.checks.engine.problem import Problem

RULE = "schema"


class StrictSource(Strict):
    """Which datasource is asked."""

    type: str
    uid: str


class StrictTarget(Strict):
    """A query."""

    datasource: StrictSource
    editor_mode: Literal["code"]
    expr: str
    format: Literal["time_series", "table", "heatmap"]
    instant: bool
    interval: str | None = None
    legend_format: str
    range: bool
    ref_id: Annotated[str, Field(pattern="^[A-Z]$")]


class StrictGrid(Strict):
    """A place."""

    h: Annotated[int, Field(ge=1)]
    w: Annotated[int, Field(ge=1, le=24)]
    x: Annotated[int, Field(ge=0, le=23)]
    y: Annotated[int, Field(ge=0)]


class StrictStep(Strict):
    """A colour from a value upwards."""

    color: str
    value: Number | None


class StrictThresholds(Strict):
    """Steps in rising order."""

    mode: Literal["absolute"]
    steps: Annotated[list[StrictStep], Field(min_length=1)]


class StrictColor(Strict):
    """How series get their colours."""

    mode: Literal["fixed", "thresholds", "palette-classic"]
    fixed_color: str | None = None


class StrictLink(Strict):
    """A link of a panel or a value."""

    target_blank: bool
    title: str
    url: str


class StrictDefaults(Strict):
    """What holds for all series of a panel; `custom` is checked by the panel's kind."""

    color: StrictColor | None = None
    custom: Json | None = None
    decimals: int
    links: list[StrictLink]
    mappings: list[Json]
    max: Number | None = None
    min: Number | None = None
    no_value: str
    thresholds: StrictThresholds | None = None
    unit: str


class StrictMatcher(Strict):
    """Which series an override is of."""

    id: Literal["byName", "byFrameRefID"]
    options: str


class StrictProperty(Strict):
    """What an override changes."""

    id: str
    value: Any


class StrictOverride(Strict):
    """What is special about some series."""

    matcher: StrictMatcher
    properties: Annotated[list[StrictProperty], Field(min_length=1)]


class StrictFieldConfig(Strict):
    """How values are shown."""

    defaults: StrictDefaults
    overrides: list[StrictOverride]


class StrictPanel(Strict):
    """What panels of every kind have."""

    datasource: StrictSource
    description: str
    field_config: StrictFieldConfig
    grid_pos: StrictGrid
    id: int
    links: list[StrictLink]
    options: Json
    targets: list[StrictTarget]
    title: str
    transformations: list[Json] | None = None
    transparent: Literal[False]
    type: str


class StrictVariable(Strict):
    """What a reader may choose."""

    all_value: str | None = None
    current: Json
    datasource: StrictSource | None = None
    definition: str | None = None
    hide: Literal[0, 1, 2]
    include_all: bool
    label: str
    multi: bool
    name: str
    options: list[Json]
    query: str | Json
    refresh: Literal[1, 2]
    regex: str
    skip_url_sync: bool
    sort: int = 0
    type: Literal["datasource", "query"]


class StrictVariables(Strict):
    """All variables."""

    list: list[StrictVariable]


class StrictAnnotation(Strict):
    """Marks in charts."""

    built_in: int | None = None
    datasource: StrictSource
    enable: bool
    expr: str | None = None
    hide: bool
    icon_color: str
    name: str
    step: str | None = None
    tag_keys: str | None = None
    text_format: str | None = None
    title_format: str | None = None
    type: Literal["dashboard"] | None = None
    use_value_for_time: bool | None = None


class StrictAnnotations(Strict):
    """All annotations."""

    list: list[StrictAnnotation]


class StrictTimes(Strict):
    """The range at first."""

    begin: Annotated[str, Field(alias="from")]
    to: Literal["now"]


class StrictBoard(Strict):
    """A dashboard; its panels are checked one by one, by their kind."""

    annotations: StrictAnnotations
    description: str
    editable: bool
    fiscal_year_start_month: int
    graph_tooltip: Literal[0, 1, 2]
    id: None
    links: list[Json]
    live_now: bool
    panels: list[Json]
    refresh: str
    schema_version: int
    tags: list[str]
    templating: StrictVariables
    time: StrictTimes
    timepicker: Json
    timezone: str
    title: Annotated[str, Field(min_length=1)]
    uid: Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]
    version: int
    week_start: str


class StrictRow(Strict):
    """A row; its panels are inside it where it is collapsed."""

    collapsed: bool
    grid_pos: StrictGrid
    id: int
    panels: list[Json]
    title: str
    type: Literal["row"]


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what Grafana would not know, or would read otherwise."""
    yield from _refused(board, StrictBoard, board.body, "")
    for panel in board.with_rows:
        title = str(panel.get("title", ""))
        model = StrictRow if panel.get("type") == "row" else StrictPanel
        refused = list(_refused(board, model, panel, title))
        yield from refused or _kind(board, panel, title)


def _kind(board: DashboardFile, panel: Body, title: str) -> Iterator[Problem]:
    """Yield what is wrong with what the panel's kind alone has."""
    if panel["type"] not in KINDS:
        return  # the check of panels says it
    options, style = KINDS[panel["type"]]
    yield from _refused(board, options, panel["options"], title)
    if style is not None:
        custom = panel["fieldConfig"]["defaults"].get("custom", {})
        yield from _refused(board, style, custom, title)


def _refused(
    board: DashboardFile, model: type[BaseModel], body: Body, title: str
) -> Iterator[Problem]:
    try:
        model.model_validate(body)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            where = ".".join(map(str, found["loc"]))
            whose = f"panel {title}: " if title else ""
            yield board.problem(RULE, f"{whose}{where}: {found['msg']}", title)
