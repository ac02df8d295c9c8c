"""Metrics that the settings add may have an alert and a panel, like signals of the catalog."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.configured_metrics import configured_signals
from generators.rules.build import build
from tests.generators.generated import texts

pytestmark = pytest.mark.slow
BACKLOG, ORDERS = "pubsub_undelivered_messages", "shop_orders_total"
DURATION, BYTES = "task_duration_seconds", "gcs_stored_bytes"


def metric(kind: str, value: str, **more: Any) -> dict[str, Any]:
    """Return the settings of a metric."""
    found = {"type": "custom.googleapis.com/x", "resource": "global", "help": "Things that wait."}
    return {**found, "kind": kind, "value": value, **more}


METRICS = {
    BACKLOG: metric(
        "GAUGE",
        "INT64",
        labels={"subscription": "resource.subscription_id"},
        alert={"above": 1000, "for": "10m", "severity": "medium", "check": "Check the workers."},
    ),
    ORDERS: metric(
        "DELTA",
        "INT64",
        labels={"region": "resource.location"},
        alert={"below": 0.5, "severity": "high"},
    ),
    DURATION: metric("DELTA", "DISTRIBUTION", alert={"above": 2.5}),
    BYTES: metric("GAUGE", "DOUBLE", labels={"bucket": "resource.bucket_name"}, panel=True),
}


def settings(*projects: str, **sections: Any) -> Settings:
    """Return settings with the four metrics."""
    google = {"projects": list(projects) or ["proj-a"], "metrics": METRICS}
    return Settings.model_validate({"google": google, **sections})


def written(folder: Path, given: Settings) -> Path:
    """Write all files of settings below a folder."""
    for path, text in texts(given).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def board(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """Return the panels of a dashboard by title, those of closed rows too."""
    found = json.loads((folder / f"grafana/out/{name}.json").read_text())["panels"]
    inner = [below for panel in found for below in panel.get("panels", ())]
    return {panel["title"]: panel for panel in (*found, *inner)}


@pytest.mark.deep
@pytest.mark.parametrize("projects", [("proj-a",), ("proj-a", "proj-b")])
def test_alerts_fire_where_they_should(tmp_path: Path, projects: tuple[str, ...]) -> None:
    """Promtool finds each alert firing beyond its limit and silent within, by its own test."""
    tests = written(tmp_path, settings(*projects)) / "alertmanager/out/tests"
    names = ("PubsubUndeliveredMessagesHigh", "ShopOrdersLow", "TaskDurationSecondsHigh")
    files = [f"{name}.yml" for name in names]
    done = subprocess.run(
        ["promtool", "test", "rules", *files],
        cwd=tests,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("SUCCESS") == len(names)


def test_each_has_a_panel_that_its_alert_links_to(tmp_path: Path) -> None:
    """What has an alert or asks for a panel is on Infrastructure, at a number that stays."""
    folder = written(tmp_path, settings())
    panels = [
        p for p in board(folder, "infrastructure").values() if p["title"] == "Things that wait"
    ]
    assert panels
    rules = yaml.safe_load((folder / "alertmanager/out/rules/metrics.yml").read_text())
    urls = [rule["annotations"]["dashboard_url"] for rule in rules["groups"][0]["rules"]]
    inside = json.loads((folder / "grafana/out/infrastructure.json").read_text())
    numbers = {panel["id"] for panel in inside["panels"]}
    for url in urls:
        assert int(url.partition("viewPanel=")[2].partition("&")[0]) in numbers


def test_each_stands_in_the_reference(tmp_path: Path) -> None:
    """docs/alerts.md lists the alert, and its runbook names the metric, its limit and its check."""
    folder = written(tmp_path, settings())
    assert "PubsubUndeliveredMessagesHigh" in (folder / "docs/alerts.md").read_text()
    runbook = (folder / "docs/runbooks/PubsubUndeliveredMessagesHigh.md").read_text()
    assert "1. Check the workers." in runbook
    assert "above 1000, for 10m" in runbook
    assert "pubsub_undelivered_messages:\n      alert: {above: 1000" in runbook


def test_an_alert_has_one_limit() -> None:
    """Without a limit, and with two, the settings are refused with what to write."""
    for alert in ({}, {"above": 1, "below": 0}):
        google = {"metrics": {BACKLOG: metric("GAUGE", "INT64", alert=alert)}}
        with pytest.raises(ValidationError, match="write `above` or `below`"):
            Settings.model_validate({"google": google})


def test_another_alert_keeps_its_name() -> None:
    """A metric whose alert would have the name of an alert of the table is refused."""
    google = {"metrics": {"memory": metric("GAUGE", "INT64", alert={"above": 1})}}
    with pytest.raises(SettingsError, match="MemoryHigh, which is another alert's"):
        build(Settings.model_validate({"google": google}))


def test_an_override_belongs_to_the_metric() -> None:
    """alerts.others does not change an alert that google.metrics defines."""
    others = {"others": {"TaskDurationSecondsHigh": {"severity": "low"}}}
    with pytest.raises(SettingsError, match="there is no such alert"):
        build(settings(alerts=others))


@pytest.mark.parametrize(("road", "gone"), [("logs", True), ("managed_prometheus", False)])
def test_what_a_road_does_not_bring_is_not_written(tmp_path: Path, road: str, gone: bool) -> None:
    """Log lines bring no pool and no local cache: no rule, alert, runbook or panel is on them."""
    given = Settings.model_validate({"google": {"projects": ["p"]}, "application": {"road": road}})
    folder = written(tmp_path, given)
    rules = "".join(p.read_text() for p in (folder / "alertmanager/out/rules").glob("*.yml"))
    for name in ("app_pool_connections", "app_cache_l1_hits_total", "ConnectionPoolTrend"):
        assert (name not in rules) is gone
    assert ("Connection pool, share used" not in board(folder, "infrastructure")) is gone
    assert not (folder / "docs/runbooks/ApplicationSilent.md").exists()
    assert "app_active_users" not in rules
    assert "app_requests_total" in rules


def test_a_help_without_words_is_replaced_by_the_name() -> None:
    """A metric whose help is a full stop has an alert as others have."""
    backlog = {BACKLOG: {**METRICS[BACKLOG], "help": "."}}
    given = Settings.model_validate({"google": {"projects": ["proj-a"], "metrics": backlog}})
    (signal,) = configured_signals(given)
    assert signal.noun == f"value of {BACKLOG}"
