"""Limits of signals, and what a value is beside them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from exporter.monitoring_config import SCHEMA_VERSION, MonitoringConfigError
from exporter.summary.limits import KnownLimits, LimitsFile, LimitState, judged
from exporter.summary.model import SignalLimit

OUT = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"
UP = (SignalLimit("Critical", "critical", 0.01, ""), SignalLimit("Warning", "high", 0.005, ""))
DOWN = (SignalLimit("Low", "medium", 0.7, ""), SignalLimit("Lower", "critical", 0.5, ""))


@pytest.mark.parametrize(
    ("value", "direction", "limits", "state", "alert"),
    [
        (0.02, "up", UP, LimitState.CRITICAL, "Critical"),
        (0.01, "up", UP, LimitState.BEYOND, "Warning"),
        (0.005, "up", UP, LimitState.WITHIN, "Warning"),
        (None, "up", UP, LimitState.UNKNOWN, "Warning"),
        (0.4, "down", DOWN, LimitState.CRITICAL, "Lower"),
        (0.6, "down", DOWN, LimitState.BEYOND, "Low"),
        (0.7, "down", DOWN, LimitState.WITHIN, "Low"),
        (0.6, "up", (), LimitState.UNLIMITED, ""),
        (None, "up", (), LimitState.UNKNOWN, ""),
    ],
)
def test_a_value_is_judged(
    value: float | None,
    direction: str,
    limits: tuple[SignalLimit, ...],
    state: LimitState,
    alert: str,
) -> None:
    """A value on its limit is within it; the limit is the exceeded one, or the first to come."""
    found, limit = judged(value, direction, limits)
    assert (found, limit.alert if limit else "") == (state, alert)


def document(*alerts: dict[str, Any]) -> str:
    """Return the generated file with other alerts on the error rate."""
    found = json.loads(OUT.read_text())
    (model,) = (one for one in found["alerts"] if one["name"] == "ErrorRateCritical")
    found["alerts"] = [{**model, **alert} for alert in alerts]
    return json.dumps(found)


def limit(value: float) -> dict[str, Any]:
    """Return a limit of an alert."""
    return {"limit": {"value": value, "unit": "ratio", "direction": "up"}}


def test_a_service_has_its_own_limit(tmp_path: Path) -> None:
    """That of all others does not hold for it, and its own for nobody else."""
    path = tmp_path / "config.json"
    own = {"where": {"service_name": ["shop"]}, **limit(0.05)}
    path.write_text(document(limit(0.01), own))
    known = LimitsFile(path).read()
    assert [one.value for one in known.of("error_rate", {"service_name": "shop"})] == [0.05]
    assert [one.value for one in known.of("error_rate", {"service_name": "ion"})] == [0.01]
    assert known.of("throughput", {"service_name": "ion"}) == ()


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """A missing one, one of another version, and the right one after that."""
    path = tmp_path / "config.json"
    limits = LimitsFile(path)
    assert "write it with: ionmon configs" in limits.read().fault
    path.write_text(json.dumps({"schema_version": SCHEMA_VERSION + 1}))
    assert f"schema_version is {SCHEMA_VERSION + 1}" in limits.read().fault
    path.write_text(document(limit(0.01)))
    assert limits.read().fault == ""
    assert limits.read() is limits.read()
    path.write_text(document(limit(0.0123)))
    assert [one.value for one in limits.read().of("error_rate", {})] == [0.0123]


def test_every_alert_of_the_reference_with_a_limit_is_known() -> None:
    """The generated file is one that the exporter reads."""
    known = LimitsFile(OUT).read()
    assert known.objective == "99.95%"
    assert {one.name for one in known.alerts} >= {"ErrorRateCritical", "DatabaseLag", "CPUHigh"}
    assert KnownLimits().of("error_rate", {}) == ()


def test_another_file_of_the_same_time_and_size_is_read(tmp_path: Path) -> None:
    """A copy that keeps its time, and one that is put in its place."""
    path, other = tmp_path / "config.json", tmp_path / "other.json"
    path.write_text(document(limit(0.01)))
    limits, at = LimitsFile(path), path.stat().st_mtime_ns
    assert [one.value for one in limits.read().of("error_rate", {})] == [0.01]
    path.write_text(document(limit(0.02)))
    os.utime(path, ns=(at, at))
    assert [one.value for one in limits.read().of("error_rate", {})] == [0.02]
    other.write_text(document(limit(0.03)))
    os.utime(other, ns=(at, at))
    other.replace(path)
    assert [one.value for one in limits.read().of("error_rate", {})] == [0.03]


def test_a_fault_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may end without a change of the file, as when a disk can be read again."""
    path = tmp_path / "config.json"
    path.write_text(document(limit(0.01)))
    limits = LimitsFile(path)

    def fail(_: Path) -> None:
        raise MonitoringConfigError("cannot be read")

    with monkeypatch.context() as broken:
        broken.setattr("exporter.summary.limits.read_config", fail)
        assert limits.read().fault == "cannot be read"
    assert limits.read().fault == ""
