"""A plan is made from settings, state file and rules, or it is said what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.backfill.preparing import BackfillRequest, families_read, planned
from exporter.backfill.rules import RuleSet, read_rules
from exporter.cloud_monitoring.client import MonitoringClient
from exporter.errors import IonmonError, SettingsError, StateError
from exporter.settings import Settings, load
from exporter.simulator.server import Simulator
from tests.clocks import HandClock
from tests.e2e.backfilled import client_of
from tests.exporter.backfill.small import CUT, REQUESTS, configured, world, written

REQUEST = BackfillRequest(7200)


@pytest.fixture
def endpoint() -> Iterator[str]:
    """The address of a simulated project."""
    simulator = Simulator(world(), HandClock(CUT + 3600))
    yield simulator.start()
    simulator.close()


@pytest.fixture
def client(endpoint: str) -> Iterator[MonitoringClient]:
    """A client of it."""
    with client_of(endpoint) as found:
        yield found


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    """Rules and state file, written."""
    return read_rules(written(tmp_path))


@pytest.fixture
def settings(tmp_path: Path, rules: RuleSet, endpoint: str) -> Settings:
    """Settings that read the project."""
    assert rules.names
    return load(configured(tmp_path, endpoint))


def test_a_plan(settings: Settings, rules: RuleSet, client: MonitoringClient) -> None:
    """It ends where the state file says, begins on a whole hour, and knows the exporter."""
    found = planned(settings, rules, REQUEST, client)
    assert [(cut.target.family.name, cut.cut) for cut in found.families] == [(REQUESTS, CUT)]
    assert found.start == (CUT - 7200) // 3600 * 3600
    assert found.live == CUT + 120 + 600
    assert found.instance == "127.0.0.1:9841"


def test_the_exporters_address(
    settings: Settings, rules: RuleSet, client: MonitoringClient
) -> None:
    """Of several exporters one has to be named."""
    servers = settings.prometheus.model_copy(update={"exporters": ("a:1", "b:1")})
    several = settings.model_copy(update={"prometheus": servers})
    with pytest.raises(SettingsError, match=r"there are 2; name the one .* with --instance"):
        planned(several, rules, REQUEST, client)
    named = planned(several, rules, BackfillRequest(7200, "b:1"), client)
    assert named.instance == "b:1"


def test_an_exporter_that_never_ran(
    settings: Settings, rules: RuleSet, client: MonitoringClient, tmp_path: Path
) -> None:
    """Without a state file nobody knows where counters begin."""
    (tmp_path / "state").unlink()
    with pytest.raises(StateError, match="start the exporter once"):
        planned(settings, rules, REQUEST, client)


def test_settings_without_a_project(rules: RuleSet) -> None:
    """They name the flag."""
    with pytest.raises(IonmonError, match="ionmon backfill --project"):
        families_read(Settings(), rules)
