"""Targets are written as people write them, in the unit of their signal."""

from pathlib import Path

import pytest

from exporter.catalog.signals import SIGNALS
from exporter.errors import SettingsError
from exporter.settings import load
from exporter.settings.signal_targets import SignalTarget, signal_target

NAMED = {signal.name: signal for signal in SIGNALS}


@pytest.mark.parametrize(
    ("name", "text", "least", "most"),
    [
        ("cache_hit_rate_l2", "80% to 85%", 0.8, 0.85),
        ("throughput", "at least 9000", 9000.0, None),
        ("throughput", "at least  9,000/s", 9000.0, None),
        ("response_time_p95", "at most 40ms", None, 0.04),
        ("instances", "5 to 30", 5.0, 30.0),
    ],
)
def test_a_target_is_read(name: str, text: str, least: float | None, most: float | None) -> None:
    """Either bound may be left out; a number may have its thousands and its unit."""
    assert signal_target(NAMED[name], text) == SignalTarget(least, most)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("throughputt: at least 3", "targets.throughputt: no signal has this name; did you mean"),
        ("nonsense: at least 3", "no signal has this name; docs/signals.md lists them"),
        ("throughput: 9000", "a bare number; write 'at least 9000', 'at most 9000', or a range"),
        ("throughput: about 9000", "is no target; write it like 'at least 9000', 'at most 12000'"),
        ("throughput: at least 9 s", "is no target; write it like"),
        ("throughput: at least 9s", "has '9s', which is no number; write it like 'at least 9000'"),
        ("error_rate: at most 5", "has '5', which is no percentage; write it like 'at least 80%'"),
        ("error_rate: at most 500%", "has '500%', which is no percentage"),
        ("response_time_p95: at most 4%", "has '4%', which is no duration; write it like 'at lea"),
        ("response_time_p95: 40ms to 20ms", "begins above its end; write the lower value first"),
        ("instances: at least 5/s", "has '5/s', which is no number"),
        ("persona_share: at least 3%", "has a value for each persona; remove it"),
    ],
)
def test_a_wrong_target_is_refused(written: str, said: str, tmp_path: Path) -> None:
    """The error has the line, the key, and what would be right."""
    path = tmp_path / "monitoring.yaml"
    path.write_text(f"targets:\n  {written}\n")
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert str(refused.value).startswith(f"{path}:2:3: targets.{written.partition(':')[0]}: ")
    assert said in str(refused.value)
