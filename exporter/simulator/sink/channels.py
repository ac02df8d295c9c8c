"""What Slack, PagerDuty, Sentry and a mailbox make of what they are sent.

Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
https://developer.pagerduty.com/docs/send-alert-event,
https://develop.sentry.dev/sdk/data-model/envelopes.
"""

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage

from exporter.simulator.sink.message import (
    ChannelMessage,
    LinkedText,
    mapping,
    mappings,
    text,
    web_url,
)

LONGEST_HTML = 200_000  # characters
_SLACK_LINK = re.compile(r"<(https?://[^<>|\s]+)\|([^<>]*)>")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SENTRY_COLOURS = {"fatal": "#c4162a", "error": "#f2711c", "warning": "#e0b400"}
_SUBJECT_COLOURS = {
    "CRITICAL:": "#c4162a",
    "HIGH:": "#f2711c",
    "MEDIUM:": "#e0b400",
    "Resolved:": "#2f9e62",
}
_RED, _GREEN, _GREY = "#c4162a", "#2f9e62", "#6b7280"
_INCIDENTS = {"trigger": ("", _RED), "acknowledge": ("Acknowledged: ", _GREY)}
_RESOLVED = ("Resolved: ", _GREEN)


def slack(body: dict[str, object]) -> list[ChannelMessage]:
    """Return the message of an incoming webhook, an attachment each."""
    to = text(body.get("channel"))
    plain = text(body.get("text"))
    found = [_attachment(to, one) for one in mappings(body.get("attachments"))]
    if plain or not found:
        found.insert(0, ChannelMessage(channel="Slack", to=to, title=_unescaped(plain)))
    return found


def _attachment(to: str, one: dict[str, object]) -> ChannelMessage:
    colour = text(one.get("color"))
    return ChannelMessage(
        channel="Slack",
        to=to,
        title=_unescaped(text(one.get("title")) or text(one.get("fallback"))),
        url=web_url(one.get("title_link")),
        mention=_unescaped(text(one.get("pretext"))),
        colour=colour if _COLOUR.fullmatch(colour) else "",
        body=tuple(_slack_text(text(one.get("text")))),
        links=tuple(
            LinkedText(_unescaped(text(button.get("text"))), web_url(button.get("url")))
            for button in mappings(one.get("actions"))
            if web_url(button.get("url"))
        ),
    )


def _slack_text(markup: str) -> Iterator[LinkedText]:
    """Yield the pieces of Slack's markup, in which <URL|TEXT> is a link."""
    at = 0
    for link in _SLACK_LINK.finditer(markup):
        yield LinkedText(_unescaped(markup[at : link.start()]))
        yield LinkedText(_unescaped(link[2]), _unescaped(link[1]))
        at = link.end()
    yield LinkedText(_unescaped(markup[at:]))


def _unescaped(markup: str) -> str:
    """Return Slack's text with the only three characters that it escapes."""
    return markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pagerduty(body: dict[str, object]) -> list[ChannelMessage]:
    """Return what an event of Events API v2 does to its incident."""
    event, payload = text(body.get("event_action")), mapping(body.get("payload"))
    begins, colour = _INCIDENTS.get(event, _RESOLVED)
    incident = f"incident {text(body.get('dedup_key'))[:8]}"
    headline = text(payload.get("summary"))
    begins = "" if headline.startswith(begins) else begins
    links = [(body.get("client"), body.get("client_url"))]
    links += [(link.get("text"), link.get("href")) for link in mappings(body.get("links"))]
    return [
        ChannelMessage(
            channel="PagerDuty",
            to=", ".join(part for part in (text(payload.get("severity")), incident) if part),
            title=begins + (headline or incident),
            colour=colour,
            body=(LinkedText(_details(mapping(payload.get("custom_details")))),),
            links=tuple(
                LinkedText(text(name), web_url(url)) for name, url in links if web_url(url)
            ),
        )
    ]


def _details(details: dict[str, object]) -> str:
    """Return the details of an incident, as its page lists them."""
    return "\n".join(f"{name}: {text(value)}" for name, value in details.items() if text(value))


def sentry(envelope: bytes) -> ChannelMessage | None:
    """Return the event of an envelope, None for a check-in.

    Raises ValueError where it is no envelope.
    """
    _, header, payload = [*envelope.split(b"\n", 2), b"", b""][:3]
    kind = mapping(json.loads(header)).get("type")
    event = mapping(json.loads(payload.strip()))
    if kind != "event":
        return None
    level, tags = text(event.get("level")), mapping(event.get("tags"))
    return ChannelMessage(
        channel="Sentry",
        to=", ".join(filter(None, (level, text(event.get("environment"))))),
        title=text(mapping(event.get("logentry")).get("formatted")) or text(event.get("message")),
        colour=_SENTRY_COLOURS.get(level, _GREY),
        body=(LinkedText(_details(tags)),),
    )


def mail(to: list[str], message: EmailMessage) -> ChannelMessage:
    """Return a mail as its reader opens it."""
    plain = _part(message, "text/plain")
    subject = text(str(message["Subject"] or "(no subject)"))
    return ChannelMessage(
        channel="Mail",
        to=text(", ".join(to)),
        title=subject,
        colour=next((_SUBJECT_COLOURS[w] for w in subject.split() if w in _SUBJECT_COLOURS), ""),
        body=(LinkedText(text(plain)),),
        html=_part(message, "text/html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    """Return the first part of a content type, whatever it says of its bytes."""
    for part in message.walk():
        if part.get_content_type() == kind:
            content = part.get_payload(decode=True)
            return (
                content.decode(errors="replace")[:LONGEST_HTML]
                if isinstance(content, bytes)
                else ""
            )
    return ""
