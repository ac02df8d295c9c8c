"""How long Sentry asks to be left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bridge.sentry.envelope import EnvelopeItem
from exporter.bridge.sentry.rate_limits import LONGEST, UNSAID, waits

NOW = 1_795_000_000.0
EVENT, CHECK_IN = EnvelopeItem.EVENT, EnvelopeItem.CHECK_IN


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, {}),
        (200, {"retry-after": "60"}, {}),
        (429, {}, {EVENT: UNSAID, CHECK_IN: UNSAID}),
        (429, {"retry-after": "17"}, {EVENT: 17, CHECK_IN: 17}),
        (429, {"retry-after": "soon"}, {EVENT: UNSAID, CHECK_IN: UNSAID}),
        (429, {"retry-after": "1e12"}, {EVENT: LONGEST, CHECK_IN: LONGEST}),
        (429, {"retry-after": "-5"}, {EVENT: UNSAID, CHECK_IN: UNSAID}),
        (
            429,
            {
                "retry-after": "Wed, 18 Nov 2026 10:01:30 GMT",
                "date": "Wed, 18 Nov 2026 10:00:00 GMT",
            },
            {EVENT: 90, CHECK_IN: 90},
        ),
        (429, {"x-sentry-rate-limits": "60:error:organization"}, {EVENT: 60}),
        (200, {"x-sentry-rate-limits": "60:error:organization"}, {EVENT: 60}),
        (
            429,
            {"x-sentry-rate-limits": "60:transaction:key, 2700:default;error;security:org:quota"},
            {EVENT: 2700},
        ),
        (429, {"x-sentry-rate-limits": "30:monitor:key"}, {CHECK_IN: 30}),
        (429, {"x-sentry-rate-limits": "30::organization"}, {EVENT: 30, CHECK_IN: 30}),
        (
            429,
            {"x-sentry-rate-limits": "30:transaction:key", "retry-after": "600"},
            {EVENT: 600, CHECK_IN: 600},
        ),
        (429, {"x-sentry-rate-limits": "", "retry-after": "600"}, {EVENT: 600, CHECK_IN: 600}),
        (429, {"x-sentry-rate-limits": "nonsense"}, {EVENT: UNSAID, CHECK_IN: UNSAID}),
        (200, {"x-sentry-rate-limits": "nonsense", "retry-after": "600"}, {}),
    ],
)
def test_limits(status: int, headers: dict[str, str], expected: dict[EnvelopeItem, float]) -> None:
    """Categories are honoured, with any status; a 429 that names none of ours has Retry-After."""
    assert waits(status, headers, NOW) == expected


@given(st.text(), st.text(), st.text())
def test_no_header_is_an_error(limits: str, after: str, date: str) -> None:
    """Whatever the headers say, a wait is from 0 to a day."""
    headers = {"x-sentry-rate-limits": limits, "retry-after": after, "date": date}
    for found in (waits(429, headers, NOW), waits(429, {"retry-after": after, "date": date}, NOW)):
        assert all(0 <= wait <= LONGEST for wait in found.values())
