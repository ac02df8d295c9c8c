"""What differs for one service, and what it inherits."""

import json

import pytest

from exporter.settings import Settings

GIVEN = {
    "alerts": {"CPUHigh": {"enabled": False}, "minimum_events": 7, "error_classes": ["5xx"]},
    "services": {"checkout": {"alerts": {"CPUHigh": {"threshold": 0.9}, "MemoryHigh": {}}}},
}


@pytest.mark.parametrize("mode", ["json", "python"])
def test_what_is_inherited_is_inherited_when_it_is_read_again(mode: str) -> None:
    """Settings that were written out have no defaults as values of the service's own."""
    settings = Settings.model_validate(GIVEN)
    written = settings.model_dump(mode=mode, by_alias=True)
    assert written["services"] == GIVEN["services"]
    again = Settings.model_validate(json.loads(json.dumps(written)) if mode == "json" else written)
    alerts = again.of_service("checkout").alerts
    assert alerts == settings.of_service("checkout").alerts
    assert (alerts.CPUHigh.enabled, alerts.CPUHigh.threshold) == (False, 0.9)
    assert (alerts.minimum_events, alerts.error_classes) == (7, ("5xx",))
