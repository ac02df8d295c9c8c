"""Judges events as PagerDuty's Events API v2 does.

https://developer.pagerduty.com/docs/events-api-v2/overview and .../docs/send-alert-event.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LARGEST = 512 * 1024  # bytes of an event
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
_LONGEST_KEY, _LONGEST_SUMMARY = 255, 1024  # characters
_KEY = re.compile(r"[0-9A-Za-z]{32}")
_WEB = re.compile(r"https?://\S+")
_FIELDS = {"routing_key", "event_action", "dedup_key", "payload", "links", "images"}
_SHOWN = {"client", "client_url"}
_PAYLOAD = {"summary", "source", "severity"}
_OPTIONAL = {"timestamp", "component", "group", "class"}


def event_faults(body: Mapping[str, Any]) -> Sequence[str]:
    """Return why PagerDuty would refuse an event with 400 or 413; nothing where it would not."""
    return [*_envelope(body), *_payload(body), *_lists(body)]


def _envelope(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"unknown field {name}" for name in {*body} - _FIELDS - _SHOWN)
    if len(json.dumps(body).encode()) > LARGEST:
        yield "too large"
    if not _KEY.fullmatch(str(body.get("routing_key"))):
        yield "routing_key"
    if body.get("event_action") not in ACTIONS:
        yield "event_action"
    key = body.get("dedup_key", "")
    if not isinstance(key, str) or len(key) > _LONGEST_KEY:
        yield "dedup_key"
    if not key and body.get("event_action") in ACTIONS[1:]:
        yield "dedup_key is missing"


def _payload(body: Mapping[str, Any]) -> Iterator[str]:
    payload = body.get("payload")
    if payload is None and body.get("event_action") != "trigger":
        return
    if not isinstance(payload, dict):
        yield "payload"
        return
    yield from (
        f"payload.{name}"
        for name, text in payload.items()
        if not isinstance(text, dict if name == "custom_details" else str)
        or name not in {*_PAYLOAD, *_OPTIONAL, "custom_details"}
    )
    yield from (f"payload.{name} is empty" for name in _PAYLOAD if not payload.get(name))
    if len(payload.get("summary", "")) > _LONGEST_SUMMARY:
        yield "payload.summary is too long"
    if payload.get("severity") not in SEVERITIES:
        yield "payload.severity"


def _lists(body: Mapping[str, Any]) -> Iterator[str]:
    for name, address, others in (("links", "href", {"text"}), ("images", "src", {"href", "alt"})):
        for entry in body.get(name) or ():
            if not _WEB.fullmatch(str(entry.get(address))):
                yield f"{name}: {address} {entry.get(address)!r}"
            if not {*entry} <= {address, *others}:
                yield f"{name}: {entry}"
