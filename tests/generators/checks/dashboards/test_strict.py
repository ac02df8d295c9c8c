"""Strict models have the fields of lenient ones: fewer of them, required, of narrower types."""

import json
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from generators.checks.dashboards.strict import many, strict
from generators.dashboards.file.options import LegendInFile, SortInFile
from tests.generators.checks.dashboards.test_boards import DEFAULTS, judged, put

LEGEND: dict[str, Any] = {
    "calcs": ["max"],
    "displayMode": "table",
    "placement": "bottom",
    "showLegend": True,
    "sortDesc": True,
}
MODEL = strict(
    LegendInFile,
    without=("sort_by",),
    optional=("sort_desc",),
    calcs=many(Literal["max"]),
)


def refused(**changes: Any) -> list[str]:
    """Return where a legend is refused after changes; None takes a key away."""
    body = {key: value for key, value in {**LEGEND, **changes}.items() if value is not None}
    try:
        MODEL.model_validate_json(json.dumps(body))
    except ValidationError as error:
        return [".".join(map(str, found["loc"])) for found in error.errors()]
    return []


def test_a_whole_legend_is_taken() -> None:
    """Also without what is optional."""
    assert (refused(), refused(sortDesc=None)) == ([], [])


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"placement": None}, "placement"),
        ({"calcs": ["max", "mean"]}, "calcs.1"),
        ({"showLegend": "true"}, "showLegend"),
        ({"sortBy": "Max"}, "sortBy"),
        ({"wide": True}, "wide"),
    ],
)
def test_what_is_not_allowed_is_refused(changes: dict[str, Any], where: str) -> None:
    """A missing key, another value, another type, a key left out, an unknown key."""
    assert refused(**changes) == [where]


def test_a_field_that_no_file_has_is_refused() -> None:
    """A strict model cannot name what the lenient one does not declare."""
    with pytest.raises(ValueError, match="SortInFile has no field column"):
        strict(SortInFile, column=str)


def test_what_only_the_typed_board_refuses_is_a_problem() -> None:
    """The schema leaves a style's inner keys open: what cannot be read is reported, not raised."""
    change = put(106, {"mode": ["dashed"]}, *DEFAULTS, "custom", "thresholdsStyle")
    (text,) = judged("performance", change)
    assert text.startswith("schema: ")
    assert "thresholdsStyle.mode" in text
