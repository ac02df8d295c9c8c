"""What channels were sent on a day, as a table: when, which alert, of what, begun or over."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from generators.bridge_access import PATH
from tests.generators.alertmanager.live import Live, parts

FIRING, RESOLVED = "firing", "resolved"
PAGERDUTY = "PagerDuty"
_UNREAD = ("/heartbeat", PATH)  # which nobody reads as a message
_RUNBOOK = re.compile(r"/runbooks/(\w+)\.md")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message: when it came, in minutes of the day, and everything that it says."""

    at: float
    alert: str
    of: tuple[str, ...]
    sent: str
    channel: str
    text: str


def messages(
    sinks: Live, subjects: Iterable[str], minute: Callable[[float], float]
) -> list[Message]:
    """Return what all channels were sent, in its order; each is about one alert.

    subjects  what alerts can be about
    minute    gives the minute of the day at a Unix time
    """
    known = tuple(subjects)
    found = sorted(_sent(sinks), key=lambda one: one[0])
    return [_message(minute(at), channel, sent, text, known) for at, channel, sent, text in found]


def _message(at: float, channel: str, sent: str, text: str, known: tuple[str, ...]) -> Message:
    (alert,) = set(_RUNBOOK.findall(text))
    of = tuple(subject for subject in known if subject in text)
    return Message(at=at, alert=alert, of=of, sent=sent, channel=channel, text=text)


def _sent(sinks: Live) -> Iterator[tuple[float, str, str, str]]:
    """Yield each message with its time and channel, what it says first, and all of it."""
    for at, (path, body) in zip(list(sinks.web.times), list(sinks.web.posts), strict=False):
        if path == "/pagerduty":
            sent = {"trigger": FIRING, "resolve": RESOLVED}[body["event_action"]]
            yield at, PAGERDUTY, sent, str(body)
        elif path == "/slack":
            (attachment,) = body["attachments"]
            yield at, body["channel"], _begins(attachment["title"]), _words(attachment)
        elif path not in _UNREAD:
            yield at, path, FIRING, str(body)
    for at, (to, mail) in zip(list(sinks.mail.times), list(sinks.mail.mails), strict=False):
        yield at, ", ".join(to), _begins(mail["Subject"]), f"{mail['Subject']}\n{parts(mail)[0]}"


def _words(attachment: dict[str, Any]) -> str:
    return f"{attachment['title']}\n{attachment['text']}"


def _begins(headline: str) -> str:
    """Return whether a headline says that something begins, or goes on, or that it is over."""
    return RESOLVED if headline.removeprefix("Escalated: ").startswith("Resolved") else FIRING


def table(found: Iterable[Message]) -> str:
    """Return the messages as the lines of a table; pages that come together are one."""
    rows: list[list[str]] = []
    for one in found:
        shown = one.of[0] if len(one.of) == 1 else f"{len(one.of)} services" if one.of else "-"
        rows.append([f"{one.at:6.1f}", one.alert, shown, one.sent, one.channel])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
