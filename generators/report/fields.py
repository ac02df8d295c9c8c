"""A panel's fieldConfig: defaults and overrides, made into the field of one series or column."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue, ValidationError

from exporter.errors import SettingsError
from generators.dashboards.file.field import (
    FieldInFile,
    MappingInFile,
    ResultInFile,
    SpecialInFile,
    StepInFile,
    StyleInFile,
    ThresholdsInFile,
)
from generators.dashboards.file.lenient import wrong
from generators.dashboards.file.panel import FieldConfigInFile, MatcherInFile, PropertyInFile
from generators.report import colors, javascript
from generators.report.display import DrawnMapping, DrawnStep, DrawnThresholds, Field, Style
from generators.report.model import Labels

_LABEL = re.compile(r"\$\{__field\.labels\.([A-Za-z_]\w*)\}|\$\{__field\.labels\[\"(.+?)\"\]\}")
_NAME = re.compile(r"\$\{__(?:field\.(?:name|displayName)|series\.name)\}")
_STACKS = {"normal": "normal", "percent": "percent"}
_CUSTOM = "custom"
_DASHES = {"dash": "dash", "dot": "dot"}
# What a panel has whose file says nothing of it.
_USUAL_STEPS = (StepInFile(color="green"), StepInFile(color="red", value=80))
_COLOR_MODES = {
    "stat": "thresholds",
    "gauge": "thresholds",
    "bargauge": "thresholds",
    "table": "thresholds",
    "state-timeline": "continuous-GrYlRd",
}


@dataclass(frozen=True, slots=True)
class FieldSubject:
    """What an override may choose by: a series or column."""

    name: str
    ref: str = ""
    labels: Labels = ()
    kind: str = "number"
    source: str = ""  # the name in its frame, before legends and transformations


@dataclass(frozen=True, slots=True)
class PanelFields:
    """The fields of a panel, as its file configures them."""

    config: FieldConfigInFile
    kind: str = ""
    spread: tuple[float, float] = (0.0, 100.0)

    def of(self, subject: FieldSubject) -> Field:
        """Return the field of a series or column, with its display name."""
        flat = _flat(self.config.defaults)
        for override in self.config.overrides:
            if _fits(override.matcher, subject):
                for one in override.properties:
                    flat.update(_property(one))
        return self._field(flat, subject)

    @property
    def usual(self) -> Field:
        """The field of what no override chooses."""
        return self._field(_flat(self.config.defaults), FieldSubject(""))

    def _field(self, flat: Mapping[str, JsonValue], subject: FieldSubject) -> Field:
        found = _field(_nested(flat), subject)
        mode = found.color_mode or _COLOR_MODES.get(self.kind, "palette-classic")
        low, high = self.spread
        limits = (
            low if found.minimum is None else found.minimum,
            high if found.maximum is None else found.maximum,
        )
        return replace(found, color_mode=mode, spread=limits)

    @property
    def no_value(self) -> str:
        """What the panel shows where there is no data."""
        return str(self.config.defaults.get("noValue") or "")

    @property
    def unit(self) -> str:
        """The unit of what no override chooses."""
        return str(self.config.defaults.get("unit") or "")


def _flat(defaults: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    flat = {name: value for name, value in defaults.items() if name != _CUSTOM}
    custom = defaults.get(_CUSTOM)
    own = custom.items() if isinstance(custom, dict) else ()
    return {**flat, **{f"{_CUSTOM}.{name}": value for name, value in own}}


def _nested(flat: Mapping[str, JsonValue]) -> FieldInFile:
    """Return the field of keys. Raises SettingsError where a key's value is of another type."""
    start = f"{_CUSTOM}."
    body = {name: value for name, value in flat.items() if not name.startswith(start)}
    custom = {n.removeprefix(start): value for n, value in flat.items() if n.startswith(start)}
    try:
        return FieldInFile.model_validate({**body, _CUSTOM: custom})
    except ValidationError as error:
        raise SettingsError(f"fieldConfig: {wrong(error)}") from error


