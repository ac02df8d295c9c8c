"""What is acknowledged here is acknowledged in PagerDuty: once an incident, and as a whole."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from exporter.bridge.acknowledging import Acknowledging, ChosenIncident
from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.journal import AlertJournal
from exporter.bridge.pagerduty import routes
from exporter.bridge.pagerduty_groups import PagerDutyGroups
from exporter.bridge.pagerduty_part import PagerDutyPart
from exporter.settings import Settings
from tests.exporter.bridge.fleet import BEGAN, Fleet, began, held, kept
from tests.exporter.bridge.notified import entry, given
from tests.generators.alertmanager.live import alert, live
from tests.servers import wait_until

pytestmark = pytest.mark.slow
KEY = "0123456789abcdef0123456789abcdef"
GROUP = '{}/{severity="critical"}/{}:{region="europe-west1"}'
ONE, OTHER = held(), held("SLABreach")


@dataclass
class Events:
    """Stands in for PagerDuty: what it was sent, and what it answers."""

    url: str = ""
    status: int = 202
    got: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def events() -> Iterator[Events]:
    """Serve on a free port."""
    found = Events()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/v2/enqueue"
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield found
        server.shutdown()


def settings(folder: Path, url: str) -> Settings:
    """Return settings with PagerDuty at an address."""
    (folder / "pagerduty").write_text(KEY)
    (folder / "pagerduty").chmod(0o600)
    at = {"secrets_dir": str(folder), "pagerduty": {"routing_key_file": "pagerduty", "url": url}}
    return Settings.model_validate({"notifications": {**at, "bridge": {}}})


def _second(folder: Path) -> Path:
    found = folder / "second"
    found.mkdir()
    return found


@dataclass
class Paged:
    """Two alerts that are one incident in PagerDuty, and the part that acknowledges there."""

    fleet: Fleet
    keeping: Acknowledging
    journal: AlertJournal
    part: PagerDutyPart

    def notify(self, *alerts: HeldAlert, status: str = "firing") -> None:
        """Journal what Alertmanager sends the bridge beside PagerDuty."""
        at = "2026-11-29T12:00:00.000123456Z"
        entries = [
            entry(a.name, status, labels=dict(a.labels), fingerprint=a.fingerprint, startsAt=at)
            for a in alerts
        ]
        found = given(*entries, groupKey=GROUP, receiver="critical-pagerduty")
        self.journal.receive(found, (), BEGAN)

    def acknowledge(self, *alerts: HeldAlert) -> None:
        """Acknowledge here."""
        self.keeping.acknowledge([ChosenIncident(a.fingerprint) for a in alerts], "ada", "")


@contextmanager
def paged(folder: Path, to: Events, unseen: float = 0.0, **servers: Any) -> Iterator[Paged]:
    """Let both alerts fire, as a bridge that has just started finds them."""
    known = {"alerts": [ONE, OTHER], "first": [began(ONE, BEGAN), began(OTHER, BEGAN)]}
    fleet = Fleet(**{**known, **servers})
    fleet.ask()
    with kept(folder, fleet, unseen) as (keeping, journal):
        groups = PagerDutyGroups(journal.transaction)
        at = settings(folder, to.url)
        part = PagerDutyPart(at, groups, fleet.firing, keeping, fleet.clock)
        yield Paged(fleet, keeping, journal, part)


def test_an_incident_is_acknowledged_once_all_of_its_alerts_are(tmp_path: Path) -> None:
    """Under the key that Alertmanager opened it with; twice, as the first may come too early."""
    with events() as to, paged(tmp_path, to) as found:
        found.notify(ONE, OTHER)
        found.part.review()
        found.acknowledge(ONE)
        found.part.review()
        assert to.got == []
        found.acknowledge(OTHER)
        found.part.review()
        found.part.review()
        expected = {"routing_key": KEY, "event_action": "acknowledge"}
        expected["dedup_key"] = hashlib.sha256(GROUP.encode()).hexdigest()
        assert to.got == [expected]
        found.fleet.clock.time += 61
        found.part.review()
        found.fleet.clock.time += 3600
        found.part.review()
        assert to.got == [expected, expected]
    with events() as to, paged(tmp_path, to) as found:
        found.part.review()
        assert to.got == []  # a restart does not send it again


def test_an_alert_that_is_over_holds_nothing_up(tmp_path: Path) -> None:
    """By its end in the journal, or since no Alertmanager has it."""
    with events() as to, paged(tmp_path, to) as found:
        found.notify(ONE, OTHER)
        found.notify(OTHER, status="resolved")
        found.acknowledge(ONE)
        found.part.review()
        assert len(to.got) == 1
    with events() as to, paged(_second(tmp_path), to) as found:
        found.notify(ONE, OTHER)
        found.fleet.alerts, found.fleet.first = [ONE], [began(ONE, BEGAN)]
        found.fleet.ask()
        found.acknowledge(ONE)
        found.part.review()
        assert len(to.got) == 1


@pytest.mark.parametrize(
    "servers",
    [
        {"alerts": None},  # Alertmanager is away
        {"alerts": [ONE], "first": None, "second": None},
        {"alerts": [ONE]},  # it has come back without what Prometheus has
        {"alerts": []},
        {"alerts": [], "first": []},
    ],
)
def test_an_alert_without_an_answer_goes_on(tmp_path: Path, servers: dict[str, Any]) -> None:
    """What nobody acknowledged is no less firing while servers are away, or restart empty."""
    with events() as to, paged(tmp_path, to, 240) as found:
        found.notify(ONE, OTHER)
        found.acknowledge(ONE)
        found.fleet.clock.time += 900
        for name, answer in servers.items():
            setattr(found.fleet, name, answer)
        found.fleet.ask()
        found.part.review()
        assert to.got == []
        found.fleet.alerts, found.fleet.first = [ONE], [began(ONE, BEGAN)]
        found.fleet.second = []
        found.fleet.ask()
        found.fleet.clock.time += 240
        found.part.review()
        assert len(to.got) == 1


def test_a_restarted_bridge_acknowledges_no_alert_that_it_has_not_seen(tmp_path: Path) -> None:
    """Before the first answers, and until servers that have just started have what fires."""
    with events() as to, paged(tmp_path, to) as found:
        found.notify(ONE, OTHER)
        found.acknowledge(ONE)
    with events() as to, paged(tmp_path, to, 240, alerts=None, first=None, second=None) as found:
        found.part.review()
        found.fleet.alerts, found.fleet.first, found.fleet.second = [ONE], [], []
        found.fleet.ask()
        found.part.review()
        assert to.got == []
        found.fleet.clock.time += 240
        found.part.review()
        assert len(to.got) == 1


def test_an_alert_that_the_journal_has_not_got_yet_counts(tmp_path: Path) -> None:
    """The bridge refused its notification, PagerDuty did not; muted ones and others' do not."""
    to_pagerduty = ("journal", "critical-pagerduty")
    late = replace(OTHER, receivers=to_pagerduty)
    others = [
        replace(held("Silenced"), receivers=to_pagerduty, silenced_by=("x",)),
        replace(held("Elsewhere", region="asia-southeast1"), receivers=to_pagerduty),
        replace(held("ByMail"), receivers=("critical-email",)),
    ]
    with events() as to, paged(tmp_path, to, alerts=[ONE, late, *others]) as found:
        found.notify(ONE)
        found.acknowledge(ONE)
        found.part.review()
        assert to.got == []
        found.acknowledge(late)
        found.part.review()
        assert len(to.got) == 1


