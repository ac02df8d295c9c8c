"""Events that a real bridge takes, over a kill."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.exporter.bridge.bridges import bridge
from tests.exporter.bridge.test_recorded_events import bodies
from tests.servers import wait_until

pytestmark = pytest.mark.slow


def test_events_are_there_once_after_a_kill(tmp_path: Path) -> None:
    """What was answered is on disk, and what is posted again after a kill is no other event."""
    posted = bodies("v2-0.35")
    with bridge(tmp_path) as found:
        assert {found.ask("/events", "POST", body)[0] for body in posted} == {200}
        found.end(signal.SIGKILL)
        found.start()
        assert {found.ask("/events", "POST", body)[0] for body in posted} == {200}
        known = 'ionmon_bridge_events_total{result="known"}'
        wait_until(lambda: found.metric(known) == 5, "three deliveries and two mutings")
        assert found.metric('ionmon_bridge_events_total{result="journaled"}') == 0
    with closing(sqlite3.connect(found.journal)) as db:
        receivers = db.execute("SELECT receiver FROM event ORDER BY at").fetchall()
    assert receivers == [("critical-slack",), ("critical-pagerduty",), ("critical-pagerduty",)]
