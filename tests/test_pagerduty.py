"""The judge of PagerDuty's events refuses what PagerDuty refuses."""

from typing import Any

import pytest

from tests.pagerduty import event_faults

PAYLOAD = {"summary": "It is down", "source": "shop", "severity": "critical"}
TRIGGER = {"routing_key": "0" * 32, "event_action": "trigger", "payload": PAYLOAD}
ACKNOWLEDGE = {"routing_key": "0" * 32, "event_action": "acknowledge", "dedup_key": "k" * 255}


@pytest.mark.parametrize(
    "body",
    [
        TRIGGER,
        ACKNOWLEDGE,
        TRIGGER | {"links": [{"href": "https://example.com/", "text": "Dashboard"}]},
        TRIGGER | {"payload": PAYLOAD | {"custom_details": {"a": 1}, "class": "x"}},
    ],
)
def test_what_is_right_is_taken(body: dict[str, Any]) -> None:
    """A trigger needs a payload, an acknowledgement a key."""
    assert event_faults(body) == []


@pytest.mark.parametrize(
    "body",
    [
        TRIGGER | {"routing_key": "short"},
        TRIGGER | {"event_action": "open"},
        TRIGGER | {"dedup_key": "k" * 256},
        TRIGGER | {"payload": None},
        TRIGGER | {"payload": PAYLOAD | {"summary": "x" * 1025}},
        TRIGGER | {"payload": PAYLOAD | {"summary": ""}},
        TRIGGER | {"payload": PAYLOAD | {"severity": "high"}},
        TRIGGER | {"payload": {**PAYLOAD, "custom_details": "text"}},
        TRIGGER | {"payload": PAYLOAD | {"custom_details": {"a": "x" * 600_000}}},
        TRIGGER | {"links": [{"href": "", "text": "Dashboard"}]},
        TRIGGER | {"images": [{"href": "https://example.com/"}]},
        ACKNOWLEDGE | {"dedup_key": ""},
    ],
)
def test_what_is_wrong_is_refused(body: dict[str, Any]) -> None:
    """Each fault is found."""
    assert len(event_faults(body)) == 1
