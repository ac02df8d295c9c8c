"""Settings in words are as people write them."""

from typing import Any

import pytest

from exporter.settings import Settings
from generators.worded_settings import worded


def in_words(**sections: Any) -> dict[str, Any]:
    """Return settings in words."""
    return worded(Settings.model_validate(sections).model_dump(mode="json", by_alias=True))


@pytest.mark.parametrize("written", ["30d", "28d", "90d"])
def test_whole_days_stay_days(written: str) -> None:
    """An error budget of 30d is not one of 4w2d."""
    assert in_words(objectives={"window": written})["objectives"]["window"] == written


def test_shares_and_shorter_times_have_their_units() -> None:
    """Percentages and durations, at any depth and below any name."""
    found = in_words(
        objectives={"availability": "99.9%"},
        services={"shop": {"objectives": {"latency": {"share": "95%", "within": "1500ms"}}}},
    )
    assert found["objectives"]["availability"] == "99.9%"
    latency = found["services"]["shop"]["objectives"]["latency"]
    assert latency == {"share": "95%", "within": "1s500ms"}
