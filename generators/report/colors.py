"""Grafana's palette: what a colour's name looks like on a dark and on a light page.

Facts: grafana-data's createVisualizationColors, and its themes for what surrounds a panel.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

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
_CLEAR = frozenset({_AROUND_DARK["transparent"], _AROUND_LIGHT["transparent"]})
SHADES = 16  # of a scheme, from nothing to most
CONTRAST = 4.5  # of a text to what is behind it, at least: WCAG 2.2, 1.4.3
_STEP = 0.04  # of the way to black or white
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


def shades(scheme: str, theme: Theme) -> list[str]:
    """Return the colours of a scheme from nothing to most; on a light page, little is light."""
    stops = SCHEMES.get(scheme, SCHEMES["Oranges"])
    ordered = stops[::-1] if theme is Theme.LIGHT else stops
    places = [at / (SHADES - 1) * (len(stops) - 1) for at in range(SHADES)]
    pairs = [(min(len(stops) - 2, int(place)), place) for place in places]
    return [_mixed(ordered[at], ordered[at + 1], place - at) for at, place in pairs]


def style_names(theme: Theme, hexes: Iterable[str], schemes: Iterable[str]) -> dict[str, str]:
    """Return every colour that a page may ask for, by its name in the page's styles.

    c-…  the colour itself; t-…  as a text on a panel; o-…  of a text on it; s-…  a scheme's
    """
    named = palette(theme)
    shown = {**named, **{color.removeprefix("#"): color for color in sorted(hexes)}}
    return {
        **{f"c-{name}": color for name, color in named.items()},
        **{f"t-{name}": readable(color, theme) for name, color in shown.items()},
        **{f"o-{name}": text_on(color) for name, color in shown.items()},
        **{f"s-{one}-{at}": c for one in schemes for at, c in enumerate(shades(one, theme))},
    }


@cache
def readable(color: str, theme: Theme) -> str:
    """Return the shade of a colour in which a text can be read on a page and on its panels."""
    if color in _CLEAR:
        return color
    named = palette(theme)
    behind = named["page"], named["panel-bg"]
    end = "#000000" if theme is Theme.LIGHT else "#FFFFFF"
    found, share = color[:7], 0.0
    while share < 1 and min(contrast(found, one) for one in behind) < CONTRAST:
        share = min(1.0, share + _STEP)
        found = _mixed(color, end, share)
    return found


def text_on(color: str) -> str:
    """Return black or white, whichever stands out more on a colour; on none, what is around."""
    if color in _CLEAR:
        return "inherit"
    return max(("#000000", "#FFFFFF"), key=lambda text: contrast(text, color))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own
        for c in (channel / 255 for channel in _channels(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: str, other: str, share: float) -> str:
    """Return a colour so far on the way to another."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


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
