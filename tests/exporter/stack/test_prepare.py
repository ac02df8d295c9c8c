"""What a stack runs on: settings that lead to its own servers, with real or quickened times."""

from pathlib import Path

import pytest
import yaml

from exporter.errors import IonmonError
from exporter.settings import Settings, load
from exporter.simulator.deployment import REGIONS
from exporter.simulator.world import World
from exporter.stack.demo import NOTICE
from exporter.stack.model import StackChoice, StackPorts
from exporter.stack.prepare import THROUGHPUT, contract, prepare, serve_dashboards

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "examples" / "reference.yaml"


def prepared(folder: Path, *, real: bool, keep: bool = False) -> StackChoice:
    """Prepare a stack whose ports are moved."""
    choice = StackChoice(folder=folder, config=REFERENCE, real=real, ports=StackPorts(1000))
    prepare(choice, keep=keep)
    return choice


def waits(settings: Settings) -> set[float | None]:
    """Return the `for` of all alerts but those of the long windows of a budget."""
    named = settings.alerts.by_name().items()
    return {one.duration for name, one in named if not name.startswith("ErrorBudget")}


def test_a_demo_waits_less_and_says_so(tmp_path: Path) -> None:
    """Alerts, groups and scrapes; what they are compared with is as it was."""
    choice = prepared(tmp_path / "demo", real=False)
    demo, exporter = (load(choice.folder / n) for n in ("monitoring.yaml", "simulated.yaml"))
    real = load(prepared(tmp_path / "real", real=True).folder / "monitoring.yaml")
    assert waits(demo) == {0.0}
    assert waits(real) == {None}
    assert (demo.prometheus.scrape_interval, real.prometheus.scrape_interval) == (5.0, 15.0)
    assert demo.notifications.intervals.high.group_wait == 5.0
    assert (demo.notifications.quiet_hours, real.notifications.quiet_hours is None) == (None, False)
    assert {one.threshold for one in demo.alerts.by_name().values()} == {None}
    assert exporter.web.notice == NOTICE
    assert load(tmp_path / "real" / "simulated.yaml").web.notice is None


def test_every_address_is_the_stack_s(tmp_path: Path) -> None:
    """Ports that are moved are moved everywhere."""
    choice = prepared(tmp_path, real=False)
    found = load(tmp_path / "monitoring.yaml")
    assert found.prometheus.address == "127.0.0.1:10090"
    assert found.prometheus.longterm == "127.0.0.1:10091"
    assert found.prometheus.exporters == ("127.0.0.1:10841",)
    assert found.prometheus.alertmanagers == ("127.0.0.1:10093",)
    assert found.notifications.bridge is not None
    assert found.notifications.bridge.address == "127.0.0.1:10842"
    assert found.storage.monitoring_config == contract(choice.folder)
    text = (tmp_path / "monitoring.yaml").read_text()
    assert not [port for port in (9090, 9091, 9093, 9841, 9842, 9843, 9844) if f":{port}" in text]


def test_the_target_for_traffic_is_one_that_is_met(tmp_path: Path) -> None:
    """The reference's 9,000 requests a second are a day's mean; the lowest hour counts here."""
    targets = load(prepared(tmp_path, real=True).folder / "monitoring.yaml").targets
    assert targets["throughput"] == THROUGHPUT
    assert targets["cache_hit_rate_l2"] == "80% to 85%"
    world, day = World(start=0.0), 1440
    lowest = min(
        sum(r.number for region in REGIONS for r in world.traffic.requests(region, minute))
        for minute in range(0, day, 15)
    )
    assert lowest / 60 > float(THROUGHPUT.rpartition(" ")[2])


def test_data_of_an_earlier_run_is_removed_unless_it_is_kept(tmp_path: Path) -> None:
    """Alertmanager would not notify again of what it has notified."""
    prepared(tmp_path, real=False)
    old = tmp_path / "data" / "old"
    old.touch()
    prepared(tmp_path, real=False, keep=True)
    assert old.exists()
    prepared(tmp_path, real=False)
    assert not old.exists()


def test_grafana_finds_the_dashboards(tmp_path: Path) -> None:
    """Their path on a server is replaced by the one that they have here."""
    folder = tmp_path / "configs" / "grafana" / "provisioning" / "dashboards"
    folder.mkdir(parents=True)
    (ours,) = (ROOT / "grafana" / "provisioning" / "dashboards").glob("*.yaml")
    (folder / ours.name).write_text(ours.read_text())
    serve_dashboards(tmp_path)
    found = yaml.safe_load((folder / ours.name).read_text())
    assert found["providers"][0]["options"]["path"] == str(tmp_path / "configs/grafana/out")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error has its path."""
    (tmp_path / "file").touch()
    with pytest.raises(IonmonError, match=r"/file.*: Not a directory"):
        prepared(tmp_path / "file", real=False)
