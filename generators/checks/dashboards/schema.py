"""Grafana's classic dashboard, schema version 39, as far as it is used here: nothing beyond it.

After the types of Grafana 10.4 to 13 (packages/grafana-schema): every key means the same in all of
them. Grafana silently drops a key that it does not know, so that a key which is not here is a
problem.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from generators.checks.dashboards.panel_options import KINDS, Json, Model
from generators.checks.dashboards.strict import many, strict
from generators.checks.engine.dashboard_file import Body, DashboardFile, bodies
from generators.checks.engine.problem import Problem
from generators.dashboards.file.board import (
    AnnotationInFile,
    AnnotationsInFile,
    BoardInFile,
    TimesInFile,
    VariableInFile,
    VariablesInFile,
)
from generators.dashboards.file.field import (
    FieldColorInFile,
    FieldInFile,
    FieldLinkInFile,
    StepInFile,
    ThresholdsInFile,
)
from generators.dashboards.file.lenient import wrong
from generators.dashboards.file.panel import (
    FieldConfigInFile,
    MatcherInFile,
    OverrideInFile,
    PanelInFile,
    PositionInFile,
    PropertyInFile,
    SourceInFile,
    TargetInFile,
)

RULE = "schema"

_SOURCE = strict(SourceInFile)
_TARGET = strict(
    TargetInFile,
    without=("hide",),
    optional=("interval",),
    datasource=_SOURCE,
    editor_mode=Literal["code"],
    format=Literal["time_series", "table", "heatmap"],
    ref_id=Annotated[str, Field(pattern="^[A-Z]$")],
)
_GRID = strict(
    PositionInFile,
    h=Annotated[int, Field(ge=1)],
    w=Annotated[int, Field(ge=1, le=24)],
    x=Annotated[int, Field(ge=0, le=23)],
    y=Annotated[int, Field(ge=0)],
)
_THRESHOLDS = strict(
    ThresholdsInFile,
    mode=Literal["absolute"],
    steps=Annotated[many(strict(StepInFile)), Field(min_length=1)],
)
_COLOR = strict(
    FieldColorInFile,
    optional=("fixed_color",),
    mode=Literal["fixed", "thresholds", "palette-classic"],
)
_LINK = strict(FieldLinkInFile)
_DEFAULTS = strict(
    FieldInFile,
    without=("display_name",),
    optional=("color", "custom", "max", "min", "thresholds"),
    color=_COLOR,
    custom=Json,  # checked by the panel's kind
    decimals=int,
    links=many(_LINK),
    mappings=many(Json),
    thresholds=_THRESHOLDS,
)
_MATCHER = strict(MatcherInFile, id=Literal["byName", "byFrameRefID"], options=str)
_OVERRIDE = strict(
    OverrideInFile,
    matcher=_MATCHER,
    properties=Annotated[many(strict(PropertyInFile)), Field(min_length=1)],
)
_FIELD_CONFIG = strict(FieldConfigInFile, defaults=_DEFAULTS, overrides=many(_OVERRIDE))
_PANEL = strict(
    PanelInFile,
    only=(
        "datasource",
        "description",
        "field_config",
        "grid_pos",
        "id",
        "links",
        "options",
        "targets",
        "title",
        "transformations",
        "transparent",
        "type",
    ),
    optional=("transformations",),
    datasource=_SOURCE,
    field_config=_FIELD_CONFIG,
    grid_pos=_GRID,
    links=many(_LINK),
    options=Json,  # checked by the panel's kind
    targets=many(_TARGET),
    transformations=many(Json),
    transparent=Literal[False],
)
_ROW = strict(
    PanelInFile,
    only=("collapsed", "grid_pos", "id", "panels", "title", "type"),
    grid_pos=_GRID,
    panels=many(Json),  # checked one by one
    type=Literal["row"],
)
_VARIABLE = strict(
    VariableInFile,
    optional=("all_value", "datasource", "definition", "sort"),
    current=Json,
    datasource=_SOURCE,
    hide=Literal[0, 1, 2],
    options=many(Json),
    query=str | Json,
    refresh=Literal[1, 2],
    type=Literal["datasource", "query"],
)
_ANNOTATION = strict(
    AnnotationInFile,
    optional=(
        "built_in",
        "expr",
        "step",
        "tag_keys",
        "text_format",
        "title_format",
        "type",
        "use_value_for_time",
    ),
    datasource=_SOURCE,
    expr=Annotated[str, Field(min_length=1)],
    type=Literal["dashboard"],
)
_BOARD = strict(
    BoardInFile,
    annotations=strict(AnnotationsInFile, list=many(_ANNOTATION)),
    graph_tooltip=Literal[0, 1, 2],
    id=type(None),
    links=many(Json),
    panels=many(Json),  # checked one by one, by their kind
    refresh=str,
    templating=strict(VariablesInFile, list=many(_VARIABLE)),
    time=strict(TimesInFile, to=Literal["now"]),
    title=Annotated[str, Field(min_length=1)],
    uid=Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")],
)


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what Grafana would not know, or would read otherwise."""
    refused = [*_refused(board, _BOARD, board.body, ""), *_panels(board)]
    # The other checks use the typed board: they run only where it could be read.
    yield from refused or _unreadable(board)


def _panels(board: DashboardFile) -> Iterator[Problem]:
    for panel in bodies(board.body):
        title = str(panel.get("title", ""))
        model = _ROW if panel.get("type") == "row" else _PANEL
        refused = list(_refused(board, model, panel, title))
        yield from refused or _kind(board, panel, title)


def _unreadable(board: DashboardFile) -> Iterator[Problem]:
    """Yield what the strict models leave open, and the typed board cannot be read with."""
    try:
        for panel in board.panels:
            _ = panel.field
    except ValidationError as error:
        yield board.problem(RULE, wrong(error))


def _kind(board: DashboardFile, panel: Body, title: str) -> Iterator[Problem]:
    """Yield what is wrong with what the panel's kind alone has."""
    if panel["type"] not in KINDS:
        return  # reported by the check of panels
    options, style = KINDS[panel["type"]]
    yield from _refused(board, options, panel["options"], title)
    if style is not None:
        custom = panel["fieldConfig"]["defaults"].get("custom", {})
        yield from _refused(board, style, custom, title)


def _refused(board: DashboardFile, model: Model, body: Body, title: str) -> Iterator[Problem]:
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        for found in error.errors(include_url=False):
            where = ".".join(map(str, found["loc"]))
            whose = f"panel {title}: " if title else ""
            yield board.problem(RULE, f"{whose}{where}: {found['msg']}", title)