def _property(found: PropertyInFile) -> dict[str, JsonValue]:
    """Return what a property sets; `custom.hideFrom.viz` is part of `custom.hideFrom`."""
    parts = found.id.split(".")
    if len(parts) > 2:  # noqa: PLR2004 - custom, name, part
        return {".".join(parts[:2]): {parts[2]: found.value}}
    return {found.id: found.value}


def _fits(matcher: MatcherInFile, subject: FieldSubject) -> bool:
    expected = matcher.options
    match matcher.id:
        case "byName":
            return expected in (subject.name, subject.source)
        case "byNames":
            names = expected.get("names") if isinstance(expected, dict) else None
            return isinstance(names, list) and bool({subject.name, subject.source} & {*names})
        case "byRegexp":
            return javascript.found(str(expected), subject.name) is not None
        case "byFrameRefID":
            return subject.ref == expected
        case "byType":
            return subject.kind == expected
    return False


def _field(found: FieldInFile, subject: FieldSubject) -> Field:
    return Field(
        name=_display_name(found.display_name, subject),
        unit=found.unit,
        decimals=found.decimals,
        minimum=found.min,
        maximum=found.max,
        thresholds=_thresholds(found.thresholds),
        mappings=_mappings(found.mappings),
        color_mode=found.color.mode,
        color=_color(found.color.fixed_color),
        no_value=found.no_value,
        linked=bool(found.links),
        style=_style(found.custom),
    )


def _color(name: str) -> str:
    return colors.known(name, "") if name else ""


def _display_name(template: str, subject: FieldSubject) -> str:
    if not template:
        return subject.name
    labels = dict(subject.labels)
    text = _LABEL.sub(lambda found: labels.get(found[1] or found[2], ""), template)
    return _NAME.sub(lambda _: subject.name, text)


def _thresholds(found: ThresholdsInFile) -> DrawnThresholds:
    steps = (
        DrawnStep(-math.inf if step.value is None else step.value, colors.known(step.color))
        for step in found.steps or _USUAL_STEPS
    )
    ordered = tuple(sorted(steps, key=lambda step: step.at))
    return DrawnThresholds(ordered, found.mode == "percentage")


def _mappings(found: tuple[MappingInFile, ...]) -> tuple[DrawnMapping, ...]:
    return tuple(mapping for one in found for mapping in _mapping(one))


def _mapping(found: MappingInFile) -> Iterator[DrawnMapping]:
    if found.type == "value":
        for value, result in found.options.items():
            yield replace(_result(ResultInFile.model_validate(result)), value=value)
        return
    special = SpecialInFile.model_validate(found.options)
    shown = _result(special.result)
    if found.type == "range":
        yield replace(shown, low=special.begin, high=special.to)
    elif found.type == "regex":
        yield replace(shown, pattern=special.pattern)
    else:
        yield replace(shown, special=special.match)


def _result(found: ResultInFile) -> DrawnMapping:
    return DrawnMapping(text=found.text, color=_color(found.color))


def _style(found: StyleInFile) -> Style:
    return Style(
        draw=found.draw_style,
        interpolation=found.line_interpolation,
        width=float(found.line_width),
        fill=found.fill_opacity / 100,
        dash=_DASHES.get(found.line_style.fill, ""),
        points="always" if found.draw_style == "points" else found.show_points,
        point_size=float(found.point_size),
        stack=_STACKS.get(found.stacking.mode, ""),
        below_to=found.fill_below_to,
        connect=_connected(found.span_nulls),
        negative=found.transform == "negative-Y",
        limits=found.thresholds_style.mode or "off",
        axis=found.axis_placement,
        axis_label=found.axis_label,
        soft_min=found.axis_soft_min,
        soft_max=found.axis_soft_max,
        logarithmic=found.scale_distribution.type == "log",
        cell=found.cell_options.type or "auto",
        cell_mode=found.cell_options.mode,
        align=found.align,
        cell_width=int(found.width),
        hidden=found.hide_from.viz or found.hidden,
        unlisted=found.hide_from.legend,
    )


def _connected(span_nulls: float) -> float:
    """Return the seconds of the longest gap that a line crosses; the file has ms or a bool."""
    if isinstance(span_nulls, bool):
        return math.inf if span_nulls else 0.0
    return span_nulls / 1000
