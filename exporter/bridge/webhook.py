"""Alertmanager's webhook, version 4, read into frozen values; newer fields are ignored.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Labels and annotations
come from outside: they are cleaned of control characters and cut here, once for all readers.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from exporter.errors import IonmonError

VERSION = "4"
LONGEST_VALUE = 8_000  # characters of a label or an annotation
LONGEST_TEXT = 64_000  # characters of all labels, or of all annotations, of an alert
LONGEST_NAME = 500
MOST_ALERTS = 100_000
MOST_COUNTED = 1_000_000_000
CUT = "… (cut)"
# Unix seconds that can be written in every time zone. An end before the first is Go's zero time,
# which is none; the last is in the year 9999.
EARLIEST, LATEST = -62_000_000_000.0, 253_402_128_000.0
# All control characters but newline and tab; surrogates, which cannot be written as UTF-8; what
# changes the direction of the text after it.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_FRACTION = re.compile(r"(\.\d{6})\d+")

Status = Literal["firing", "resolved"]
Texts = Mapping[str, str]


class BadWebhook(IonmonError):
    """A body that is no notification; its sender gains nothing from sending it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifiedAlert:
    """An alert of a notification; times are Unix seconds.

    ends_at is None while it fires. annotations may be empty once it is resolved.
    """

    fingerprint: str
    status: Status
    labels: Texts
    annotations: Texts
    starts_at: float
    ends_at: float | None
    generator_url: str = ""

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.labels.get("alertname", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What Alertmanager posted: one group of alerts, for one receiver.

    truncated is the number of alerts that Alertmanager left out (max_alerts), cut the number of
    values that were cut here.
    """

    group_key: str
    receiver: str
    alerts: tuple[NotifiedAlert, ...]
    truncated: int = 0
    cut: int = 0


def notification(body: bytes) -> Notification:
    """Return the notification of a request's body. Raises BadWebhook, which says what is wrong."""
    document = _document(body)
    version = document.get("version", VERSION)
    if version != VERSION:
        raise BadWebhook(f"version is {version!r:.20}; the bridge reads Alertmanager's version 4")
    listed = document.get("alerts")
    if not isinstance(listed, list):
        raise BadWebhook("alerts: is missing, or no list")
    if len(listed) > MOST_ALERTS:
        raise BadWebhook(f"alerts: are more than {MOST_ALERTS}; set max_alerts of the webhook")
    reading = TextReader()
    return Notification(
        group_key=reading.text(document, "groupKey", required=True),
        receiver=reading.text(document, "receiver", required=True),
        alerts=tuple(_alert(entry, f"alerts[{at}]", reading) for at, entry in enumerate(listed)),
        truncated=_count(document.get("truncatedAlerts", 0)),
        cut=reading.cut,
    )


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise BadWebhook("the body is no JSON; the bridge takes Alertmanager's webhook") from None
    if not isinstance(document, dict):
        raise BadWebhook("the body is no object; the bridge takes Alertmanager's webhook")
    return document


def _alert(entry: object, where: str, reading: "TextReader") -> NotifiedAlert:
    if not isinstance(entry, dict):
        raise BadWebhook(f"{where}: is no object")
    status: Status = "resolved" if entry.get("status") == "resolved" else "firing"
    if entry.get("status") not in ("firing", "resolved"):
        raise BadWebhook(f"{where}.status: is neither firing nor resolved")
    starts_at = moment(entry.get("startsAt"))
    if starts_at is None:
        raise BadWebhook(f"{where}.startsAt: is no time")
    return NotifiedAlert(
        fingerprint=reading.text(entry, "fingerprint", required=True),
        status=status,
        labels=reading.texts(entry.get("labels"), f"{where}.labels"),
        annotations=reading.texts(entry.get("annotations"), f"{where}.annotations"),
        starts_at=starts_at,
        ends_at=moment(entry.get("endsAt")) if status == "resolved" else None,
        generator_url=reading.text(entry, "generatorURL"),
    )


def moment(text: object) -> float | None:
    """Return the Unix seconds of an RFC 3339 time, None for Go's zero time and what is no time.

    None is later than LATEST: what is returned can be journaled, read again and written.
    """
    if not isinstance(text, str) or len(text) > LONGEST_NAME:
        return None
    try:
        # Go writes nanoseconds, Python reads microseconds.
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return None
    try:
        seconds = found.timestamp() if found.tzinfo else None
    except (OverflowError, ValueError):
        return None
    return None if seconds is None or seconds < EARLIEST else min(seconds, LATEST)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), MOST_COUNTED)


def cleaned(text: str) -> str:
    """Return a text without control characters, each a space instead."""
    return _UNPRINTABLE.sub(" ", text)


class TextReader:
    """Reads the texts of one notification, and counts those that were cut."""

    def __init__(self) -> None:
        self.cut = 0

    def text(self, entry: Mapping[str, Any], name: str, *, required: bool = False) -> str:
        """Return a field. Raises BadWebhook where a required one is missing or another is none."""
        value = entry.get(name, "")
        if not isinstance(value, str) or (required and not value):
            raise BadWebhook(f"{name}: is missing, or no text")
        return self._shortened(value, LONGEST_VALUE)

    def texts(self, value: object, where: str) -> Texts:
        """Return labels or annotations; those that are beyond the whole's length are left out."""
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            raise BadWebhook(f"{where}: is no object")
        found: dict[str, str] = {}
        left = LONGEST_TEXT
        for name, text in value.items():
            if not isinstance(text, str):
                raise BadWebhook(f"{where}: has a value that is no text")
            short = self._shortened(name, LONGEST_NAME)
            found[short] = self._shortened(text, min(LONGEST_VALUE, max(left, 0)))
            left -= len(short) + len(found[short])
            if left <= -LONGEST_VALUE:
                self.cut += 1
                break
        return MappingProxyType(found)

    def _shortened(self, text: str, longest: int) -> str:
        if len(text) <= longest:
            return cleaned(text)
        self.cut += 1
        return cleaned(text[:longest]) + CUT
