"""What is posted to a real Alertmanager, and how it ends there."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.alertmanagers import Alertmanager
from exporter.bridge.firing import holding
from exporter.bridge.posting import Posting
from exporter.clock import WallClock
from tests import servers
from tests.exporter.bridge.acknowledgers import acknowledgers, settings
from tests.exporter.bridge.fleet import BEGAN, held
from tests.exporter.bridge.notified import journal

pytestmark = pytest.mark.slow
CONFIG = """
route: {receiver: none}
receivers: [{name: none}]
inhibit_rules:
- source_matchers: [alertname="Acknowledged"]
  target_matchers: [alertname="Escalation"]
  equal: [escalates, signal, gcp_project, region, service_name, since]
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[servers.Alertmanager]:
    """Run Alertmanager with the rule that mutes an escalation."""
    (tmp_path / "alertmanager.yml").write_text(CONFIG)
    with servers.alertmanager(tmp_path, tmp_path / "alertmanager.yml") as found:
        yield found


def given(**labels: str) -> Acknowledgement:
    """Return an acknowledgement of a critical alert."""
    alert = held(**labels)
    return Acknowledgement(
        row=1,
        fingerprint=alert.fingerprint,
        labels=alert.labels,
        starts_at=BEGAN,
        since=(BEGAN - 180, BEGAN - 120),
        user="ada",
        comment="rolling back",
        at=BEGAN + 60,
    )


class Poster:
    """Posts to a running Alertmanager, and reads what it holds."""

    def __init__(self, port: int) -> None:
        self.open: list[Acknowledgement] = []
        self.to = Alertmanager(f"127.0.0.1:{port}")
        self.source = holding(self.to, WallClock())
        self.posting = Posting(self.to, self.source, lambda: self.open, WallClock())

    def post(self) -> list[dict[str, str]]:
        """Post, ask, and return the labels of what is held."""
        self.posting.post()
        with ThreadPoolExecutor(1) as executor:
            asyncio.run(self.source.once(executor))
        return [dict(each.labels) for each in self.source.answer or ()]


def test_each_beginning_is_posted_with_the_place_and_without_the_severity(
    running: servers.Alertmanager,
) -> None:
    """So the escalations of all replicas are muted, and only a route by name takes it."""
    poster = Poster(running.port)
    poster.open = [given()]
    found = poster.post()
    place = {"gcp_project": "shop", "region": "europe-west1", "service_name": "checkout"}
    common = {"alertname": "Acknowledged", "escalates": "ErrorRateCritical"}
    common |= {"signal": "error_rate", **place}
    times = ("2026-11-29 11:57:00 +0000 UTC", "2026-11-29 11:58:00 +0000 UTC")
    assert sorted(found, key=str) == [{**common, "since": time} for time in times]
    (first, _) = poster.source.answer or ()
    assert first.annotations == {"summary": "Acknowledged by ada", "comment": "rolling back"}


def test_it_ends_when_its_incident_does(running: servers.Alertmanager) -> None:
    """What goes on stays; what is over is gone at once, by Alertmanager's own clock."""
    poster = Poster(running.port)
    other = replace(given(region="asia-southeast1"), row=2)
    poster.open = [given(), other]
    poster.post()
    poster.post()
    poster.open = [other]
    servers.wait_until(lambda: len(poster.post()) == 2, "the end of one")
    assert {each["region"] for each in poster.post()} == {"asia-southeast1"}
    poster.open = []
    servers.wait_until(lambda: poster.post() == [], "the end of the other")


def test_a_withdrawal_ends_it_after_a_kill(running: servers.Alertmanager, tmp_path: Path) -> None:
    """The bridge died before it told Alertmanager: the next one does, for the escalation to go."""
    poster = Poster(running.port)
    poster.open = [given()]
    assert len(poster.post()) == 2
    with journal(tmp_path / "journal.sqlite") as kept:
        rows = AcknowledgementRows(kept.transaction)
        rows.withdraw(rows.add([given()]), "bob", WallClock().now())
    with acknowledgers(tmp_path, settings(running.port, servers.free_port())):
        servers.wait_until(lambda: running.alerts() == [], "the end of what was withdrawn")


def test_an_alertmanager_that_leaves_the_settings_is_freed(
    running: servers.Alertmanager, tmp_path: Path
) -> None:
    """After a reload nobody posts there any more: what was posted is ended at once."""
    prometheus = servers.free_port()
    with journal(tmp_path / "journal.sqlite") as kept:
        AcknowledgementRows(kept.transaction).add([given()])
    with acknowledgers(tmp_path, settings(running.port, prometheus)) as part:
        servers.wait_until(lambda: len(running.alerts()) == 2, "what is acknowledged")
        part.apply(settings(servers.free_port(), prometheus))
        servers.wait_until(lambda: running.alerts() == [], "the end of all of it")
        part.apply(settings(running.port, prometheus))
        servers.wait_until(lambda: len(running.alerts()) == 2, "what is acknowledged, again")


def test_it_ends_by_itself_in_five_minutes(running: servers.Alertmanager) -> None:
    """A bridge that is gone for good mutes nothing for longer."""
    poster = Poster(running.port)
    poster.open = [given()]
    poster.post()
    for alert in running.alerts():
        assert alert["endsAt"] > alert["updatedAt"]
        assert _seconds(alert["endsAt"]) - _seconds(alert["updatedAt"]) <= 300


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_an_alert_that_is_not_critical_is_not_posted(running: servers.Alertmanager) -> None:
    """It is not escalated; an alert of its name that is could be muted by it."""
    poster = Poster(running.port)
    poster.open = [given(severity="high")]
    assert poster.post() == []


def test_a_restarted_alertmanager_has_it_again(tmp_path: Path) -> None:
    """What it forgot is posted again."""
    (tmp_path / "alertmanager.yml").write_text(CONFIG)
    with servers.alertmanager(tmp_path, tmp_path / "alertmanager.yml") as first:
        poster = Poster(first.port)
        poster.open = [given()]
        assert len(poster.post()) == 2
    assert poster.post() == []
    listen = f"--web.listen-address=127.0.0.1:{first.port}"
    with servers.alertmanager(tmp_path, tmp_path / "alertmanager.yml", listen):
        servers.wait_until(lambda: len(poster.post()) == 2, "the acknowledgement, again")
        place = {"gcp_project": "shop", "region": "europe-west1", "service_name": "checkout"}
        labels = {"alertname": "Escalation", "escalates": "ErrorRateCritical", **place}
        labels |= {"signal": "error_rate", "since": "2026-11-29 11:57:00 +0000 UTC"}
        poster.to.post([{"labels": labels}])
        (found,) = [a for a in poster.to.held() if a.name == "Escalation"]
        assert found.inhibited_by


def test_labels_are_posted_as_they_are(running: servers.Alertmanager) -> None:
    """Markup, line breaks, control characters and 100 kB: the incident stays the same one."""
    poster = Poster(running.port)
    hostile = '<b>"x"</b>\r\n\x00\x1b[31m\u202e' + "x" * 100_000
    poster.open = [given(service_name=hostile)]
    assert {each["service_name"] for each in poster.post()} == {hostile}
