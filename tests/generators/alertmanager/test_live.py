"""A real Alertmanager tells the right people the right things."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.generators.alertmanager.live import EXTERNAL, Live, live, parts
from tests.servers import wait_until

GRAFANA = "https://grafana.example.com/d/ion?viewPanel=7&var-region=us-central1"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Run Alertmanager with all channels, at short intervals."""
    with live(tmp_path_factory.mktemp("live")) as found:
        yield found


def alert(name: str, severity: str | None, service: str, **more: str) -> dict[str, Any]:
    """Return an alert of a service, as Prometheus sends it; each service is in its own project.

    So alerts of two tests share no message.
    """
    labels = {"alertname": name, "service_name": service, "region": "us-central1"}
    labels |= {"gcp_project": f"project-{service}", "signal": "error_rate", **more}
    return {
        "labels": labels | ({"severity": severity} if severity else {}),
        "annotations": {
            "summary": "More requests fail than may.",
            "description": f"The share of failing requests of {service} is 2.5%.",
            "runbook_url": f"https://docs.example.com/runbooks/{name}.md",
            "dashboard_url": f"{GRAFANA}&from=now-3h&to=now",
        },
        "generatorURL": "http://prometheus.example.com/graph?g0.expr=x",
    }


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
    """Slack shows colour, place, value, time and buttons, and mentions the group while it fires."""
    running.fire(alert("ErrorRateCritical", "critical", "slack-critical"))
    wait_until(lambda: len(running.slack("slack-critical")) == 1, "the firing message")
    message = running.slack("slack-critical")[0]
    assert message["pretext"] == "<!subteam^S0123ABCD>"
    assert message["color"] == "#c4162a"
    assert (
        message["title"] == "CRITICAL: More requests fail than may · slack-critical · us-central1"
    )
    assert message["text"] == "• The share of failing requests of slack-critical is 2.5%.\n"
    buttons = {button["text"]: button["url"] for button in message["actions"]}
    assert list(buttons) == ["Dashboard", "Runbook", "Prometheus", "Silence"]
    start = milliseconds(running, "slack-critical", "startsAt")
    assert buttons["Dashboard"] == f"{GRAFANA}&from={start - 1_800_000}&to=now"
    assert buttons["Runbook"] == "https://docs.example.com/runbooks/ErrorRateCritical.md"
    assert buttons["Prometheus"] == "http://prometheus.example.com/graph?g0.expr=x"
    assert unquote(buttons["Silence"]) == (
        f"{EXTERNAL}/#/silences/new?filter={{"
        'alertname="ErrorRateCritical",gcp_project="project-slack-critical",region="us-central1",'
        'service_name="slack-critical",severity="critical",signal="error_rate"}'
    )
    running.resolve(alert("ErrorRateCritical", "critical", "slack-critical"))
    wait_until(lambda: len(running.slack("slack-critical")) == 2, "the resolved message")
    message = running.slack("slack-critical")[1]
    assert message["color"] == "#2f9e62"
    assert message["title"].startswith("Resolved: More requests fail than may")
    assert "subteam" not in json.dumps(message["body"])
    end = int(message["title_link"].rpartition("&to=")[2])
    assert message["title_link"] == f"{GRAFANA}&from={start - 1_800_000}&to={end}"
    assert end > start + 1_800_000


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
    wait_until(lambda: len(running.pagerduty("requests of pd: ")) == 1, "the trigger")
    running.resolve(page)
    wait_until(lambda: len(running.pagerduty("requests of pd: ")) == 2, "the resolution")
    trigger, resolution = running.pagerduty("requests of pd: ")
    assert (trigger["event_action"], resolution["event_action"]) == ("trigger", "resolve")
    assert trigger["dedup_key"] == resolution["dedup_key"]
    assert trigger["routing_key"] == "0123456789abcdef0123456789abcdef"
    payload = trigger["payload"]
    assert payload["summary"] == "CRITICAL: More requests fail than may · pd · us-central1"
    wanted = {"severity": "critical", "class": "ErrorRateCritical", "component": "pd"}
    wanted |= {"group": "us-central1", "source": "project-pd"}
    assert {name: payload[name] for name in wanted} == wanted
    details = payload["custom_details"]
    assert details["firing"] == "\tThe share of failing requests of pd: now is 2.5%.\n"
    # Newer ones send numbers where 0.25 sends texts.
    assert (str(details["num_firing"]), str(details["num_resolved"])) == ("1", "0")
    links = [link["text"] for link in trigger["links"]]
    assert links == ["Dashboard", "Runbook", "Prometheus", "Silence"]


