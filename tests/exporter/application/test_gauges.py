"""Gauges of real recorders: what is removed leaves the page; the latest is what was set last."""

from pathlib import Path

import pytest
from prometheus_client import Counter, Enum, Gauge, Info

from tests import servers
from tests.exporter.recorder.reading import Exporter, recorder

pytestmark = pytest.mark.slow


def test_what_the_application_removes_leaves_the_page(tmp_path: Path) -> None:
    """A series, all series, a metric, and an info that changes; with the next flush."""
    with servers.redis(tmp_path) as server:
        flushing, exporter = recorder(server), Exporter(server.port)
        gauge = Gauge("g", "G.", ["n"], registry=flushing.registry)
        other = Gauge("o", "O.", registry=flushing.registry)
        info = Info("build", "B.", registry=flushing.registry)
        gauge.labels("a").set(1)
        gauge.labels("b").set(2)
        other.set(3)
        info.info({"version": "1"})
        assert flushing.flush()
        assert set(exporter.page()) >= {"app_g", "app_o", "app_build_info"}
        gauge.remove("a")
        info.info({"version": "2"})
        flushing.registry.unregister(other)
        assert flushing.flush()
        page = exporter.page()
        assert page["app_g"] == {("", "b"): 2}
        assert page["app_build_info"] == {("", "2"): 1}
        assert not page.get("app_o")
        gauge.clear()
        assert flushing.flush()
        assert not exporter.page().get("app_g")
        exporter.close()


def test_the_latest_was_set_last_not_flushed_last(tmp_path: Path) -> None:
    """Two instances that only count on do not take turns; an enum has one state."""
    with servers.redis(tmp_path) as server:
        exporter, instances, shown = Exporter(server.port), [], []
        for value, state in ((1, "on"), (2, "off")):
            flushing = recorder(server, gauges={"level": "latest"})
            Gauge("level", "L.", registry=flushing.registry).set(value)
            states = ["idle", "on", "off"]
            Enum("mood", "M.", states=states, registry=flushing.registry).state(state)
            instances.append((flushing, Counter("c", "C.", registry=flushing.registry)))
            assert flushing.flush()
        for turn in range(4):
            flushing, counted = instances[turn % 2]
            counted.inc()
            assert flushing.flush()
            page = exporter.page()
            moods = {values[-1] for values, on in page["app_mood"].items() if on}
            shown.append((page["app_level"], moods))
        exporter.close()
    assert shown == [({("",): 2}, {"off"})] * 4
