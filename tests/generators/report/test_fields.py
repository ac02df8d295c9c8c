"""Overrides change the fields that they choose, and no other."""

from typing import Any

import pytest

from generators.report.fields import FieldSubject, PanelFields

SUBJECT = FieldSubject("p95 eu", "B", (("region", "eu"),))


@pytest.mark.parametrize(
    ("matcher", "options", "fits"),
    [
        ("byName", "p95 eu", True),
        ("byName", "p95", False),
        ("byNames", {"names": ["p95 eu"]}, True),
        ("byRegexp", "/^P95/i", True),
        ("byRegexp", "/^eu/", False),
        ("byRegexp", "p95", False),
        ("byRegexp", "/(/", False),
        ("byFrameRefID", "B", True),
        ("byFrameRefID", "A", False),
        ("byType", "number", True),
        ("byMagic", "x", False),
    ],
)
def test_matchers(matcher: str, options: Any, *, fits: bool) -> None:
    """Each matcher chooses as Grafana's does."""
    override = {
        "matcher": {"id": matcher, "options": options},
        "properties": [{"id": "unit", "value": "s"}],
    }
    assert (PanelFields({"unit": "none"}, (override,)).of(SUBJECT).unit == "s") is fits


def test_later_overrides_win_and_leave_the_rest() -> None:
    """Properties add up, the last of a name stands, and nested ones are reached."""

    def override(*properties: tuple[str, Any]) -> dict[str, Any]:
        listed = [{"id": name, "value": value} for name, value in properties]
        return {"matcher": {"id": "byFrameRefID", "options": "B"}, "properties": listed}

    config = PanelFields(
        {"unit": "s", "custom": {"lineWidth": 3}},
        (
            override(("custom.lineStyle", {"fill": "dash"}), ("decimals", 1)),
            override(("decimals", 2), ("custom.hideFrom.viz", True),
                     ("displayName", "${__field.labels.region}: ${__field.name}")),
        ),
    )  # fmt: skip
    field = config.of(SUBJECT)
    assert (field.unit, field.decimals, field.name) == ("s", 2, "eu: p95 eu")
    assert (field.style.width, field.style.dash, field.style.hidden) == (3, "dash", True)
