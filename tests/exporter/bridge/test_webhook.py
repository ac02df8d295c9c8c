"""Alertmanager's webhook: what every version of it posts is read, and garbage is refused."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies

from exporter.bridge.webhook import (
    CUT,
    LATEST,
    LONGEST_TEXT,
    LONGEST_VALUE,
    BadWebhook,
    moment,
    notification,
)
from tests.exporter.bridge.notified import ZERO, document, entry, given


def body(*entries: dict[str, Any], **changed: Any) -> bytes:
    """Return a request's body."""
    return json.dumps(document(*entries, **changed)).encode()


def test_a_notification_is_read() -> None:
    """Group, receiver and each alert are there; the end of one that fires is not."""
    found = given(entry(), entry("MemoryHigh", "resolved"), truncatedAlerts=3)
    assert (found.receiver, found.truncated, found.cut) == ("low-sentry", 3, 0)
    fires, over = found.alerts
    assert (fires.name, fires.status, fires.ends_at) == ("CPUHigh", "firing", None)
    assert fires.starts_at == 1_794_995_200.123456
    assert (over.status, over.ends_at) == ("resolved", 1_794_995_800.0)
    assert fires.annotations["summary"] == "CPUHigh in us-central1"


@pytest.mark.parametrize(
    ("sent", "counted"), [(3, 3), (0, 0), (-1, 0), ("3", 0), (True, 0), (10**300, 10**9)]
)
def test_what_alertmanager_left_out(sent: object, counted: int) -> None:
    """The number is a number that a metric can have, whatever is sent."""
    assert given(entry(), truncatedAlerts=sent).truncated == counted


def test_newer_and_missing_fields_are_no_fault() -> None:
    """What 0.33 adds is ignored, and what an older version lacks is empty."""
    newer = entry(routeLabels={"a": "b"}, notificationReason="new")
    bare = {k: newer[k] for k in ("status", "labels", "startsAt", "fingerprint")}
    found = notification(
        json.dumps(
            {"groupKey": "g", "receiver": "r", "alerts": [newer, bare], "notification_reason": 7}
        ).encode()
    )
    assert [len(alert.annotations) for alert in found.alerts] == [1, 0]
    assert found.alerts[1].generator_url == ""


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no object"),
        (b"{}", "alerts: is missing"),
        (body(version="5"), "version is '5'"),
        (body(alerts={}), "alerts: is missing, or no list"),
        (body(groupKey=""), "groupKey: is missing"),
        (body(receiver=3), "receiver: is missing"),
        (body(alerts=[3]), r"alerts\[0\]: is no object"),
        (body(entry(status="on fire")), r"alerts\[0\].status"),
        (body(entry(), entry(startsAt="yesterday")), r"alerts\[1\].startsAt"),
        (body(entry(startsAt=ZERO)), r"alerts\[0\].startsAt"),
        (body(entry(fingerprint=None)), "fingerprint"),
        (body(entry(labels=[1])), r"alerts\[0\].labels: is no object"),
        (body(entry(labels={"a": 1})), "has a value that is no text"),
    ],
)
def test_garbage_is_refused(sent: bytes, fault: str) -> None:
    """The error names the field and what is wrong with it."""
    with pytest.raises(BadWebhook, match=fault):
        notification(sent)


@generated(strategies.binary(max_size=200) | strategies.text(max_size=200).map(str.encode))
def test_no_bytes_are_a_defect(sent: bytes) -> None:
    """Whatever is posted is a notification or a BadWebhook."""
    with suppress(BadWebhook):
        notification(sent)


_JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.floats() | strategies.text(max_size=9),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(strategies.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@generated(strategies.sampled_from(sorted(entry())), _JSON)
def test_no_value_of_a_field_is_a_defect(field: str, value: object) -> None:
    """A field of an alert may have any value of JSON; what is read can be written as UTF-8."""
    try:
        found = notification(body(entry(**{field: value})))
    except BadWebhook:
        return
    for alert in found.alerts:
        repr(alert).encode()


def test_long_values_are_cut() -> None:
    """A label of 100 kB and a thousand labels leave an alert of at most the whole's length."""
    one = given(entry(labels={"alertname": "A", "path": "x" * 100_000}))
    assert one.alerts[0].labels["path"] == "x" * LONGEST_VALUE + CUT
    assert one.cut == 1
    many = given(entry(labels={f"l{n}": "y" * 5_000 for n in range(1_000)}))
    size = sum(len(n) + len(v) for n, v in many.alerts[0].labels.items())
    assert size < LONGEST_TEXT + 2 * LONGEST_VALUE
    assert many.cut > 1


def test_values_are_cleaned() -> None:
    """Control characters, lone surrogates and marks that turn text around become spaces."""
    text = 'a\x00b\r\nc\x1b[31m\u202ed\\ud800"'
    raw = body(entry(annotations={"summary": "X"})).replace(b'"X"', json.dumps(text).encode())
    (found,) = notification(raw.replace(b"\\\\ud800", b"\\ud800")).alerts
    assert found.annotations["summary"] == 'a b \nc [31m d "'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-18T10:46:40+01:00", 1_794_995_200.0),
        ("2026-11-18T09:46:40.5Z", 1_794_995_200.5),
        ("2026-11-18T09:46:40", None),
        (ZERO, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("5138-12-31T23:59:59Z", 100_003_939_199.0),
        ("9999-12-31T23:59:59-14:00", LATEST),
        ("", None),
        (7, None),
    ],
)
def test_moments(text: object, expected: float | None) -> None:
    """Times have a zone; Go's zero time is none."""
    assert moment(text) == expected
