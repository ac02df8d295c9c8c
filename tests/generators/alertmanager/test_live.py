"""A real Alertmanager tells the right people the right things."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from tests.generators.alertmanager.live import EXTERNAL, GRAFANA, Live, alert, live, parts
from tests.servers import wait_until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Run Alertmanager with all channels, at short intervals."""
    with live(tmp_path_factory.mktemp("live")) as found:
        yield found


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("critical", (1, 1, 0, 0)),
        ("high", (0, 1, 1, 0)),
        ("medium", (0, 1, 0, 0)),
        ("low", (0, 0, 0, 1)),
        ("unheard-of", (0, 1, 0, 0)),
        (None, (0, 1, 0, 0)),
    ],
)
def test_each_severity_reaches_its_channels(
    running: Live, severity: str | None, expected: tuple[int, int, int, int]
) -> None:
    """PagerDuty, Slack, mail and bridge are notified of what is theirs, and of nothing else."""
    service = f"route-{severity}"
    marker = alert("LaterSlack", "medium", f"after-{severity}")
    running.fire(alert("SomeAlert", severity, service))
    wait_until(lambda: running.counts(service) >= expected, f"{expected} of {service}")
    running.fire(marker)
    wait_until(lambda: running.counts(f"after-{severity}") == (0, 1, 0, 0), "what came later")
    assert running.counts(service) == expected
    unrouted = [m["title"].startswith("Unrouted: ") for m in running.slack(service)]
    assert unrouted == [severity in ("unheard-of", None)] * expected[1]
    running.resolve(alert("SomeAlert", severity, service), marker)


def test_slack_of_a_critical_alert(running: Live) -> None:
    """Slack shows colour, place, value, time and links, and mentions the group while it fires."""
    running.fire(alert("ErrorRateCritical", "critical", "slack-critical"))
    wait_until(lambda: len(running.slack("slack-critical")) == 1, "the firing message")
    message = running.slack("slack-critical")[0]
    assert message["pretext"] == "<!subteam^S0123ABCD>"
    assert message["color"] == "#c4162a"
    start = milliseconds(running, "slack-critical", "startsAt")
    began = datetime.fromtimestamp(start / 1000, UTC)
    assert message["title"] == (
        "CRITICAL: Too many requests fail: 2.5% of slack-critical in us-central1 (limit 1%) "
        f"since {began:%H:%M} UTC"
    )
    assert message["text"].splitlines()[:3] == [
        "The share of failing requests of slack-critical is 2.5%.",
        "Check the last deploy.",
        f"Since {began.day} {began:%b %Y %H:%M} UTC.",
    ]
    links = slack_links(message)
    assert list(links) == ["Dashboard", "Runbook", "Logs", "Prometheus", "Silence"]
    assert links["Dashboard"] == f"{GRAFANA}&from={start - 1_800_000}&to=now"
    assert links["Runbook"] == "https://docs.example.com/runbooks/ErrorRateCritical.md"
    assert links["Prometheus"] == (
        "https://prometheus.example.com/main/graph?g0.expr=x&g0.tab=0&g0.range_input=1h"
    )
    assert unquote(links["Silence"]) == (
        f"{EXTERNAL}/#/silences/new?filter={{"
        'alertname="ErrorRateCritical",gcp_project="project-slack-critical",region="us-central1",'
        'service_name="slack-critical",severity="critical",signal="error_rate"}'
    )
    running.resolve(alert("ErrorRateCritical", "critical", "slack-critical"))
    wait_until(lambda: len(running.slack("slack-critical")) == 2, "the resolved message")
    message = running.slack("slack-critical")[1]
    assert message["color"] == "#2f9e62"
    assert message["title"].startswith("Resolved: Too many requests failed: 2.5% of slack-critical")
    assert message["title"].endswith(" UTC (less than 1m)")
    assert "The last value was 2.5%." in message["text"]
    assert "Check" not in message["text"]
    assert list(slack_links(message)) == ["Dashboard", "Runbook", "Logs", "Prometheus"]
    assert "subteam" not in json.dumps(message["body"])
    end = int(message["title_link"].rpartition("&to=")[2])
    assert message["title_link"] == f"{GRAFANA}&from={start - 1_800_000}&to={end}"
    assert end > start + 1_800_000


