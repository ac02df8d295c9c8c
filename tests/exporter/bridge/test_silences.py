"""Silences are read from every Alertmanager, and one that does not answer costs itself."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.silences import SilenceMatcher, silences
from tests.servers import alertmanager, free_port

CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"


def moment(at: float) -> str:
    """Return a time as the API takes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


@pytest.mark.slow
def test_a_silence_of_a_real_alertmanager(tmp_path: Path) -> None:
    """Its author, comment, times and matchers are read; a dead Alertmanager beside it is named."""
    (tmp_path / "am.yml").write_text(CONFIG)
    now = time.time()
    matchers = [
        {"name": "alertname", "value": "CPUHigh", "isRegex": False, "isEqual": True},
        {"name": "region", "value": "us-.*", "isRegex": True, "isEqual": False},
    ]
    body = {"matchers": matchers, "createdBy": "ada", "comment": "deploy"}
    with alertmanager(tmp_path, tmp_path / "am.yml") as server:
        times = {"startsAt": moment(now), "endsAt": moment(now + 3600)}
        server.post({**body, **times}, "silences")
        gone = f"127.0.0.1:{free_port()}"
        found, faults = silences((f"127.0.0.1:{server.port}", gone, f"127.0.0.1:{server.port}"))
    (silence,) = found
    assert (silence.author, silence.comment) == ("ada", "deploy")
    assert silence.until == pytest.approx(now + 3600, abs=1)
    assert [*map(str, silence.matchers)] == ["alertname=CPUHigh", "region!~us-.*"]
    assert silence.covers((("alertname", "CPUHigh"), ("region", "europe-west1")))
    assert not silence.covers((("alertname", "CPUHigh"), ("region", "us-central1")))
    assert not silence.covers((("alertname", "MemoryHigh"),))
    assert len(faults) == 1
    assert gone in faults[0]


@pytest.mark.parametrize(
    ("value", "actual", "matches"),
    [
        ("a|b", "b", True),
        ("a|b", "ab", False),
        (".*-central1", "us-central1", True),
        ("(a+)+$", "b", True),  # not simple: taken to match, and never run
    ],
)
def test_an_expression_is_matched_as_a_whole(value: str, actual: str, *, matches: bool) -> None:
    """Alertmanager anchors expressions; one that could run for ever is not run at all."""
    assert SilenceMatcher("x", value, regex=True, equal=True).matches({"x": actual}) is matches
