"""What calls cost and fail, and what is left out, is on the page to the last one of each."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter as Counted
from prometheus_client.parser import text_string_to_metric_families as families_of

from exporter.catalog import own
from exporter.simulator.world import World
from tests import servers
from tests.exporter import running
from tests.exporter.collectors.test_cloud_monitoring_simulated import (
    INSTANCES,
    PROJECT,
    REQUESTS,
    staged,
    targets,
)
from tests.exporter.recorder.reading import Exporter, recorder
from tests.exporter.running import UP
from tests.exporter.simulator.asking import NOON

FAULTS = (
    "unavailable=0.3,quota=0.2,seed=39"  # UNAVAILABLE: calls 3, 4, 8; RESOURCE_EXHAUSTED: 2, 6, 9
)
FAMILIES = (
    REQUESTS,
    INSTANCES,
    UP,
    "cloudrun_request_duration_seconds",
    "cloudrun_memory_utilization_ratio",
)


def of_page(text: str, name: str, label: str) -> Counter[str]:
    """Return a family's values on a page, added by one label."""
    found: Counter[str] = Counter()
    for family in families_of(text):
        for sample in family.samples:
            if sample.name == name:
                found[sample.labels[label]] += int(sample.value)
    return found


@pytest.mark.slow
def test_calls_of_a_process_are_those_that_the_api_answered(tmp_path: Path) -> None:
    """Beside refusals, calls, failures and billed series are the API's own counts."""
    with running.simulator(*FAMILIES, faults=FAULTS) as api:
        tree = running.tree(running.address(api), *FAMILIES)
        config = running.written(tmp_path / "monitoring.yaml", tree)
        with running.running(tmp_path, "--config", str(config)) as found:
            found.wait_ready()

            def counted() -> tuple[int, int]:
                page = found.page()
                calls = of_page(page, "ionmon_api_requests_total", "code")
                billed = of_page(page, "ionmon_api_time_series_returned_total", "family")
                return calls.total(), billed.total()

            servers.wait_until(lambda: counted() == (api.calls, api.billed), "equal counts")
            page = found.page()
    calls = of_page(page, "ionmon_api_requests_total", "code")
    assert calls["UNAVAILABLE"] > 0
    assert calls["RESOURCE_EXHAUSTED"] > 0
    failures = of_page(page, "ionmon_api_request_failures_total", "api")
    assert failures.total() == calls.total() - calls["OK"]
    delayed = of_page(page, "ionmon_api_throttled_total", "by")
    assert delayed["quota"] == calls["RESOURCE_EXHAUSTED"]


def test_each_malformed_series_is_counted_once_a_read(tmp_path: Path) -> None:
    """Of each answer one series of strings is left out and one comes twice; the label is named."""
    faults = "malformed=string+duplicate+extra_label"
    with staged(tmp_path, targets([PROJECT], REQUESTS), faults) as stage:
        stage.live(0.5)
        tell, reads = stage.telemetry.value, stage.simulator.queries
        assert tell(own.SERIES_DROPPED, (REQUESTS, "invalid")) == reads
        assert tell(own.SERIES_REPEATED, (REQUESTS,)) == reads
        assert tell(own.UNKNOWN_LABELS, (REQUESTS, "metric.surprise")) == 1


def test_series_above_the_limit_are_counted_at_each_read(tmp_path: Path) -> None:
    """As many are left out as are missing beside a collector without the limit."""
    shown, dropped = [], []
    for limit in (1_000, 5):
        home = tmp_path / str(limit)
        home.mkdir()
        with staged(home, targets([PROJECT], REQUESTS, limit=limit)) as stage:
            stage.live(0.5)
            (poll,) = stage.collector.polls()
            for _ in range(2):
                dropped.append(stage.telemetry.value(own.SERIES_DROPPED, (REQUESTS, "limit")))
                poll.read()
            shown.append(sum(1 for total in poll._ledger.totals.values() if total.last))
    assert dropped[:2] == [0, 0]
    assert dropped[3] - dropped[2] == shown[0] - shown[1] > 0


def test_a_gauge_that_stopped_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each series without a point for over two periods leaves the page, and is counted once."""
    series, stopped = World.series, NOON + 600.0

    def without_one(world: World, metric: str, resource: str, start: float, end: float) -> Any:
        first, *rest = series(world, metric, resource, start, end)
        kept = tuple(point for point in first.points if point.end <= stopped)
        return [first._replace(points=kept), *rest] if kept else rest

    monkeypatch.setattr(World, "series", without_one)
    with staged(tmp_path, targets([PROJECT], INSTANCES)) as stage:
        (poll,), found = stage.collector.polls(), []
        for _ in range(4):
            stage.live(0.125)
            stale = stage.telemetry.value(own.SERIES_STALE, (INSTANCES,))
            found.append((len(poll.read().parts[0].samples), stale))
    assert len({number for number, _ in found}) == 2
    assert [stale for _, stale in found] == [0, 0, 1, 1]


def test_label_values_that_were_cleaned_are_counted(tmp_path: Path) -> None:
    """Series of an application with control characters or long values: so many as are there."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        counter = Counted("c", "C.", ["n"], registry=flushing.registry)
        for value in ("plain", "a\x00b", "c\x07d", "x" * 1_000):
            counter.labels(value).inc()
        assert flushing.flush()
        exporter = Exporter(server.port)
        assert len(exporter.page()["app_c_total"]) == 4
        assert exporter.telemetry.value(own.LABELS_CLEANED, ("", "app_c_total")) == 3
        exporter.close()
