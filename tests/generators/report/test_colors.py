"""Every text can be read, in both themes: at least 4.5 to 1, as WCAG 2.2 demands."""

import pytest

from generators.report.colors import (
    CLASSIC,
    CONTRAST,
    SCHEMES,
    SHADES,
    Theme,
    contrast,
    palette,
    readable,
    shades,
    style_names,
    text_on,
)

THEMES = (Theme.DARK, Theme.LIGHT)
BEHIND = ("page", "panel-bg", "unfilled")
HUES = sorted(set(palette(Theme.DARK)) - {"page", "panel-bg", "line", "grid", "unfilled",
                                          "transparent"})  # fmt: skip


def test_contrast_is_that_of_wcag() -> None:
    """Worked out by hand from the definition."""
    assert contrast("#000000", "#FFFFFF") == 21
    assert round(contrast("#777777", "#FFFFFF"), 2) == 4.48
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("theme", THEMES)
def test_the_texts_of_a_page(theme: Theme) -> None:
    """Plain, soft and strong texts, on everything that may be behind them."""
    colors = palette(theme)
    for name in ("text", "soft", "strong"):
        for behind in BEHIND:
            assert contrast(colors[name], colors[behind]) >= CONTRAST, (name, behind)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("color", [*HUES, *(one for one in CLASSIC if one.startswith("#"))])
def test_texts_in_a_color(color: str, theme: Theme) -> None:
    """A colour is darkened or lightened until it can be read; one that can be stays as it is."""
    colors = palette(theme)
    own = colors.get(color, color)
    found = readable(own, theme)
    measured = [contrast(found, colors[name]) for name in ("page", "panel-bg")]
    assert min(measured) >= CONTRAST
    before = [contrast(own, colors[name]) for name in ("page", "panel-bg")]
    assert (found == own) is (min(before) >= CONTRAST)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_on_a_color(theme: Theme) -> None:
    """Black or white can be read on every colour."""
    for color in (palette(theme)[name] for name in HUES):
        assert contrast(text_on(color), color) >= CONTRAST


def test_what_is_hidden_stays_hidden() -> None:
    """A transparent text is not made readable."""
    for theme in THEMES:
        assert readable(palette(theme)["transparent"], theme) == palette(theme)["transparent"]


def test_a_scheme_is_turned_for_a_light_page() -> None:
    """Little is light on a light page, and most is the scheme's last colour on a dark one."""
    dark, light = (shades("Blues", theme) for theme in THEMES)
    assert len(dark) == SHADES
    assert (dark[0], dark[-1]) == (SCHEMES["Blues"][0], SCHEMES["Blues"][-1])
    assert light == dark[::-1]


def test_a_page_names_what_it_uses() -> None:
    """Colours of its own get a name as a text, and schemes one for each shade."""
    found = style_names(Theme.LIGHT, {"#D1344B"}, ["Blues"])
    assert {"c-green", "t-D1344B", "o-D1344B", "s-Blues-0"} <= set(found)
