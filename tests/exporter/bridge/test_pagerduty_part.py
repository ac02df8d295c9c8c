"""What is acknowledged here is acknowledged in PagerDuty: once an incident, and as a whole."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.bridge.pagerduty import routes
from exporter.bridge.pagerduty_groups import PagerDutyGroups
from exporter.bridge.pagerduty_part import PagerDutyPart
from exporter.settings import Settings
from tests.exporter.bridge.fleet import BEGAN, began, held
from tests.exporter.bridge.paging import GROUP, KEY, ONE, OTHER, _second, events, paged, settings
from tests.generators.alertmanager.live import alert, live
from tests.servers import wait_until

pytestmark = pytest.mark.slow


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
            settings=settings(tmp_path, to.url),
            groups=PagerDutyGroups(found.journal.transaction),
            firing=found.fleet.firing,
            acknowledging=found.keeping,
            clock=found.fleet.clock,
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