def slack_links(message: dict[str, Any]) -> dict[str, str]:
    """Return the addresses of a message's links, by what is shown of them."""
    found = re.findall(r"<(https?://[^|>]*)\|([^>]*)>", message["text"])
    return {shown: address.replace("&amp;", "&") for address, shown in found}


def milliseconds(running: Live, service: str, key: str) -> int:
    """Return a time of an alert, in Unix milliseconds."""
    found = [a for a in running.alertmanager.alerts() if a["labels"]["service_name"] == service]
    when = datetime.fromisoformat(found[0][key])
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_only_critical_alerts_mention_anybody(running: Live) -> None:
    """A high alert's message has its own colour and mentions nobody."""
    running.fire(alert("ErrorRateWarning", "high", "slack-high"))
    wait_until(lambda: len(running.slack("slack-high")) == 1, "the message")
    message = running.slack("slack-high")[0]
    assert message["color"] == "#f2711c"
    assert "subteam" not in json.dumps(message["body"])
    assert "pretext" not in message or message["pretext"] == ""


def test_pagerduty(running: Live) -> None:
    """PagerDuty gets severity, place, details and links, then that it is over, by one key."""
    page = alert("ErrorRateCritical", "critical", "pd")
    page["annotations"]["description"] = "The share of failing requests of pd: now is 2.5%."
    running.fire(page)
    wait_until(lambda: len(running.pagerduty("of pd in ")) == 1, "the trigger")
    running.resolve(page)
    wait_until(lambda: len(running.pagerduty("of pd in ")) == 2, "the resolution")
    trigger, resolution = running.pagerduty("of pd in ")
    assert (trigger["event_action"], resolution["event_action"]) == ("trigger", "resolve")
    assert trigger["dedup_key"] == resolution["dedup_key"]
    assert trigger["routing_key"] == "pagerduty" + 23 * "0"
    payload = trigger["payload"]
    assert payload["summary"].startswith(
        "CRITICAL: Too many requests fail: 2.5% of pd in us-central1 (limit 1%) since "
    )
    wanted = {"severity": "critical", "class": "ErrorRateCritical", "component": "pd"}
    wanted |= {"group": "us-central1", "source": "project-pd"}
    assert {name: payload[name] for name in wanted} == wanted
    details = payload["custom_details"]
    assert details["alert"].startswith("\tThe share of failing requests of pd: now is 2.5%.\n")
    assert "\n\tSince " in details["alert"]
    assert details["firing"].startswith("\t2.5% of pd in us-central1 since ")
    # Newer ones send numbers where 0.25 sends texts.
    assert (str(details["num_firing"]), str(details["num_resolved"])) == ("1", "0")
    links = [link["text"] for link in trigger["links"]]
    assert links == ["Dashboard", "Runbook", "Logs", "Prometheus", "Silence"]


def test_mail(running: Live) -> None:
    """A mail has a subject, HTML for a phone and plain text, each with what is to be known."""
    running.fire(alert("ErrorRateWarning", "high", "mail"))
    wait_until(lambda: len(running.mails("requests of mail ")) == 1, "the mail")
    (to, message), *_ = running.mails("requests of mail ")
    assert to == ["team@example.com"]
    assert message["Subject"].startswith(
        "HIGH: Too many requests fail: 2.5% of mail in us-central1 (limit 1%) since "
    )
    plain, html = parts(message)
    assert "The share of failing requests of mail is 2.5%." in plain
    assert "Runbook: https://docs.example.com/runbooks/ErrorRateWarning.md" in plain
    assert "width=device-width" in html
    assert "The share of failing requests of mail is 2.5%." in html
    start = milliseconds(running, "mail", "startsAt")
    link = f"{GRAFANA}&from={start - 1_800_000}&to=now"
    assert f'href="{link.replace("&", "&amp;")}"' in html
    assert (
        f'href="{EXTERNAL}/#/silences/new?filter=%7Balertname%3D%22ErrorRateWarning%22%2C' in html
    )
    running.resolve(alert("ErrorRateWarning", "high", "mail"))
    wait_until(lambda: len(running.mails("of mail in ")) == 2, "the second mail")
    over = running.mails("of mail in ")[1][1]
    assert over["Subject"].startswith("Resolved: Too many requests failed: 2.5% of mail in ")
    for text in parts(over):
        assert "The last value was 2.5%." in text
        assert "Check" not in text
        assert "Silence" not in text


