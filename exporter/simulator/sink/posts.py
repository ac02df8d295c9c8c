"""What is posted to the sink at which path, and what the real service would answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from exporter.simulator.sink import channels
from exporter.simulator.sink.inbox import Inbox
from exporter.simulator.sink.message import ChannelMessage

SLACK, PAGERDUTY, HEARTBEAT = "/slack", "/pagerduty", "/heartbeat"
PROJECT = 42  # of Sentry
ENVELOPE = f"/api/{PROJECT}/envelope/"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class PostReply:
    """A status, a body, and its content type."""

    status: HTTPStatus
    text: str
    kind: str = "text/plain"


def reply(inbox: Inbox, path: str, content: bytes) -> PostReply:
    """Put what was posted into the inbox, and return the answer."""
    take = _POSTS.get(path)
    if take is None:
        return PostReply(HTTPStatus.NOT_FOUND, "no such channel\n")
    try:
        return take(inbox, content)
    except (ValueError, RecursionError) as error:
        inbox.fault(f"POST {path}: {error}")
        return PostReply(HTTPStatus.BAD_REQUEST, "not what this channel takes\n")


def _slack(inbox: Inbox, content: bytes) -> PostReply:
    _add(inbox, channels.slack(_document(content)))
    return PostReply(HTTPStatus.OK, "ok")


def _pagerduty(inbox: Inbox, content: bytes) -> PostReply:
    _add(inbox, channels.pagerduty(_document(content)))
    return PostReply(HTTPStatus.ACCEPTED, '{"status": "success"}', _JSON)


def _sentry(inbox: Inbox, content: bytes) -> PostReply:
    event = channels.sentry(content)
    if event is None:
        inbox.beat("Sentry check-in")
    else:
        inbox.add(event)
    return PostReply(HTTPStatus.OK, "{}", _JSON)


def _heartbeat(inbox: Inbox, _: bytes) -> PostReply:
    inbox.beat("heartbeat")
    return PostReply(HTTPStatus.OK, "ok")


_POSTS: Mapping[str, Callable[[Inbox, bytes], PostReply]] = {
    SLACK: _slack,
    PAGERDUTY: _pagerduty,
    ENVELOPE: _sentry,
    HEARTBEAT: _heartbeat,
}


def _add(inbox: Inbox, messages: list[ChannelMessage]) -> None:
    for message in messages:
        inbox.add(message)


def _document(content: bytes) -> dict[str, object]:
    body = json.loads(content)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - the same fault as no JSON at all
    return body
