"""What `ionmon configs` writes is what the exporter's reader reads, for any settings."""

from pathlib import Path

import pytest

from exporter.catalog.expression import Matcher
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import families_in
from exporter.monitoring_config import MonitoringConfig, parsed
from exporter.settings import Settings, load
from generators.monitoring_config import CONFIG_FILE
from generators.policy import policy
from generators.rules.build import build
from generators.rules.model import alerts
from tests.generators.generated import texts

REFERENCE = Path(__file__).parents[2] / "examples" / "reference.yaml"
FULL = Path(__file__).parents[1] / "data" / "settings" / "good" / "full.yaml"
pytestmark = pytest.mark.slow

MINIMAL = Settings.model_validate({"google": {"projects": ["my-project"]}})


@pytest.fixture(scope="module", params=["reference", "minimal"])
def found(request: pytest.FixtureRequest) -> tuple[Settings, MonitoringConfig]:
    """Settings, and the file that is written for them, as it is read."""
    settings = load(REFERENCE) if request.param == "reference" else MINIMAL
    return settings, parsed(texts(settings)[CONFIG_FILE], CONFIG_FILE)


def test_each_threshold_is_there_as_a_number(found: tuple[Settings, MonitoringConfig]) -> None:
    """The policy's thresholds arrive with value, unit and direction, under their signals."""
    settings, config = found
    for row in policy(settings).thresholds:
        alert = config.alert({"alertname": row.name})
        assert alert is not None
        assert alert.limit is not None
        assert alert.limit.value == row.threshold
        assert (alert.limit.unit or "") == row.signal.unit.suffix
        assert alert.limit.direction == row.signal.direction
        assert alert.signal == row.signal.name


def test_alerts_of_one_name_are_told_apart_by_their_labels() -> None:
    """By the service, database or Redis server that one is for, by signal, and by pair."""
    settings = load(FULL)
    config = parsed(texts(settings)[CONFIG_FILE], CONFIG_FILE)
    for rule in alerts(build(settings).all):
        labels = {"alertname": rule.alert, **dict(rule.labels), "service_name": "another"}
        labels |= {one.label: one.values[0] for one in rule.only if isinstance(one, Matcher)}
        found = config.alert(labels)
        assert found is not None
        assert (found.query, found.for_) == (rule.expr, rule.for_)
    lag = config.alert({"alertname": "DatabaseLag", "database_id": "ion-production:shop"})
    assert lag is not None
    assert lag.where == {"database_id": ("ion-production:shop",)}


def test_each_alert_and_signal_has_its_query_and_links(
    found: tuple[Settings, MonitoringConfig],
) -> None:
    """Alerts lead to their runbook and panel; every signal that is read has a query and a panel."""
    settings, config = found
    unread = settings.unread_families
    assert bool(unread) == (settings == MINIMAL)
    assert list(config.signals) == [
        signal.name
        for signal in SIGNALS
        if unread.isdisjoint(family.name for family in families_in(signal.expression))
    ]
    for signal in config.signals.values():
        assert signal.query
        assert signal.panel.url.startswith(f"{settings.links.grafana}/d/{signal.panel.dashboard}?")
    for alert in config.alerts:
        assert alert.query
        assert alert.runbook_url.endswith(f"/{alert.name}.md")
        assert alert.dashboard_url.startswith(f"{settings.links.grafana}/d/ion-")


def test_the_settings_in_it_are_those_it_was_written_for(
    found: tuple[Settings, MonitoringConfig],
) -> None:
    """A reader can tell whether the file is of the settings that it runs with."""
    settings, config = found
    assert config.settings == settings.model_dump(mode="json", by_alias=True)
