"""Grafana's palette: what a colour's name looks like on a dark and on a light page.

Facts: grafana-data's createVisualizationColors, and its themes for what surrounds a panel.
"""

import re
from enum import StrEnum

_SHADES = ("super-light-", "light-", "", "semi-dark-", "dark-")
_DARK = {
    "red": ("#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A"),
    "orange": ("#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400"),
    "yellow": ("#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400"),
    "green": ("#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D"),
    "blue": ("#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4"),
    "purple": ("#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8"),
}
_LIGHT = {
    "red": ("#FF7383", "#F2495C", "#E02F44", "#C4162A", "#AD0317"),
    "orange": ("#FFB357", "#FF9830", "#FF780A", "#FA6400", "#E55400"),
    "yellow": ("#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400", "#CC9D00"),
    "green": ("#96D98D", "#73BF69", "#56A64B", "#37872D", "#19730E"),
    "blue": ("#8AB8FF", "#5794F2", "#3274D9", "#1F60C4", "#1250B0"),
    "purple": ("#CA95E5", "#B877D9", "#A352CC", "#8F3BB8", "#7C2EA3"),
}
_AROUND_DARK = {
    "text": "#CCCCDC",
    "soft": "#9A9AA8",
    "strong": "#FFFFFF",
    "page": "#111217",
    "panel-bg": "#181B1F",
    "line": "#2A2C33",
    "grid": "#2C2F36",
    "unfilled": "#22252B",
    "transparent": "#00000000",
}
_AROUND_LIGHT = {
    "text": "#24292E",
    "soft": "#5E656D",
    "strong": "#000000",
    "page": "#F4F5F5",
    "panel-bg": "#FFFFFF",
    "line": "#DCDDE0",
    "grid": "#E4E5E8",
    "unfilled": "#ECEDEF",
    "transparent": "#FFFFFF00",
}
_NAMED = {"gray": "#808080", "grey": "#808080", "white": "#FFFFFF", "black": "#000000"}
CLASSIC = (
    *("green", "semi-dark-yellow", "blue", "orange", "red", "purple"),
    *("dark-green", "dark-yellow", "dark-blue", "dark-orange", "dark-red", "dark-purple"),
    *(f"super-light-{hue}" for hue in ("green", "yellow", "blue", "orange", "red", "purple")),
    *("#447EBC", "#C15C17", "#890F02", "#0A437C", "#6D1F62", "#584477", "#B7DBAB", "#F4D598"),
    *("#70DBED", "#F9BA8F", "#F29191", "#82B5D8", "#E5A8E2", "#AEA2E0", "#629E51", "#E5AC0E"),
    *("#64B0C8", "#E0752D", "#BF1B00", "#0A50A1", "#962D82", "#614D93", "#9AC48A", "#F2C96D"),
    *("#65C5DB", "#F9934E", "#EA6460", "#5195CE", "#D683CE", "#806EB7", "#3F6833", "#967302"),
    *("#2F575E", "#99440A", "#58140C", "#052B51", "#511749", "#3F2B5B", "#E0F9D7", "#FCEACA"),
    *("#CFFAFF", "#F9E2D2", "#FCE2DE", "#BADFF4", "#F9D9F9", "#DEDAF7"),
)
# From nothing to most, on a dark page; a light page takes them the other way round.
SCHEMES = {
    "Blues": ("#08306B", "#2171B5", "#6BAED6", "#C6DBEF", "#F7FBFF"),
    "Oranges": ("#7F2704", "#D94801", "#FD8D3C", "#FDD0A2", "#FFF5EB"),
    "Reds": ("#67000D", "#CB181D", "#FB6A4A", "#FCBBA1", "#FFF5F0"),
    "Greens": ("#00441B", "#238B45", "#74C476", "#C7E9C0", "#F7FCF5"),
    "Spectral": ("#5E4FA2", "#66C2A5", "#E6F598", "#FDAE61", "#9E0142"),
    "Turbo": ("#30123B", "#28BCEB", "#A4FC3C", "#FB7E21", "#7A0403"),
}
_HEX = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")


class Theme(StrEnum):
    """On what a page is drawn; AUTO follows what the reader's system prefers."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


def palette(theme: Theme) -> dict[str, str]:
    """Return every colour that has a name."""
    hues, around = (_LIGHT, _AROUND_LIGHT) if theme is Theme.LIGHT else (_DARK, _AROUND_DARK)
    shades = {
        f"{shade}{hue}": color
        for hue, colors in hues.items()
        for shade, color in zip(_SHADES, colors, strict=True)
    }
    return {**shades, **around, **_NAMED}


_KNOWN = frozenset(palette(Theme.DARK))


def known(color: object, default: str = "soft") -> str:
    """Return a colour that a renderer can draw; what is none becomes the default.

    A colour ends in a page's styles, so that nothing else may pass.
    """
    text = str(color or "")
    short = re.fullmatch(r"#([0-9A-Fa-f])([0-9A-Fa-f])([0-9A-Fa-f])", text)
    if short:
        return "#" + "".join(2 * digit for digit in short.groups())
    if text in _KNOWN or _HEX.fullmatch(text):
        return text
    return _from_rgb(text) or default


def _from_rgb(text: str) -> str:
    found = re.fullmatch(r"rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*([\d.]+)\s*)?\)", text)
    if not found:
        return ""
    red, green, blue = (min(255, int(part)) for part in found.groups()[:3])
    opacity = min(1.0, float(found[4] or 1.0))
    return f"#{red:02X}{green:02X}{blue:02X}" + (
        "" if opacity == 1 else f"{round(opacity * 255):02X}"
    )
