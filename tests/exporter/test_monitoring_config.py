"""monitoring_config.json is read as its contract says, and refused with the key and the fix."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from exporter.monitoring_config import (
    SCHEMA_VERSION,
    LimitConfig,
    MonitoringConfig,
    MonitoringConfigError,
    config_path,
    read_config,
)
from exporter.settings import Settings

ROOT = Path(__file__).parents[2]
FIX = "; write the file again: ionmon configs --config monitoring.yaml"
ALERT = {
    "name": "A",
    "where": {},
    "severity": "high",
    "for": "3m",
    "split_by": ["region"],
    "query": "a > 1",
    "runbook_url": "docs/runbooks/A.md",
    "dashboard_url": "http://g/d/a",
}
PANEL = {"dashboard": "ion-cache", "number": 3, "url": "http://g/d/ion-cache"}
SIGNAL = {
    "kind": None,
    "unit": "ratio",
    "direction": "down",
    "split_by": [],
    "query": "q",
    "panel": PANEL,
}


def body(**more: Any) -> dict[str, Any]:
    """Return a small file's content."""
    whole = {
        "content_hash": "00",
        "schema_version": SCHEMA_VERSION,
        "objective": {"availability": "99.9%", "window": "30d"},
        "alerts": [ALERT],
        "signals": {"s": SIGNAL},
        "rules": {"r": "sum(x)"},
        "settings": {},
        "files": {},
    }
    return {**whole, **more}


def written(folder: Path, content: object) -> Path:
    """Write a file."""
    path = folder / "monitoring_config.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_durations_are_seconds_and_what_may_be_missing_is_none(tmp_path: Path) -> None:
    """A small file is read whole: for in seconds, no limit, no noun."""
    found = read_config(written(tmp_path, body()))
    alert = found.alerts[0]
    assert (alert.for_, alert.limit, alert.signal) == (180.0, None, None)
    assert (found.signals["s"].panel.number, found.signals["s"].noun) == (3, None)
    assert found.objective.window == 30 * 86400


def test_an_alert_is_that_of_its_labels(tmp_path: Path) -> None:
    """That which more labels choose goes before that of all others; without one, there is none."""
    checkout = {**ALERT, "where": {"service_name": ["checkout", "cart"]}, "for": "15m"}
    latency = {**ALERT, "name": "B", "where": {"signal": ["latency"]}}
    found = read_config(written(tmp_path, body(alerts=[ALERT, checkout, latency])))
    fors = {
        service: found.alert({"alertname": "A", "service_name": service})
        for service in ("checkout", "cart", "search")
    }
    assert {name: one and one.for_ for name, one in fors.items()} == {
        "checkout": 900.0,
        "cart": 900.0,
        "search": 180.0,
    }
    assert found.alert({"alertname": "A"}) == found.alerts[0]
    assert found.alert({"alertname": "B", "signal": "availability"}) is None
    assert found.alert({}) is None


def test_keys_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    """Keys that are added later, at any depth, do not stop a reader."""
    newer = body(alerts=[{**ALERT, "tune": 1}], roads=["x"])
    assert read_config(written(tmp_path, newer)).alerts[0].severity == "high"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            {"schema_version": SCHEMA_VERSION - 1},
            f"schema_version is {SCHEMA_VERSION - 1}, this ionmon reads {SCHEMA_VERSION}{FIX}",
        ),
        ({}, f"schema_version: Field required{FIX}"),
        ("{", "Invalid JSON: "),
        ("[]", "Input should be an object"),
        (body(alerts=[{**ALERT, "for": "soon"}]), "alerts.0.for: Value error, is no duration"),
        (body(alerts=[{**ALERT, "query": None}]), "alerts.0.query: Input should be a valid"),
        (body(signals={"s": {**SIGNAL, "direction": "left"}}), "signals.s.direction: Input should"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: object, says: str) -> None:
    """The error names the file, the key and the command that writes it again."""
    path = written(tmp_path, content)
    with pytest.raises(MonitoringConfigError) as refused:
        read_config(path)
    assert str(refused.value).startswith(f"{path}: {says}")
    assert str(refused.value).endswith(FIX)


def test_a_missing_file_is_named_with_the_setting(tmp_path: Path) -> None:
    """Where there is no file, the error names what writes it and what says where it is."""
    with pytest.raises(MonitoringConfigError, match=r"No such file.*storage\.monitoring_config$"):
        read_config(tmp_path / "none.json")


def test_the_settings_say_where_it_is(tmp_path: Path) -> None:
    """The file of the settings goes before the one below the working directory."""
    named = Settings.model_validate({"storage": {"monitoring_config": str(tmp_path / "c.json")}})
    assert config_path(named) == tmp_path / "c.json"
    assert config_path(Settings()) == Path("alertmanager/out/monitoring_config.json")


def keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Yield the keys of a model as the page writes them."""
    for name, field in model.model_fields.items():
        key, kinds = before + (field.alias or name), [field.annotation]
        while kinds and not (isinstance(kinds[0], type) and issubclass(kinds[0], BaseModel)):
            kind = kinds.pop(0)
            key += ".*" if get_origin(kind) is dict and kind != dict[str, Any] else ""
            key += "[]" if get_origin(kind) is tuple and get_args(kind)[0] is not str else ""
            kinds += get_args(kind)
        yield from keys(kinds[0], f"{key}.") if kinds else (key,)  # type: ignore[arg-type]


def test_the_page_documents_each_key_and_no_other() -> None:
    """docs/monitoring_config.md lists what the models read, in their order or any."""
    page = (ROOT / "docs" / "monitoring_config.md").read_text()
    documented = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(keys(MonitoringConfig))
    assert f"`schema_version` is {SCHEMA_VERSION}." in page


@pytest.mark.parametrize(
    ("direction", "beyond", "within"), [("up", 0.011, 0.009), ("down", 0.009, 0.011)]
)
def test_a_limit_is_exceeded_on_its_bad_side(
    direction: Literal["up", "down"], beyond: float, within: float
) -> None:
    """The limit itself is within, as `>` and `<` of the rules have it."""
    limit = LimitConfig(value=0.01, unit="ratio", direction=direction)
    assert limit.exceeded(beyond)
    assert not limit.exceeded(within)
    assert not limit.exceeded(limit.value)
