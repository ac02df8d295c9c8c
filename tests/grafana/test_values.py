"""Numbers, words, figures and colours are Grafana's: of every unit that the preview knows."""

import math
from itertools import product
from typing import Any

import pytest

from generators.dashboards.file.panel import FieldConfigInFile
from generators.report import calculations, units
from generators.report.colors import CLASSIC, Theme, palette
from generators.report.display import Value
from generators.report.fields import FieldSubject, PanelFields
from generators.report.formatting import shown
from generators.report.gradients import GRADIENTS
from tests.grafana.asking import ask
from tests.grafana.comparing import shade

# Ends of units, halves, what a double cannot hold, and what is very small or large.
NUMBERS = (
    0, 1, -1, 0.5, -0.5, 2, 3, 59, 59.96, 60, 61, 75, 119, 3599, 3600, 5400, 86399, 86400, 172800,
    604800, 700000, 2592000, 31536000, 63072000, 1e-10, 5e-7, 9.999e-7, 1e-6, 9.999e-4, 1e-3,
    0.0123, 0.12345, 0.999, 1.005, 2.25, 9.95, 33.333333, 99.95, 999, 999.95, 1000, 1024, 12345,
    999999, 1e6, 1048576, 1.5e6, 1e9, 2.5e12, -75, -3600, -1e6,
)  # fmt: skip
UNITS = (
    *("", "none", "string", "short", "sishort", "locale", "percent", "percentunit", "s", "ms"),
    *("ns", "µs", "m", "h", "d", "dtdurations", "dthms", "dtdhms", "dateTimeAsIso"),
    *("dateTimeAsSystem", "dateTimeAsUS", "bytes", "decbytes", "kbytes", "mbytes", "deckbytes"),
    *("Bps", "binBps", "hertz", "currencyUSD", "currencyEUR", "reqps", "cps", "ops", "rps", "wps"),
    *("iops", "eps", "mps", "cpm", "opm", "reqpm", "epm", "count:/s", "suffix:x", "prefix:x"),
    *("currency:x", "si:V", "si:mV", "time:YYYY-MM-DD HH:mm", "bool:up/down", "unheard of"),
)
WORDS = ("", " ", "critical", "404", "007", "1e3", "0x1f", "2026-11-28T10:00:00Z", "12abc", "true")
WORDED = ("", "string", "none", "short", "s", "percentunit", "bool:on/off")
DATES = ("dateTimeAsIso", "dateTimeAsUS", "time:YYYY-MM-DD")
BY_BROWSER = {"404", "007"}  # which a browser takes for a year and for July
_RED = {"text": "red", "color": "#D1344B"}
LIMITS = {
    "mode": "absolute",
    "steps": [{"color": "#009E73", "value": None}, {"color": "#D1344B", "value": 1}],
}
MAPPINGS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"type": "value", "options": {"0": _RED, "1": {"text": ""}, "404": {"color": "blue"}}}],
    [{"type": "range", "options": {"from": 1, "to": 500, "result": _RED}}],
    [{"type": "regex", "options": {"pattern": "/^(.)r/", "result": {"text": "$1-"}}}],
    [{"type": "regex", "options": {"pattern": "critical", "result": _RED}}],
    [{"type": "special", "options": {"match": "null", "result": _RED}}],
    [{"type": "special", "options": {"match": "nan", "result": _RED}}],
    [{"type": "special", "options": {"match": "null+nan", "result": {"color": "text"}}}],
    [{"type": "special", "options": {"match": "empty", "result": _RED}}],
    # The first that fits counts, whatever `index` says.
    [{"type": "range", "options": {"from": 0, "to": 2, "result": {**_RED, "index": 9}}},
     {"type": "value", "options": {"1": {"text": "one", "index": 0}}}],
)  # fmt: skip
SERIES: tuple[tuple[float | None, ...], ...] = (
    (1.0, 2.0, 3.5),
    (None, 2.0, None, 1.0, None),
    (math.nan, 4.0, -1.0, math.nan),
    (None, None),
    (0.0,),
    (5.0, 1.0, 2.0, 0.5, 7.0),
)