def test_mail(running: Live) -> None:
    """A mail has a subject, HTML for a phone and plain text, each with what is to be known."""
    running.fire(alert("ErrorRateWarning", "high", "mail"))
    wait_until(lambda: len(running.mails("requests of mail ")) == 1, "the mail")
    (to, message), *_ = running.mails("requests of mail ")
    assert to == ["team@example.com"]
    assert message["Subject"] == "HIGH: More requests fail than may · mail · us-central1"
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
    wait_until(lambda: len(running.mails("requests of mail ")) == 2, "the second mail")
    assert running.mails("requests of mail ")[1][1]["Subject"].startswith("Resolved: ")


def test_many_alerts_are_listed_in_part(running: Live) -> None:
    """Of 15 alerts that belong together ten are listed one by one, and how many more there are."""
    many = [
        alert("ErrorRateWarning", "high", "many", endpoint=f"/e{number}") for number in range(15)
    ]
    running.fire(*many)
    wait_until(lambda: running.counts("requests of many ")[1:3] == (1, 1), "one message and mail")
    message = running.slack("requests of many ")[0]
    assert message["title"].endswith(" · many · us-central1 · 15 of 15 firing")
    assert message["text"].count("• ") == 10
    assert message["text"].endswith("and 5 more\n")
    plain, html = parts(running.mails("requests of many ")[0][1])
    assert plain.count("- The share") == 10
    assert html.count("The share") == 10
    assert "and 5 more" in html
    assert "and 5 more" in plain


HOSTILE = "<!channel> @here `x`\n&<script>alert(1)</script><http://evil.example|ion>\u202e"


def test_hostile_values_are_neutralised(running: Live) -> None:
    """What a label's value holds pings nobody, links nowhere, and breaks no line or page."""
    hostile = alert("ErrorRateWarning", "high", "hostile" + HOSTILE, quote='a"b\\c}, d+e')
    hostile["annotations"]["summary"] = "Summary " + HOSTILE
    running.fire(hostile)
    wait_until(lambda: running.counts("hostile")[1:3] == (1, 1), "the message and the mail")
    message = running.slack("hostile")[0]
    for text in (message["title"], message["text"], message["fallback"]):
        assert "&lt;!channel&gt; @\u200bhere 'x' &amp;&lt;script&gt;" in text
        assert not set("<>`\u202e") & set(text)
    assert message["title"].count("\n") == 0
    assert message["text"].count("\n") == 1
    silence = {button["text"]: button["url"] for button in message["actions"]}["Silence"]
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
    assert message["title"] == "Unrouted: Foreign"
    assert message["text"].endswith("• alertname=Foreign team=unknown-team \n")
    assert {button["url"] for button in message["actions"][:2]} == {EXTERNAL}


def test_the_more_urgent_mutes_the_less_urgent_of_its_place(running: Live) -> None:
    """A critical alert mutes the high one of its region, and not that of another region."""
    running.fire(alert("ErrorRateCritical", "critical", "mute"))
    wait_until(lambda: len(running.pagerduty("requests of mute ")) == 1, "the page")
    here = alert("ErrorRateWarning", "high", "mute")
    there = alert("ErrorRateWarning", "high", "mute", region="europe-west1")
    running.fire(here, there)
    wait_until(lambda: len(running.mails("requests of mute ")) == 1, "the mail of the other region")
    states = {
        (a["labels"]["region"], a["labels"]["severity"]): a["status"]["state"]
        for a in running.alertmanager.alerts()
        if a["labels"].get("service_name") == "mute"
    }
    assert states["us-central1", "high"] == "suppressed"
    assert states["europe-west1", "high"] == "active"
    assert "europe-west1" in running.mails("requests of mute ")[0][1]["Subject"]


def escalation(service: str, since: str, name: str = "Escalation") -> dict[str, Any]:
    """Return an escalation of an incident, as Prometheus sends it, or its acknowledgement."""
    labels = {"alertname": name, "service_name": service, "region": "us-central1"}
    labels |= {"gcp_project": f"project-{service}"}
    labels |= {"escalates": "ErrorRateCritical", "since": since}
    own = {"severity": "escalation", "category": "escalation", "signal": "error_rate"}
    return {
        "labels": {**labels, **own} if name == "Escalation" else labels,
        "annotations": {
            "summary": "Nobody has acknowledged a critical alert.",
            "description": f"CRITICAL since 12:00 UTC: ErrorRateCritical of {service}.",
        },
    }