def test_what_pagerduty_may_have_is_known(tmp_path: Path) -> None:
    """What was sent to it, once at least; of a former process what it was notified of, too."""
    with events() as to, paged(tmp_path, to) as found:
        found.notify(ONE, OTHER)
        found.acknowledge(ONE)
        found.part.review()
        (one,) = found.keeping.open()
        assert not found.part.may_have(one)
        found.acknowledge(OTHER)
        found.part.review()
        assert all(found.part.may_have(each) for each in found.keeping.open())
        found.fleet.clock.time += 1
        again = PagerDutyPart(
            settings(tmp_path, to.url),
            PagerDutyGroups(found.journal.transaction),
            found.fleet.firing,
            found.keeping,
            found.fleet.clock,
        )
        assert again.may_have(one)
        assert not again.may_have(replace(one, row=99, fingerprint="feed"))


@pytest.mark.parametrize("status", [429, 500, 503, 0])
def test_a_failure_is_tried_again(tmp_path: Path, status: int) -> None:
    """A minute later, until PagerDuty takes it."""
    with events() as to, paged(tmp_path, to) as found:
        if status:
            to.status = status
        else:
            found.part.apply(settings(tmp_path, "http://127.0.0.1:1/v2/enqueue"))
        found.notify(ONE)
        found.acknowledge(ONE)
        found.part.review()
        found.part.review()
        assert len(to.got) == (1 if status else 0)
        to.status = 202
        found.part.apply(settings(tmp_path, to.url))
        found.fleet.clock.time += 61
        found.part.review()
        assert to.got[-1]["event_action"] == "acknowledge"


