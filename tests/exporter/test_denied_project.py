"""A project that may not be read, as a process meets it beside one that may."""

from pathlib import Path

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.model import CloudMonitoring
from exporter.simulator.world import World
from tests.exporter import running
from tests.servers import wait_until

pytestmark = pytest.mark.slow
NAMES = tuple(
    name for name in sorted(DEFAULT_SET) if isinstance(CATALOG[name].source, CloudMonitoring)
)


def test_a_denied_project_is_one_line(tmp_path: Path) -> None:
    """Each of its polls fails and is counted, the log has one line of it, the rest is read."""
    with running.simulator(*NAMES) as api:
        tree = running.tree(running.address(api), *NAMES, projects=[World.project, "closed"])
        config = running.written(tmp_path / "monitoring.yaml", tree)
        with running.running(tmp_path, "--config", str(config)) as found:
            found.wait_ready()
            failed = 'ionmon_poll_failures_total{collector="cloud_monitoring",poll="closed/'

            def lines() -> list[str]:
                return [line for line in found.page().splitlines() if line.startswith(failed)]

            assert len(NAMES) > 20
            wait_until(lambda: len(lines()) == len(NAMES), "a failure of each poll")
            assert all('reason="permission"}' in line for line in lines())
            success = f'ionmon_poll_success{{collector="cloud_monitoring",poll="{World.project}/'

            def others() -> set[str]:
                lines = found.page().splitlines()
                return {line[-3:] for line in lines if line.startswith(success)}

            wait_until(lambda: others() == {"1.0"}, "a success of each other poll")
            said = [line for line in found.said().splitlines() if "closed" in line]
    assert len(said) == 1
    assert "permission" in said[0].lower()