def test_an_escalation_goes_to_the_second_line(running: Live) -> None:
    """Who is named for escalations is notified of them, by mail and in that channel, alone."""
    found = escalation("escalate-on", "2026-01-01 12:00:00 +0000 UTC")
    running.fire(found)
    wait_until(lambda: running.counts("escalate-on") == (0, 1, 1, 0), "the escalation")
    to, message = running.mails("escalate-on")[0]
    assert to == ["head@example.com"]
    assert message["Subject"].startswith("Escalated: ")
    assert "CRITICAL since 12:00 UTC: ErrorRateCritical of escalate-on." in parts(message)[0]
    assert [m["channel"] for m in running.slack("escalate-on")] == ["#escalation"]
    running.resolve(found)


def test_an_acknowledged_incident_is_not_escalated_and_the_next_one_is(running: Live) -> None:
    """Notified, acknowledged, ended; a second incident of the same alert and place is notified."""
    first, second = "2026-01-01 12:00:00 +0000 UTC", "2026-01-01 13:00:00 +0000 UTC"
    page = alert("ErrorRateCritical", "critical", "twice")
    running.fire(page)
    wait_until(lambda: running.counts("of twice ")[:2] == (1, 1), "the first line's page")
    taken = escalation("twice", first, "Acknowledged")
    running.fire(taken, escalation("twice", first))
    wait_until(lambda: running.is_muted(escalation("twice", first)["labels"]), "it to be muted")
    running.resolve(page, escalation("twice", first), taken)
    wait_until(lambda: running.counts("of twice ")[:2] == (2, 2), "the end, as an acknowledged one")
    running.fire(page, escalation("twice", second))
    wait_until(lambda: len(running.mails(" of twice.")) == 1, "the escalation of the second")
    wait_until(lambda: running.counts("of twice ")[:2] == (3, 3), "the second incident's page")
    channels = [m["channel"] for m in running.slack(" of twice.")]
    assert channels == ["#escalation"]
    running.resolve(page, escalation("twice", second))


def test_an_acknowledgement_reaches_nobody_and_mutes_no_other_place(running: Live) -> None:
    """What is acknowledged in one place is escalated in another, and is no message itself."""
    since = "2026-01-01 12:00:00 +0000 UTC"
    running.fire(escalation("taken", since, "Acknowledged"))
    running.fire(escalation("taken", since), escalation("not-taken", since))
    wait_until(lambda: len(running.mails("of not-taken.")) == 1, "the escalation of what is not")
    assert running.counts("of taken.") == (0, 0, 0, 0)
    running.resolve(escalation("taken", since), escalation("not-taken", since))


def test_what_ends_while_data_is_missing_is_resolved_and_notifies_again(running: Live) -> None:
    """While ExporterDown fires, an alert's end is sent, and the next beginning is notified."""
    down = {"labels": {"alertname": "ExporterDown", "severity": "high", "category": "health"}}
    warning = alert("ErrorRateWarning", "high", "blind")
    running.fire(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (1, 1), "the first message")
    running.fire(down)
    wait_until(lambda: len(running.mails("ExporterDown")) == 1, "the message that data is missing")
    running.resolve(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (2, 2), "the end")
    running.resolve(down)
    running.fire(warning)
    wait_until(lambda: running.counts("of blind ")[1:3] == (3, 3), "the second incident")
    running.resolve(warning)


def test_the_heartbeat_goes_on(running: Live) -> None:
    """The watchdog is sent again and again, to the heartbeat alone."""
    running.fire({"labels": {"alertname": "Watchdog", "severity": "none"}})
    wait_until(lambda: len(running.web.at("/heartbeat")) >= 3, "three heartbeats")
    assert running.counts("Watchdog") == (0, 0, 0, 0)


@pytest.mark.parametrize(("begin", "end", "expected"), [(-2, 2, 0), (2, 4, 1)])
def test_quiet_hours(tmp_path: Path, begin: int, end: int, expected: int) -> None:
    """Within quiet hours, of their own time zone, a medium alert waits; a high one does not."""
    zone = timedelta(hours=9)  # Tokyo, all year
    now = datetime.now(UTC) + zone
    since, to = ((now + timedelta(hours=h)).strftime("%H:%M") for h in (begin, end))
    hours = {"from": since, "to": to, "weekends": False, "timezone": "Asia/Tokyo"}
    with live(tmp_path, quiet_hours=hours) as found:
        found.fire(alert("CPUHigh", "medium", "quiet-medium"))
        found.fire(alert("Slow", "high", "quiet-high"))
        wait_until(lambda: found.counts("quiet-high") == (0, 1, 1, 0), "the high alert")
        wait_until(lambda: len(found.slack("quiet-medium")) == expected, "the medium alert")
        found.resolve(alert("Slow", "high", "quiet-high"))
        wait_until(lambda: found.counts("quiet-high") == (0, 2, 2, 0), "the end of the high alert")
        assert len(found.slack("quiet-medium")) == expected
