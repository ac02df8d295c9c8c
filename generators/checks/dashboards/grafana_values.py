"""What Grafana makes of values: dates of words, ranges of mappings, names of columns, no data.

Facts: getDisplayProcessor of @grafana/data, transformDFToTable of @grafana/prometheus, and the
panels' own code in Grafana 12.3.
"""

from collections import Counter
from collections.abc import Iterator

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import MatcherInFile, PanelInFile
from generators.report.display import Field
from generators.report.fields import FieldSubject, PanelFields
from generators.report.formatting import shown

RULE = "values"
DATES = ("dateTime", "time:")
NEUTRAL = "text"
_FIGURES = frozenset({"stat", "gauge", "bargauge"})
_TIMELINE = "state-timeline"
_ALWAYS = ("vector(", "absent(")
_MISSING = ("no data", "needs", "not evaluated")  # of a text for missing data


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels whose values Grafana shows otherwise than their file seems to say."""
    for panel in board.panels:
        for text in (*_dates(panel), *_ranges(panel), *_columns(panel), *_missing(panel)):
            yield board.of(panel, RULE, text)


def _dates(panel: PanelInFile) -> Iterator[str]:
    fields = PanelFields(panel.field_config, panel.type)
    for name in _words(panel) if panel.type == "table" else ():
        own = fields.of(FieldSubject(name)).unit
        if own.startswith(DATES) and own != panel.field.unit:
            yield f"has the unit {own} for the words of {name}, which makes NaN of them; write none"
    if panel.type == "table" and panel.field.unit.startswith(DATES):
        yield (
            f"has the unit {panel.field.unit} for all columns, which makes NaN of words; "
            "write none, and the unit of dates by an override of its column"
        )


def _words(panel: PanelInFile) -> Iterator[str]:
    """Yield the columns of a table that are labels, by the names that it gives them."""
    for step in panel.transformations:
        for name, title in _mapping(step.options, "renameByName").items():
            if not name.startswith("Value") and name != "Time":
                yield str(title)


def _ranges(panel: PanelInFile) -> Iterator[str]:
    if panel.type != _TIMELINE or not panel.options.merge_values:
        return
    fields = PanelFields(panel.field_config, panel.type)
    matchers = [override.matcher for override in panel.field_config.overrides]
    subjects = [FieldSubject(*_chosen(matcher)) for matcher in matchers]
    each = (fields.usual, *(fields.of(subject) for subject in subjects))
    if any(field.mappings and field.color_mode == "thresholds" for field in each):
        yield (
            "merges values and takes colours from thresholds: Grafana then shows ranges and "
            "leaves mappings out; write the color mode fixed"
        )


def _chosen(matcher: MatcherInFile) -> tuple[str, str]:
    """Return the name or else the query of what an override is about."""
    value = str(matcher.options)
    return ("", value) if matcher.id == "byFrameRefID" else (value, "")


def _columns(panel: PanelInFile) -> Iterator[str]:
    """Yield values of a table that are renamed by a name which Grafana does not give them."""
    names = {name for step in panel.transformations for name in _renamed(step.options)}
    tables = [target for target in panel.targets if target.format == "table"]
    count = Counter(target.datasource.uid for target in tables)
    lone = [target for target in tables if count[target.datasource.uid] == 1]
    if len(lone) > 1:
        yield "has two data sources with one query each, whose values are both named Value"
    for target in tables if names else ():
        name = "Value" if target in lone else f"Value #{target.ref_id}"
        if name not in names:
            yield (
                f"names query {target.ref_id}'s values otherwise than Grafana, which names them "
                f"{name} (of one query to its data source: Value); rename {name}, too"
            )


def _renamed(options: object) -> Iterator[str]:
    """Yield the names of values that are renamed."""
    for name in _mapping(options, "renameByName"):
        if name == "Value" or name.startswith("Value #"):
            yield name


def _mapping(options: object, key: str) -> dict[str, object]:
    found = options.get(key) if isinstance(options, dict) else None
    return found if isinstance(found, dict) else {}


def _missing(panel: PanelInFile) -> Iterator[str]:
    """Yield what says nothing, or the wrong thing, where there is no data."""
    if panel.type in _FIGURES:
        yield from _painted(PanelFields(panel.field_config, panel.type).usual)
    if panel.type == "table" and panel.field.no_value:
        yield "has a noValue, which Grafana shows in no table without rows; let a query answer"
    no_value = panel.field.no_value
    if panel.type != "table" and no_value and not any(word in no_value for word in _MISSING):
        yield (
            f"says “{no_value}” also where nothing is measured, which is no all-clear; write a "
            f"noValue that tells so, with one of {', '.join(_MISSING)}"
        )
    if panel.type == _TIMELINE and not any(_answers(target.expr) for target in panel.targets):
        yield (
            "says “Data does not have a time field” where nothing is found, whatever its "
            "noValue; add a query that always answers, such as … or vector(0)"
        )


def _painted(field: Field) -> Iterator[str]:
    color = shown(None, field).color
    if color != NEUTRAL:
        yield (
            f"paints missing data {color or 'as a series'}, as if it were a value; map null+nan "
            f"to the text of noValue in the colour {NEUTRAL}"
        )


def _answers(expr: str) -> bool:
    return any(word in expr for word in _ALWAYS)