def test_a_key_that_is_refused_is_not_tried_for_ever(tmp_path: Path) -> None:
    """PagerDuty answers 400 to a wrong key; the log names its file and never its content."""
    with events() as to, paged(tmp_path, to) as found:
        to.status = 400
        found.notify(ONE)
        found.acknowledge(ONE)
        for _ in range(3):
            found.part.review()
            found.fleet.clock.time += 61
        assert len(to.got) == 1


def test_an_address_that_is_none_stops_nothing(tmp_path: Path) -> None:
    """Settings take letters that no address has; the bridge goes on."""
    with events() as to, paged(tmp_path, to) as found:
        found.part.apply(settings(tmp_path, "http://pägerduty.example.com/x"))
        found.notify(ONE)
        found.acknowledge(ONE)
        found.part.review()
        assert to.got == []


def test_what_pagerduty_was_not_notified_of_is_not_sent(tmp_path: Path) -> None:
    """Another receiver's group has another key."""
    with events() as to, paged(tmp_path, to) as found:
        found.acknowledge(ONE)
        found.part.review()
        assert to.got == []


def test_each_team_has_its_own_key(tmp_path: Path) -> None:
    """By the receiver's name, which begins with the team's."""
    own = {"owner": "shop", "notifications": {"pagerduty": {"routing_key_file": "shop"}}}
    at = {"secrets_dir": str(tmp_path), "pagerduty": {"routing_key_file": "all"}}
    found = routes(Settings.model_validate({"notifications": at, "services": {"cart": own}}))
    assert found["critical-pagerduty"].routing_key_file == tmp_path / "all"
    assert found["shop-critical-pagerduty"].routing_key_file == tmp_path / "shop"
    assert found["critical-pagerduty"].url == "https://events.pagerduty.com/v2/enqueue"


def test_alertmanager_opens_it_under_the_same_key(tmp_path: Path) -> None:
    """The bridge has the group's key of the receiver that it shares with PagerDuty."""
    with live(tmp_path) as sinks:
        sinks.fire(alert("ErrorRateCritical", "critical", "keyed"))
        wait_until(lambda: bool(sinks.pagerduty("keyed")), "the event")

        def posted() -> list[dict[str, Any]]:
            every = sinks.web.at("/alerts")
            return [b for b in every if b["receiver"] == "critical-pagerduty" and "keyed" in str(b)]

        wait_until(lambda: bool(posted()), "the bridge's")
        key = hashlib.sha256(posted()[0]["groupKey"].encode()).hexdigest()
        assert sinks.pagerduty("keyed")[0]["dedup_key"] == key
