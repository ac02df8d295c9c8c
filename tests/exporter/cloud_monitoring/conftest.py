"""Fixtures of calls to Cloud Monitoring."""

import pytest

from exporter.cloud_monitoring import client as client_module
from tests.exporter.cloud_monitoring.scripted import HandTime


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    """Let the client's own waiting cost no time."""
    clock = HandTime()
    monkeypatch.setattr(client_module, "time", clock)
    monkeypatch.setattr(client_module, "steady", clock.monotonic)
    return clock
