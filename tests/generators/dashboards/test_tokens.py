"""Colours stand out on light and on dark, and those who see no red and green tell them apart."""

import json
from itertools import combinations

import _jsonnet
import pytest

from generators.checks.dashboards.style import PALETTE
from tests.generators.dashboards.made import ROOT

TOKENS = json.loads(_jsonnet.evaluate_file(str(ROOT / "grafana" / "lib" / "tokens.libsonnet")))
LIGHT, DARK = "#ffffff", "#181b1f"  # Grafana's panels
COLOURS = sorted(PALETTE - {"transparent", "text"})
# Machado, Oliveira and Fernandes (2009), severity 1.0; rows of the matrices for linear RGB.
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


def linear(colour: str) -> list[float]:
    """Return the linear RGB of a colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("background", [LIGHT, DARK])
@pytest.mark.parametrize("colour", COLOURS)
def test_each_colour_stands_out(colour: str, background: str) -> None:
    """Three to one is what WCAG 2 asks of graphics."""
    assert contrast(colour, background) >= 3


def test_the_palette_is_that_of_the_tokens() -> None:
    """The check's colours are the library's, no more and no fewer."""
    colours = {c for group in ("colours", "severities", "classes") for c in TOKENS[group].values()}
    assert colours | set(TOKENS["series"]) == PALETTE


def test_neighbours_are_distinguished_without_red_and_green() -> None:
    """The first four series, and fine and bad, differ for people with deuteranopia."""
    pairs = [*combinations(TOKENS["series"][:4], 2)]
    pairs.append((TOKENS["colours"]["ok"], TOKENS["severities"]["critical"]))
    pairs.append((TOKENS["colours"]["ok"], TOKENS["colours"]["errors"]))
    for one, other in pairs:
        seen = [
            [sum(w * c for w, c in zip(row, linear(colour), strict=True)) for row in DEUTERANOPIA]
            for colour in (one, other)
        ]
        assert sum(abs(a - b) for a, b in zip(*seen, strict=True)) > 0.15, (one, other)
