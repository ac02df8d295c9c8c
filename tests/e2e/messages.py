"""What channels were sent on a day, as a table: when, which alert, of what, begun or over."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from generators.bridge_access import PATH
from tests.generators.alertmanager.live import parts
from tests.generators.alertmanager.sinks import Web
from tests.sentry import Sentry

FIRING, RESOLVED, ACKNOWLEDGED = "firing", "resolved", "acknowledged"
PAGERDUTY, SENTRY = "PagerDuty", "Sentry"
_ACTIONS = {"trigger": FIRING, "resolve": RESOLVED, "acknowledge": ACKNOWLEDGED}
_UNREAD = ("/heartbeat", PATH)  # which nobody reads as a message
_RUNBOOK = re.compile(r"/runbooks/(\w+)\.md")


@dataclass(frozen=True, kw_only=True)
class TakenMessage:
    """What a channel took at a Unix time: what it says first, all of it, and whom it mentions."""

    at: float
    channel: str
    sent: str
    text: str
    mention: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message: when it came, in minutes of the day, and everything that it says."""

    at: float
    alert: str
    of: tuple[str, ...]
    sent: str
    channel: str
    text: str
    mention: str = ""


def messages(
    taken: Iterable[TakenMessage], subjects: Iterable[str], minute: Callable[[float], float]
) -> list[Message]:
    """Return what channels took, in its order; each is about one alert.

    subjects  what alerts can be about
    minute    gives the minute of the day at a Unix time
    """
    known = tuple(subjects)
    return [_message(one, known, minute(one.at)) for one in sorted(taken, key=lambda one: one.at)]


def _message(one: TakenMessage, known: tuple[str, ...], at: float) -> Message:
    (alert,) = set(_RUNBOOK.findall(one.text))
    return Message(
        at=at,
        alert=alert,
        of=tuple(subject for subject in known if subject in one.text),
        sent=one.sent,
        channel=one.channel,
        text=one.text,
        mention=one.mention,
    )


def posted(web: Web) -> Iterator[TakenMessage]:
    """Yield what PagerDuty, Slack and webhooks took."""
    opened: dict[str, str] = {}
    for at, (path, body) in zip(list(web.times), list(web.posts), strict=False):
        if path == "/pagerduty":
            # An acknowledgement has the key of its incident, and no words.
            text = str(body) if "payload" in body else opened[body["dedup_key"]]
            opened[body["dedup_key"]] = text
            sent = _ACTIONS[body["event_action"]]
            yield TakenMessage(at=at, channel=PAGERDUTY, sent=sent, text=text)
        elif path == "/slack":
            (attachment,) = body["attachments"]
            yield TakenMessage(
                at=at,
                channel=body["channel"],
                sent=_begins(attachment["title"]),
                text=_words(attachment),
                mention=attachment.get("pretext", ""),
            )
        elif path not in _UNREAD:
            yield TakenMessage(at=at, channel=path, sent=FIRING, text=str(body))


def mailed(mails: Iterable[tuple[float, Iterable[str], EmailMessage]]) -> Iterator[TakenMessage]:
    """Yield mails: when each came, whom it went to, and the mail."""
    for at, to, mail in mails:
        subject = str(mail["Subject"])
        text = f"{subject}\n{parts(mail)[0]}"
        yield TakenMessage(at=at, channel=", ".join(to), sent=_begins(subject), text=text)


def accepted(server: Sentry) -> Iterator[TakenMessage]:
    """Yield the events that Sentry took."""
    every = zip(list(server.times), list(server.posts), list(server.answered), strict=False)
    for at, (kind, body), status in every:
        if (kind, status) == ("event", 200):
            yield TakenMessage(at=at, channel=SENTRY, sent=FIRING, text=str(body))


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
        rows.append([f"{one.at:6.1f}", one.alert, shown, one.sent, one.channel, one.mention])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        " | ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
