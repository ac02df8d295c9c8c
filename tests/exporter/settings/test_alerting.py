"""Objectives of latency: both halves, of all services and of single ones."""

from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings, load

_BOTH = "latency: {share: 95%, within: 300ms}"


def _loaded(tmp_path: Path, objectives: str, service: str = "{}") -> Settings:
    path = tmp_path / "monitoring.yaml"
    text = f"objectives: {{{objectives}}}\nservices:\n  checkout:\n    objectives: {service}\n"
    path.write_text(f"google: {{projects: [my-project]}}\n{text}")
    return load(path)


def test_there_is_no_objective_of_latency_unless_it_is_written(tmp_path: Path) -> None:
    """Whoever writes none has none."""
    found = _loaded(tmp_path, "").objectives.latency
    assert (found.share, found.within) == (None, None)


def test_a_service_inherits_what_it_leaves_out(tmp_path: Path) -> None:
    """A service may change one half of the objective, or switch it off."""
    slower = _loaded(tmp_path, _BOTH, "{latency: {within: 1s}}").of_service("checkout")
    assert (slower.objectives.latency.share, slower.objectives.latency.within) == (0.95, 1.0)
    off = _loaded(tmp_path, _BOTH, "{latency: {enabled: false}}").of_service("checkout")
    assert not off.objectives.latency.enabled


def test_what_is_written_and_read_back_has_no_more_overrides(tmp_path: Path) -> None:
    """A default of a service's section does not come back as an override of what all have."""
    off = "latency: {share: 95%, within: 300ms, enabled: false}"
    found = _loaded(tmp_path, off, "{latency: {within: 1s}}")
    again = Settings.model_validate(found.model_dump(mode="json", by_alias=True))
    assert again.of_service("checkout").objectives == found.of_service("checkout").objectives
    assert not again.of_service("checkout").objectives.latency.enabled


@pytest.mark.parametrize(
    ("latency", "text"),
    [
        ("{share: 95%}", "objectives.latency: has share and no within; write both"),
        ("{within: 1s}", "objectives.latency: has within and no share; write both"),
        ("{share: 100%, within: 1s}", "must be less than 100%, which would leave no latency"),
        ("{share: 49.9%, within: 1s}", "must be at least 50%"),
        ("{share: 95%, within: 0s}", "0s cannot be measured; write a time between 1ms and"),
        ("{share: 95%, within: 2h}", "2h cannot be measured"),
    ],
)
def test_an_objective_that_cannot_be_is_refused(tmp_path: Path, latency: str, text: str) -> None:
    """One half alone, no budget, and a time outside the buckets are errors."""
    for objectives, service in ((f"latency: {latency}", "{}"), ("", f"{{latency: {latency}}}")):
        with pytest.raises(SettingsError) as error:
            _loaded(tmp_path, objectives, service)
        assert text in str(error.value)
