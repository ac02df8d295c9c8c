"""An outage of many services, and teams: a real Alertmanager notifies everybody, of everything."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generators.alertmanager.build import CONFIG
from generators.alertmanager.plan import Pace
from tests.generators.alertmanager.live import TIMERS, Live, alert, live
from tests.generators.alertmanager.samples import PLACE
from tests.generators.alertmanager.samples import alert as rule
from tests.servers import wait_until

pytestmark = pytest.mark.slow
NAMES = ("ErrorRateCritical", "ResponseTimeCritical", "SLABreach")
CRITICAL = (
    rule("ErrorRateCritical", "critical", "error_rate", "threshold", *PLACE),
    rule("ResponseTimeCritical", "critical", "response_time_p95", "threshold", *PLACE),
    rule("SLABreach", "critical", "availability", "slo", "gcp_project", "service_name"),
)
# An interval of 9 s, so that the ends of an outage are apart as well; it is a minute in what is
# shipped. Messages are 3 s apart, not 2: on a busy machine eighty pages delay the first by one.
APART = replace(TIMERS, critical=Pace(0.2, 9, 3600, spacing=3))
SHOP = {
    "slack": {"webhook_url_file": "slack-shop", "channel": "#shop"},
    "pagerduty": {"routing_key_file": "pagerduty-shop"},
    "email": {"to": ["shop@example.com"]},
}
SERVICES: dict[str, Any] = {
    "checkout": {
        "owner": "shop",
        "objectives": {"availability": 0.9999},
        "notifications": SHOP,
    },
    "search": {"owner": "discovery", "objectives": {"availability": 0.999}},
}


def outage(services: int) -> list[dict[str, Any]]:
    """Return three alerts each of so many services of a region."""
    found = [
        alert(name, "critical", f"service-{n:02}", gcp_project="ion")
        for name in NAMES
        for n in range(services)
    ]
    for each in found:
        if each["labels"]["alertname"] == "SLABreach":
            del each["labels"]["region"]
    return found


def messages(found: Live, status: str) -> set[str]:
    """Return which alerts Slack was notified of, as firing or as resolved."""
    return {
        name
        for name in NAMES
        for message in found.web.at("/slack")
        if name in str(message) and (status == "resolved") == ("Resolved" in str(message))
    }


@pytest.mark.deep
def test_of_forty_services_that_fail_everybody_is_notified(tmp_path: Path) -> None:
    """Each service is a page, Slack gets a message an alert, and none comes too fast."""
    with live(tmp_path, CRITICAL, APART, limited="/slack") as found:
        storm = outage(40)
        found.fire(*storm)
        wait_until(lambda: messages(found, "firing") == {*NAMES}, "three messages")
        for message in found.web.at("/slack"):
            assert "30 more" in str(message)
        # What is in a region, and what is in none: two groups of each service.
        wait_until(lambda: len(found.web.at("/pagerduty")) >= 80, "eighty pages")
        pages = {body["dedup_key"]: body for body in found.web.at("/pagerduty")}
        assert len(pages) == 80
        paged = {body["payload"]["component"] for body in pages.values()}
        assert paged == {f"service-{n:02}" for n in range(40)}
        found.resolve(*storm)
        wait_until(lambda: messages(found, "resolved") == {*NAMES}, "three ends")
        assert found.web.refused == []


def test_a_service_that_fails_while_another_does_pages(tmp_path: Path) -> None:
    """The second one is a page of its own at once, and joins the message of its alert."""
    with live(tmp_path, CRITICAL) as found:
        first, second = (
            alert("ErrorRateCritical", "critical", name, gcp_project="ion")
            for name in ("early", "late")
        )
        found.fire(first)
        wait_until(lambda: found.counts("of early ")[:2] == (1, 1), "the first page")
        found.fire(second)
        wait_until(lambda: found.counts("of late ")[:2] == (1, 1), "the second page")
        keys = {body["dedup_key"] for body in found.web.at("/pagerduty")}
        assert len(keys) == len(found.web.at("/pagerduty")) == 2
        assert "early, late" in found.slack("of late ")[0]["title"]
        # Another alert of the same service is no page of its own: it is in the next event of the
        # first one's incident, by name.
        slow = alert("ResponseTimeCritical", "critical", "late", gcp_project="ion")
        slow["annotations"] |= {
            "problem": "Responses are too slow",
            "summary": "Responses are too slow: p95 2 s of late",
        }
        found.fire(slow)
        wait_until(lambda: len(found.slack("ResponseTimeCritical")) == 1, "its message")
        wait_until(lambda: len(found.web.at("/pagerduty")) == 3, "its event")
        assert {body["dedup_key"] for body in found.web.at("/pagerduty")} == keys
        payload = found.web.at("/pagerduty")[-1]["payload"]
        assert " and 1 more alert (Responses are too slow) since " in payload["summary"]
        assert (
            "Responses are too slow: p95 2 s of late since" in payload["custom_details"]["firing"]
        )
        assert "2.5% of late" in payload["custom_details"]["firing"]
        found.resolve(slow)
        wait_until(lambda: len(found.web.at("/pagerduty")) == 4, "its end")
        last = found.web.at("/pagerduty")[-1]
        assert (last["event_action"], last["payload"]["custom_details"]["num_firing"]) == (
            "trigger",
            "1",
        )
        assert "Responses are too slow" not in last["payload"]["summary"]


def test_what_is_about_no_service_pages_by_itself(tmp_path: Path) -> None:
    """Two databases that fail are two pages, although nothing else tells them apart."""
    with live(tmp_path, CRITICAL) as found:
        for name in ("main", "orders"):
            labels = {"alertname": "DatabaseLag", "severity": "critical", "region": "r"}
            found.fire({"labels": {**labels, "gcp_project": "ion", "database_id": name}})
        wait_until(lambda: len(found.web.at("/pagerduty")) >= 2, "two pages")
        keys = {body["dedup_key"] for body in found.web.at("/pagerduty")}
        assert len(keys) == 2


def test_each_team_is_notified_in_its_own_channels(tmp_path: Path) -> None:
    """Of two services with two owners, each is notified where its team is, and nowhere else."""
    with live(tmp_path, services=SERVICES) as found:
        for service, team in (("checkout", "shop"), ("search", "discovery")):
            for name, severity in (("ErrorRateCritical", "critical"), ("Slow", "high")):
                found.fire(alert(name, severity, service, team=team))
        wait_until(lambda: len(found.web.at("/slack-shop")) == 2, "the shop's messages")
        wait_until(lambda: len(found.web.at("/slack")) == 2, "the messages of the others")
        wait_until(lambda: len(found.web.at("/pagerduty")) == 2, "two pages")
        wait_until(lambda: len(found.mails("of ")) == 2, "two mails")
        assert all("checkout" in str(body) for body in found.web.at("/slack-shop"))
        assert {body["channel"] for body in found.web.at("/slack-shop")} == {"#shop"}
        assert all("search" in str(body) for body in found.web.at("/slack"))
        keys = {b["payload"]["component"]: b["routing_key"] for b in found.web.at("/pagerduty")}
        assert {name: key.rstrip("0") for name, key in keys.items()} == {
            "checkout": "pagerduty0shop",
            "search": "pagerduty",
        }
        to = {("checkout" in str(mail)): to for to, mail in found.mails("of ")}
        assert to == {True: ["shop@example.com"], False: ["team@example.com"]}


@pytest.mark.parametrize(
    ("team", "severity", "receivers"),
    [
        ("shop", "critical", "shop-critical-pagerduty,shop-critical-slack"),
        ("shop", "low", "shop-low-sentry"),
        ("discovery", "critical", "critical-pagerduty,critical-slack"),
        ("", "high", "high-slack,high-email"),
    ],
)
def test_amtool_shows_where_a_teams_alert_goes(
    tmp_path: Path, team: str, severity: str, receivers: str
) -> None:
    """The tree of routes sends an alert to its team's receivers, one a channel."""
    with live(tmp_path, services=SERVICES):
        labels = [f"severity={severity}", f"team={team}", "alertname=X", "service_name=y"]
        command = ["amtool", "config", "routes", "test", f"--config.file={tmp_path / CONFIG}"]
        done = subprocess.run([*command, *labels], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"journal,{receivers}"