def test_many_alerts_are_listed_in_part(running: Live) -> None:
    """Of 15 alerts that belong together ten are listed one by one, and how many more there are."""
    many = [
        alert("ErrorRateWarning", "high", "many", endpoint=f"/e{number}") for number in range(15)
    ]
    running.fire(*many)
    wait_until(lambda: running.counts("of many ")[1:3] == (1, 1), "one message and mail")
    message = running.slack("of many ")[0]
    assert "Too many requests fail: 15 alerts at many in us-central1 (limit 1%)" in message["title"]
    assert message["text"].count("• ") == 10
    assert message["text"].endswith("and 5 more\n")
    plain, html = parts(running.mails("of many ")[0][1])
    assert plain.count("- 2.5% of many in us-central1 since ") == 10
    assert html.count("The share") == 10
    assert "and 5 more" in html
    assert "and 5 more" in plain


HOSTILE = (
    "<!channel> @here `x`\n&<script>alert(1)</script><http://evil.example|ion>\u202e"
    "\n> quote *bold* _i_ ~gone~ :skull: :a:skull: http://evil.example www.evil.example "
    "evil.example/x"
)


def test_hostile_values_are_neutralised(running: Live) -> None:
    """What a label's value holds pings nobody, links nowhere, and breaks no line or page."""
    hostile = alert("ErrorRateWarning", "high", "hostile" + HOSTILE, quote='a"b\\c}, d+e')
    running.fire(hostile)
    wait_until(lambda: running.counts("hostile")[1:3] == (1, 1), "the message and the mail")
    message = running.slack("hostile")[0]
    for text in (message["title"], message["text"], message["fallback"]):
        assert "&lt;!channel&gt; @\u200bhere 'x' &amp;&lt;script&gt;" in text
        written = re.sub(r"<https://[^|<>\s]*\|\w+>", "", text)  # our own links
        assert not set("<>`*~\u202e") & set(written)
        assert not re.search(r"://|www\.evil|evil\.example|:skull:|\b_i_\b", written)
    assert message["title"].count("\n") == 0
    assert message["text"].count("\n") == 4
    silence = slack_links(message)["Silence"]
    assert not set(' "<>`\n') & set(silence)
    assert 'quote="a\\"b\\\\c}, d+e"' in unquote(silence)
    message = running.mails("hostile")[0][1]
    assert "\n" not in message["Subject"]
    plain, html = parts(message)
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
    assert 'href="http://evil' not in html
    assert "\u202e" not in html + plain


def test_an_alert_without_annotations_is_described_by_its_labels(running: Live) -> None:
    """A foreign alert, without words and links, is described with what it has."""
    running.fire({"labels": {"alertname": "Foreign", "team": "unknown-team"}})
    wait_until(lambda: len(running.slack("unknown-team")) == 1, "the message")
    message = running.slack("unknown-team")[0]
    assert message["title"].startswith("Unrouted: Foreign since ")
    assert "\nalertname=Foreign team=unknown-team\n" in message["text"]
    assert message["title_link"] == EXTERNAL
    assert slack_links(message).keys() == {"Silence"}


def test_the_heartbeat_goes_on(running: Live) -> None:
    """The watchdog is sent again and again, to the heartbeat alone."""
    running.fire({"labels": {"alertname": "Watchdog", "severity": "none"}})
    wait_until(lambda: len(running.web.at("/heartbeat")) >= 3, "three heartbeats")
    assert running.counts("Watchdog") == (0, 0, 0, 0)
