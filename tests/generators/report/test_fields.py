"""Overrides change the fields that they choose, and no other."""

from typing import Any

import pytest

from exporter.errors import SettingsError
from generators.dashboards.file.panel import FieldConfigInFile
from generators.report.fields import FieldSubject, PanelFields

SUBJECT = FieldSubject("p95 eu", "B", (("region", "eu"),))


def configured(defaults: dict[str, Any], *overrides: dict[str, Any]) -> PanelFields:
    """Return the fields of a panel as its file configures them."""
    body = {"defaults": defaults, "overrides": overrides}
    return PanelFields(FieldConfigInFile.model_validate(body))


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
    assert (configured({"unit": "none"}, override).of(SUBJECT).unit == "s") is fits


def test_later_overrides_win_and_leave_the_rest() -> None:
    """Properties add up, the last of a name stands, and nested ones are reached."""

    def override(*properties: tuple[str, Any]) -> dict[str, Any]:
        listed = [{"id": name, "value": value} for name, value in properties]
        return {"matcher": {"id": "byFrameRefID", "options": "B"}, "properties": listed}

    config = configured(
        {"unit": "s", "custom": {"lineWidth": 3}},
        override(("custom.lineStyle", {"fill": "dash"}), ("decimals", 1)),
        override(("decimals", 2), ("custom.hideFrom.viz", True),
                 ("displayName", "${__field.labels.region}: ${__field.name}")),
    )  # fmt: skip
    field = config.of(SUBJECT)
    assert (field.unit, field.decimals, field.name) == ("s", 2, "eu: p95 eu")
    assert (field.style.width, field.style.dash, field.style.hidden) == (3, "dash", True)


def test_what_is_null_is_as_if_it_were_not_there() -> None:
    """An override takes a default away with null, and Grafana's own stands."""
    nulls = [{"id": name, "value": None} for name in ("unit", "max", "custom.lineWidth")]
    override = {"matcher": {"id": "byName", "options": "p95 eu"}, "properties": nulls}
    field = configured({"unit": "s", "max": 1, "custom": {"lineWidth": 3}}, override).of(SUBJECT)
    assert (field.unit, field.maximum, field.style.width) == ("", None, 1.0)


def test_a_value_of_another_type_is_refused_by_its_key() -> None:
    """The key is named, so that one finds it in the file."""
    with pytest.raises(SettingsError, match=r"fieldConfig: 'custom\.lineWidth"):
        configured({"custom": {"lineWidth": "thick"}}).of(SUBJECT)
