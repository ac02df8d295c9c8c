"""Six weeks of a project are backfilled and tuned on, as its owner would: command by command."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner

from exporter import cli
from exporter.settings import Settings, load
from generators.alert_table import ThresholdAlert
from generators.commands import reading
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.clocks import HandClock
from tests.e2e.six_weeks import INCIDENTS, lived_project, when
from tests.generators.tuning.simulated_weeks import MINUTE, HiddenIncident
from tests.servers import Prometheus, prometheus

pytestmark = [pytest.mark.deep, pytest.mark.timeout(2400)]

RETENTION = "--storage.tsdb.retention.time=50y"


@dataclass(frozen=True)
class Tuned:
    """What was printed and written, the settings with the new numbers, and the history."""

    text: str
    body: dict[str, Any]
    settings: Settings
    server: Prometheus

    def alert(self, name: str) -> dict[str, Any]:
        """Return what became of an alert."""
        found: dict[str, Any] = next(one for one in self.body["alerts"] if one["name"] == name)
        return found

    def fires(self, rule: Alerting, one: HiddenIncident) -> bool:
        """Return whether a rule's own expression holds for its `for` in an incident's region."""
        began, ended = when(one)
        asked = {"start": f"{began}", "end": f"{ended}", "step": f"{MINUTE}"}
        found = self.server.api("query_range", query=rule.expr, **asked)["result"]
        return any(
            lasts([round(at) for at, _ in series["values"]], rule.for_)
            for series in found
            if series["metric"].get("region") == one.region
        )


def lasts(times: Sequence[int], seconds: float) -> bool:
    """Return whether evaluations follow each other without a gap for so long."""
    since = previous = -math.inf
    for at in times:
        since = at if at > previous + MINUTE else since
        previous = at
        if at - since >= seconds:
            return True
    return False


def run(*words: str) -> str:
    """Run a command; returns what it prints."""
    done = CliRunner().invoke(cli.cli, words)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuned]:
    """Write the rules, backfill what was before the exporter, and apply what that recommends."""
    folder = tmp_path_factory.mktemp("weeks")
    data, out = folder / "data", folder / "found.json"
    data.mkdir()
    with lived_project(folder) as (path, lived):
        config = ("--config", str(path), "--quiet")
        run("configs", *config, "--root", str(folder))
        rules = str(folder / "alertmanager/out/rules")
        run("backfill", *config, "--rules", rules, "--into", str(data), "--yes")
    with pytest.MonkeyPatch.context() as patch, prometheus(folder, "{}", RETENTION) as server:
        patch.setattr(reading, "WallClock", lambda: HandClock(lived.scraped))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        url = f"http://127.0.0.1:{server.port}"
        text = run("tune", *config, "--prometheus", url, "--out", str(out), "--apply")
        body = json.loads(out.read_text(encoding="utf-8"))
        yield Tuned(text, body, load(path), server)


def meets(one: HiddenIncident, found: Mapping[str, Any]) -> bool:
    """Return whether a derived incident overlaps a hidden one."""
    began, ended = when(one)
    return bool(found["start"] <= ended and found["end"] >= began)


def test_incidents_that_nobody_labelled_are_found(tuned: Tuned) -> None:
    """At least ten of twelve, where the objective burnt; nothing else is taken for an incident."""
    derived = tuned.body["incidents"]
    assert sum(any(meets(one, found) for found in derived) for one in INCIDENTS) >= 10
    assert all(any(meets(one, found) for one in INCIDENTS) for found in derived)
    assert {found["origin"] for found in derived} == {"objective"}


def test_every_incident_is_caught_by_the_tuned_rules(tuned: Tuned) -> None:
    """Prometheus itself says so: the rules of the settings that were written hold for their `for`.

    Only alerts with a tuned threshold count; those on the objective found the incidents.
    """
    every = alerts(build(tuned.settings).all)
    thresholds = [rule for rule in every if isinstance(rule.source, ThresholdAlert)]
    missed = [one for one in INCIDENTS if not any(tuned.fires(rule, one) for rule in thresholds)]
    assert missed == []


def test_every_alert_is_explained(tuned: Tuned) -> None:
    """Nine thresholds and the alerts on the objective: each has a reason, and a row."""
    assert len(tuned.body["alerts"]) == 11
    for one in tuned.body["alerts"]:
        assert one["why"].endswith(".")
        assert one["name"] in tuned.text
    # The cache is not of Cloud Monitoring: there is no history, and that is said.
    assert tuned.alert("CacheHitRateLow")["why"] == "There is no value in these days."
