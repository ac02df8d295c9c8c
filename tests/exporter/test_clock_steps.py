"""A real `ionmon run` whose machine's clock is set while it runs, or was wrong before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from exporter.recorder import Recorder
from tests import servers
from tests.clocks import faked
from tests.exporter.running import (
    REQUESTS,
    Running,
    address,
    running,
    simulator,
    tree,
    written,
)

pytestmark = [pytest.mark.slow, pytest.mark.deep]
POLLS = 'ionmon_polls_total{collector="application"}'
AGE = f'ionmon_data_age_seconds{{gcp_project="ion-demo",family="{REQUESTS}"}}'


@contextmanager
def counting(folder: Path, *, monotonic: bool) -> Iterator[tuple[Running, Path, Counter]]:
    """Run an exporter of an application that counts, and a file that sets its clock."""
    clock = folder / "clock"
    clock.write_text("+0")
    with servers.redis(folder) as redis:
        url = f"redis://127.0.0.1:{redis.port}"
        target = {"name": "metrics", "url": url, "collect": False}
        settings = {
            "redis": {"targets": [target]},
            "application": {"redis": "metrics", "name": "shop"},
        }
        config = ("--config", str(written(folder / "monitoring.yaml", settings)))
        registry = CollectorRegistry()
        counter = Counter("n", "Things.", registry=registry)
        recorder = Recorder(url, application="shop", registry=registry, interval=0.2).start()
        with running(folder, *config, before=faked(clock, monotonic=monotonic)) as found:
            yield found, clock, counter
        recorder.stop()


@pytest.mark.parametrize("monotonic", [False, True])
@pytest.mark.parametrize("step", ["-3600", "+3600", "-40d", "+1200"])
def test_polls_go_on_when_the_clock_is_set(tmp_path: Path, step: str, monotonic: bool) -> None:
    """Whatever the wall clock does, and the monotonic one where that is virtual, counts arrive."""
    with counting(tmp_path, monotonic=monotonic) as (found, clock, counter):
        counter.inc()
        servers.wait_until(lambda: found.value("app_n_total") is not None, "the first count")
        clock.write_text(step)
        polls = found.value(POLLS) or 0
        counter.inc(41)
        servers.wait_until(lambda: found.value("app_n_total") == 42, "the count")
        servers.wait_until(lambda: (found.value(POLLS) or 0) > polls + 2, "further polls")
        assert found.ask("/-/healthy")[0] == 200
        clock.write_text("+0")
        counter.inc(8)
        servers.wait_until(lambda: found.value("app_n_total") == 50, "the count")


@pytest.mark.parametrize("hours", [-1, 1, 24 * 40])
def test_a_wrong_clock_reads_the_same(tmp_path: Path, hours: int) -> None:
    """Started with a wrong clock, it reads what is there, and says by how much it is wrong."""
    clock = tmp_path / "clock"
    clock.write_text(f"{3600 * hours:+d}")
    with simulator(REQUESTS) as project:
        settings = tree(address(project), REQUESTS)
        config = ("--config", str(written(tmp_path / "monitoring.yaml", settings)))
        with running(tmp_path, *config, before=faked(clock)) as found:
            servers.wait_until(lambda: found.value(AGE) is not None, "the first read")
            assert -5 < (found.value(AGE) or 0) < 300
            offset = "ionmon_clock_offset_seconds"
            servers.wait_until(lambda: found.value(offset) is not None, "the clock's offset")
            assert abs((found.value(offset) or 0) - 3600 * hours) < 30
            found.wait_for_log(f"over 30 s {'ahead of' if hours > 0 else 'behind'} Google's")
            servers.wait_until(lambda: f"{REQUESTS}{{" in found.page(), "requests on the page")
