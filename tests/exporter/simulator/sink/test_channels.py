"""What each channel makes of what it is sent, and of what nobody should send."""

import json
from email.message import EmailMessage

import pytest

from exporter.simulator.sink.channels import mail, pagerduty, sentry, slack
from exporter.simulator.sink.message import LONGEST, LinkedText


def test_slack_shows_links_and_unescapes() -> None:
    """A link of Slack's markup is one; escaped characters are characters, and make no link."""
    attachment = {
        "title": "CRITICAL: a &lt;b&gt; &amp; c",
        "title_link": "https://grafana.example.com/d",
        "pretext": "@oncall",
        "color": "#c4162a",
        "text": "2.5% fail.\n<https://x.example.com/?a=1&amp;b=2|Logs> &lt;https://y|z&gt;",
    }
    (found,) = slack({"channel": "#ion-alerts", "attachments": [attachment]})
    assert (found.to, found.title, found.mention) == (
        "#ion-alerts",
        "CRITICAL: a <b> & c",
        "@oncall",
    )
    assert found.body == (
        LinkedText("2.5% fail.\n"),
        LinkedText("Logs", "https://x.example.com/?a=1&b=2"),
        LinkedText(" <https://y|z>"),
    )


@pytest.mark.parametrize(
    ("event", "headline", "title"),
    [
        ("trigger", "CRITICAL: it fails", "CRITICAL: it fails"),
        ("acknowledge", "", "Acknowledged: incident 0123abcd"),
        ("resolve", "Resolved: it failed", "Resolved: it failed"),
        ("resolve", "it failed", "Resolved: it failed"),
    ],
)
def test_pagerduty_says_what_becomes_of_the_incident(event: str, headline: str, title: str) -> None:
    """Events of one key name the same incident; an acknowledgement has no headline of its own."""
    payload = {"payload": {"summary": headline}} if headline else {}
    (found,) = pagerduty({"event_action": event, "dedup_key": "0123abcd" * 8, **payload})
    assert found.title == title
    assert found.to == "incident 0123abcd"


def test_pagerduty_shows_details_and_links() -> None:
    """Empty details are left out, and so is a link that is no address of the web."""
    (found,) = pagerduty(
        {
            "event_action": "trigger",
            "client": "the dashboard",
            "client_url": "https://grafana.example.com",
            "links": [
                {"text": "Runbook", "href": ""},
                {"text": "Logs", "href": "javascript:alert()"},
            ],
            "payload": {
                "summary": "s",
                "severity": "critical",
                "custom_details": {"check": "Check the last deploy.", "resolved": ""},
            },
        }
    )
    assert found.body == (LinkedText("check: Check the last deploy."),)
    assert found.links == (LinkedText("the dashboard", "https://grafana.example.com"),)
    assert found.to.startswith("critical, ")


def envelope(kind: str, **body: object) -> bytes:
    """Return what Sentry is posted."""
    lines = ({"sent_at": "2026-01-01T00:00:00Z"}, {"type": kind}, body)
    return b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"


def test_sentry_shows_events_only() -> None:
    """A check-in is nothing that people read."""
    event = envelope("event", level="warning", logentry={"formatted": "slow"}, tags={"a": "b"})
    found = sentry(event)
    assert found is not None
    assert (found.title, found.to, found.body) == ("slow", "warning", (LinkedText("a: b"),))
    assert sentry(envelope("check_in", status="ok")) is None


def test_a_mail_has_both_forms() -> None:
    """The text and the HTML of a mail are shown as they were written, umlauts too."""
    message = EmailMessage()
    message["Subject"] = "HIGH: 2 µs"
    message.set_content("2 µs\n")
    message.add_alternative("<b>2 µs</b>\n", subtype="html")
    found = mail(["a@example.com", "b@example.com"], message)
    assert (found.to, found.title) == ("a@example.com, b@example.com", "HIGH: 2 µs")
    assert found.body == (LinkedText("2 µs"),)
    assert found.html == "<b>2 µs</b>\n"
    assert found.colour == "#f2711c"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"attachments": 7},
        {"attachments": [None, {"title": ["x"], "actions": "y", "text": {}}]},
        {"payload": [], "links": [3], "client_url": 5, "event_action": None},
        {"channel": "c" * 100_000, "text": "t" * 100_000},
        {"attachments": [{"title": "\x1b[31m\x00\r\nred", "color": "red;}"}]},
    ],
)
def test_other_shapes_are_shown_as_far_as_they_go(body: dict[str, object]) -> None:
    """Fields of another kind are empty, long ones cut, and control characters gone."""
    for found in (*slack(body), *pagerduty(body)):
        assert len(found.to) <= LONGEST + 20
        assert len(found.title) <= LONGEST
        assert found.colour in ("", "#c4162a", "#2f9e62")
        assert not {"\x1b", "\x00", "\r"} & set(found.title)


@pytest.mark.parametrize("content", [b"", b"x", b"{}\n", b"{}\n{}", b"{}\n{}\n\xff"])
def test_what_is_no_envelope_is_refused(content: bytes) -> None:
    """It is an error of the sender."""
    with pytest.raises(ValueError, match=r"Expecting|decode"):
        sentry(content)