@pytest.mark.parametrize("unit", UNITS)
def test_numbers_in_a_unit(unit: str) -> None:
    """Digits, halves, scales, singular and plural."""
    asked = list(product(NUMBERS, (None, 0, 1, 2, 3)))
    questions = [
        {"kind": "display", "type": "number", "value": value,
         "config": {"unit": unit} | ({} if decimals is None else {"decimals": decimals})}
        for value, decimals in asked
    ]  # fmt: skip
    for (value, decimals), answer in zip(asked, ask(questions), strict=True):
        # Where a unit has no name of its own, Grafana leaves the space before it.
        assert units.text(float(value), unit, decimals) == answer["text"].rstrip(), value


@pytest.mark.parametrize("unit", [*WORDED, *DATES])
@pytest.mark.parametrize("at", range(len(MAPPINGS)))
def test_values_of_all_kinds(unit: str, at: int) -> None:
    """Words, numbers, nothing: under a mapping, without a text for no value and with one."""
    asked: list[tuple[Value, str]] = [
        (value, no_value)
        for value in (*WORDS, 0.0, 1.0, 404.0, math.nan, None)
        for no_value in ("", "nothing")
        if unit not in DATES or value not in BY_BROWSER
    ]
    bodies = [
        {"unit": unit, "mappings": MAPPINGS[at], "thresholds": LIMITS,
         "color": {"mode": "thresholds"}, "noValue": no_value}
        for _, no_value in asked
    ]  # fmt: skip
    answers = ask([_question(*one) for one in zip((v for v, _ in asked), bodies, strict=True)])
    for (value, _), body, answer in zip(asked, bodies, answers, strict=True):
        config = FieldConfigInFile.model_validate({"defaults": body})
        kind = "string" if isinstance(value, str) else "number"
        show = shown(value, PanelFields(config, "stat").of(FieldSubject("field", kind=kind)))
        theirs = (answer["text"].rstrip(), shade(answer["color"]))
        assert (show.text.rstrip(), shade(show.color)) == theirs, value


@pytest.mark.parametrize("mode", GRADIENTS)
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-40, 90), (2, 2)])
def test_colours_between_colours(mode: str, low: float, high: float) -> None:
    """A value's place between the limits decides; beyond them the ends do."""
    body = {"color": {"mode": mode}, "min": low, "max": high}
    values = (*NUMBERS, -math.inf, math.inf, math.nan, None)
    theirs = ask([_question(value, body) for value in values])
    config = FieldConfigInFile.model_validate({"defaults": body})
    field = PanelFields(config, "stat").of(FieldSubject("field"))
    ours = [shown(value, field).color for value in values]
    assert ours == [shade(answer["color"]) for answer in theirs]


def _question(value: Value, config: dict[str, Any]) -> dict[str, Any]:
    kind = "string" if isinstance(value, str) else "number"
    return {
        "kind": "display",
        "type": kind,
        "config": config,
        "value": _written(value) if isinstance(value, float) else value,
    }


def _written(value: float) -> Value:
    """Return a number as JSON can hold it: what is not finite, by its name in JavaScript."""
    names = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return "NaN" if math.isnan(value) else names.get(value, value)


@pytest.mark.parametrize("calc", calculations.TITLES)
def test_figures(calc: str) -> None:
    """Each reducer, over numbers with gaps, and over gaps alone."""
    questions = [
        {"kind": "reduced", "calc": calc,
         "values": ["NaN" if v is not None and math.isnan(v) else v for v in values]}
        for values in SERIES
    ]  # fmt: skip
    found = [calculations.reduced(calc, values) for values in SERIES]
    ours = [None if isinstance(v, float) and math.isnan(v) else v for v in found]
    theirs: list[Any] = ask(questions)
    assert ours == pytest.approx(theirs, nan_ok=True)


def test_series_take_colours_in_turn() -> None:
    """The classic palette, all of it."""
    (theirs,) = ask([{"kind": "palette"}])
    assert [shade(name) for name in CLASSIC] == [shade(color) for color in theirs]


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_names_of_colours(theme: Theme) -> None:
    """Each hue and shade, on a dark and on a light page."""
    names = [name for name in palette(theme) if name.endswith(tuple(_HUES))]
    theirs: list[Any] = ask([{"kind": "named", "color": n, "mode": theme.value} for n in names])
    assert [palette(theme)[name] for name in names] == theirs


_HUES = ("red", "orange", "yellow", "green", "blue", "purple")
