"""A panel's fieldConfig: defaults and overrides, made into the field of one series or column."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generators.report import colors
from generators.report.display import DrawnMapping, DrawnStep, DrawnThresholds, Field, Style
from generators.report.model import Labels

_LABEL = re.compile(r"\$\{__field\.labels\.([A-Za-z_]\w*)\}|\$\{__field\.labels\[\"(.+?)\"\]\}")
_NAME = re.compile(r"\$\{__(?:field\.(?:name|displayName)|series\.name)\}")
_STACKS = {"normal": "normal", "percent": "percent"}
_DASHES = {"dash": "dash", "dot": "dot"}


@dataclass(frozen=True, slots=True)
class FieldSubject:
    """What an override may choose by: a series or column."""

    name: str
    ref: str = ""
    labels: Labels = ()
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class PanelFields:
    """A panel's fieldConfig as the file says it; only this module reads into it."""

    defaults: Mapping[str, Any]
    overrides: tuple[Mapping[str, Any], ...] = ()

    def of(self, subject: FieldSubject) -> Field:
        """Return the field of a series or column, with its display name."""
        said = dict(_flat(self.defaults))
        for override in self.overrides:
            if _chosen(override.get("matcher", {}), subject):
                for one in override.get("properties", ()):
                    said.update(_property(one["id"], one.get("value")))
        return _field(said, subject)


def _flat(defaults: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in defaults.items() if name != "custom"}
    return {**flat, **{f"custom.{n}": v for n, v in defaults.get("custom", {}).items()}}


def _property(name: str, value: object) -> dict[str, Any]:
    """Return what a property sets; `custom.hideFrom.viz` is part of `custom.hideFrom`."""
    parts = name.split(".")
    if len(parts) > 2:  # noqa: PLR2004 - custom, name, part
        return {".".join(parts[:2]): {parts[2]: value}}
    return {name: value}


def _chosen(matcher: Mapping[str, Any], subject: FieldSubject) -> bool:
    wanted = matcher.get("options")
    match matcher.get("id"):
        case "byName":
            return subject.name == wanted
        case "byNames":
            return subject.name in (wanted or {}).get("names", ())
        case "byRegexp":
            return _matches(str(wanted), subject.name)
        case "byFrameRefID":
            return subject.ref == wanted
        case "byType":
            return subject.kind == wanted
    return False


def _matches(pattern: str, name: str) -> bool:
    found = re.fullmatch(r"/(.*)/([a-z]*)", pattern, re.DOTALL)
    body, flags = (found[1], found[2]) if found else (f"^{pattern}$", "")
    try:
        return bool(re.search(body, name, re.IGNORECASE if "i" in flags else 0))
    except re.error:
        return False


def _field(said: Mapping[str, Any], subject: FieldSubject) -> Field:
    color = said.get("color") or {}
    return Field(
        name=_display_name(said.get("displayName"), subject),
        unit=said.get("unit") or "",
        decimals=said.get("decimals"),
        minimum=said.get("min"),
        maximum=said.get("max"),
        thresholds=_thresholds(said.get("thresholds") or {}),
        mappings=_mappings(said.get("mappings") or ()),
        color_mode=color.get("mode") or "palette-classic",
        color=colors.known(color.get("fixedColor"), "") if color.get("fixedColor") else "",
        no_value=str(said.get("noValue") or ""),
        style=_style(said),
    )


def _display_name(template: str | None, subject: FieldSubject) -> str:
    if not template:
        return subject.name
    labels = dict(subject.labels)
    text = _LABEL.sub(lambda found: labels.get(found[1] or found[2], ""), template)
    return _NAME.sub(lambda _: subject.name, text)


def _thresholds(said: Mapping[str, Any]) -> DrawnThresholds:
    steps = (
        DrawnStep(-math.inf if s.get("value") is None else s["value"], colors.known(s.get("color")))
        for s in said.get("steps", ())
    )
    ordered = tuple(sorted(steps, key=lambda step: step.at))
    return DrawnThresholds(ordered, said.get("mode") == "percentage")


def _mappings(said: tuple[Mapping[str, Any], ...]) -> tuple[DrawnMapping, ...]:
    found: list[DrawnMapping] = []
    for one in said:
        options = one.get("options", {})
        if one.get("type") == "value":
            found += [
                DrawnMapping(**_result(result), value=value) for value, result in options.items()
            ]
        else:
            found.append(_special_mapping(one.get("type", ""), options))
    return tuple(sorted(found, key=lambda mapping: mapping.order))


def _special_mapping(kind: str, options: Mapping[str, Any]) -> DrawnMapping:
    result = _result(options.get("result", {}))
    if kind == "range":
        return DrawnMapping(**result, low=options.get("from"), high=options.get("to"))
    if kind == "regex":
        return DrawnMapping(**result, pattern=str(options.get("pattern", "")).strip("/"))
    return DrawnMapping(**result, special=options.get("match", ""))


def _result(said: Mapping[str, Any]) -> dict[str, Any]:
    color = colors.known(said["color"], "") if said.get("color") else ""
    return {"text": said.get("text") or "", "color": color, "order": said.get("index") or 0}


def _style(said: Mapping[str, Any]) -> Style:
    def custom(name: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        found = said.get(f"custom.{name}")
        return default if found is None else found

    hide, cell = custom("hideFrom", {}), custom("cellOptions", {})
    return Style(
        draw=custom("drawStyle", "line"),
        interpolation=custom("lineInterpolation", "linear"),
        width=float(custom("lineWidth", 1)),
        fill=custom("fillOpacity", 0) / 100,
        dash=_DASHES.get(custom("lineStyle", {}).get("fill", ""), ""),
        points="always" if custom("drawStyle") == "points" else custom("showPoints", "auto"),
        point_size=float(custom("pointSize", 5)),
        stack=_STACKS.get(custom("stacking", {}).get("mode", ""), ""),
        below_to=custom("fillBelowTo", ""),
        connect=_connected(custom("spanNulls", 0)),
        negative=custom("transform") == "negative-Y",
        limits=custom("thresholdsStyle", {}).get("mode", "off"),
        axis=custom("axisPlacement", "auto"),
        axis_label=custom("axisLabel", ""),
        soft_min=custom("axisSoftMin"),
        soft_max=custom("axisSoftMax"),
        logarithmic=custom("scaleDistribution", {}).get("type") == "log",
        cell=cell.get("type", "auto"),
        cell_mode=cell.get("mode", ""),
        align=custom("align", ""),
        cell_width=int(custom("width", 0)),
        hidden=bool(hide.get("viz")) or bool(custom("hidden", 0)),
        unlisted=bool(hide.get("legend")),
    )


def _connected(said: float) -> float:
    """Return the seconds of the longest gap that a line crosses; said in ms, or as all or none."""
    if isinstance(said, bool):
        return math.inf if said else 0.0
    return said / 1000
