"""Sentry's envelope: a header, then one item with its own header; each is a line of JSON.

https://develop.sentry.dev/sdk/data-model/envelopes/
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

CLIENT = "ion-monitoring"
MOST_BYTES = 200_000  # of an item; Sentry takes 1 MB, 200 kB of it compressed
Body = Mapping[str, Any]


class EnvelopeItem(StrEnum):
    """What an envelope carries, by Sentry's name for it."""

    EVENT = "event"
    CHECK_IN = "check_in"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is posted, and what it carries."""

    item: EnvelopeItem
    content: bytes


def envelope(item: EnvelopeItem, body: Body, now: float, **header: str) -> Envelope:
    """Return the envelope of an event or a check-in; `now` is this machine's Unix time.

    Sentry compares `sent_at` with its own clock, and corrects the times of a machine whose clock
    is wrong.
    """
    payload = _json(body)
    lines = (
        _json({**header, "sent_at": stamp(now)}),
        _json({"type": item.value, "length": len(payload), "content_type": "application/json"}),
        payload,
    )
    return Envelope(item, b"\n".join(lines) + b"\n")


def stamp(at: float) -> str:
    """Return a Unix time as RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(body: Body) -> bytes:
    # Half of a pair of surrogates cannot be written as UTF-8; a question mark can.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
