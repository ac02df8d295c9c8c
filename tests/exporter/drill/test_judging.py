"""What became of a test alert is judged from counters, the journal and a log."""

from dataclasses import replace

import pytest

from exporter.drill.arrivals import DrillArrival
from exporter.drill.counts import NotificationRise, _counters, rise
from exporter.drill.judging import DrillEvidence, DrillResult, judge
from exporter.drill.reached import DrilledChannel

SLACK = DrilledChannel(
    receiver="high-slack",
    integration="slack",
    target="#alerts",
    to_bridge=False,
    group_wait=30,
    group_interval=600,
)
WEBHOOK = replace(SLACK, receiver="high-webhook", integration="webhook")
SENTRY = replace(
    SLACK, receiver="low-sentry", integration="webhook", to_bridge=True, is_sentry=True
)
NONE = NotificationRise(begun=0, tried=0, refused=0, given_up=0)
TAKEN = replace(NONE, begun=1, tried=1)
ARRIVED = DrillArrival(receiver="low-sentry", severity="low", team="", state="pending")


@pytest.mark.parametrize(
    ("rise_", "result", "why", "is_final"),
    [
        (TAKEN, DrillResult.TOOK, "", True),
        (NONE, DrillResult.NOTHING, "Alertmanager sent nothing", False),
        (replace(NONE, begun=1), DrillResult.FAILED, "no answer yet", False),
        (replace(TAKEN, refused=1), DrillResult.FAILED, "refused once", False),
        (replace(NONE, begun=1, tried=3, refused=3), DrillResult.FAILED, "refused 3 times", False),
        (
            replace(TAKEN, refused=1, given_up=1, reasons=("clientError",)),
            DrillResult.FAILED,
            "gave it up (clientError)",
            True,
        ),
        (replace(NONE, begun=1, tried=3, refused=2), DrillResult.TOOK, "after 2 that failed", True),
        (replace(TAKEN, begun=2, refused=1, given_up=1), DrillResult.FAILED, "gave it up", False),
        (replace(TAKEN, begun=2), DrillResult.TOOK, "other messages by slack", True),
    ],
)
def test_what_alertmanager_counts(
    rise_: NotificationRise, result: DrillResult, why: str, is_final: bool
) -> None:
    """A message that was taken, refused, given up, not answered, and not sent."""
    found = judge(SLACK, DrillEvidence(rise=rise_), 31.0)
    assert (found.result, found.is_final) == (result, is_final)
    assert why in found.why
    assert found.seconds == (31.0 if result is DrillResult.TOOK else None)


def test_what_holds_back_is_no_failure() -> None:
    """Quiet hours and silences are named, whatever is counted."""
    muted = judge(replace(SLACK, muted_by="quiet-hours"), DrillEvidence(rise=TAKEN), 1.0)
    assert (muted.result, muted.why) == (DrillResult.HELD, "quiet-hours mutes it now")
    silenced = judge(SLACK, DrillEvidence(rise=NONE, held="silence 7 of ada mutes it"), 1.0)
    assert (silenced.result, silenced.why) == (DrillResult.HELD, "silence 7 of ada mutes it")


def test_a_webhook_is_not_taken_for_the_bridges() -> None:
    """Those that the bridge took are taken off, unless the receiver is counted by its name."""
    mixed = DrillEvidence(rise=replace(TAKEN, begun=2), bridge=1)
    assert judge(WEBHOOK, mixed, 1.0).result is DrillResult.FAILED
    both = replace(mixed, rise=replace(TAKEN, begun=2, tried=2))
    assert judge(WEBHOOK, both, 1.0).result is DrillResult.TOOK
    named = replace(mixed, rise=replace(TAKEN, by_receiver=True))
    assert judge(WEBHOOK, named, 1.0).result is DrillResult.TOOK
    unknown = judge(WEBHOOK, replace(mixed, bridge=None), 1.0)
    assert "the bridge's metrics cannot be read" in unknown.why


@pytest.mark.parametrize(
    ("arrival", "result", "why", "is_final"),
    [
        (None, DrillResult.NOTHING, "sent nothing", False),
        (ARRIVED, DrillResult.FAILED, "has not delivered it yet", False),
        (replace(ARRIVED, tries=2, error="503"), DrillResult.FAILED, "delivered it yet: 503", True),
        (replace(ARRIVED, state="done"), DrillResult.TOOK, "", True),
        (replace(ARRIVED, state="dead", error="403"), DrillResult.FAILED, "dead letter: 403", True),
        (replace(ARRIVED, state=""), DrillResult.FAILED, "its settings have no Sentry", True),
    ],
)
def test_sentry_has_what_the_bridge_delivered(
    arrival: DrillArrival | None,
    result: DrillResult,
    why: str,
    is_final: bool,
) -> None:
    """A delivery that is pending, done, given up, or owed to nobody."""
    found = judge(SENTRY, DrillEvidence(rise=NONE, arrival=arrival, journaled=True), 2.0)
    assert (found.result, found.is_final) == (result, is_final)
    assert why in found.why


NEW = """
alertmanager_notifications_total{integration="slack",receiver_name="a"} 5
alertmanager_notifications_total{integration="slack",receiver_name="b"} 7
FAILED{integration="slack",receiver_name="a",reason="clientError"} 1
FAILED{integration="slack",receiver_name="a",reason="other"} 0
""".replace("FAILED", "alertmanager_notifications_failed_total")


def test_newer_versions_say_receiver_and_reason() -> None:
    """Where a counter has its receiver, only that one's rises count; a reason is named."""
    after = dict(_counters("am", NEW))
    found = rise({}, after, "slack", "a")
    assert (found.begun, found.given_up, found.reasons) == (5, 1, ("clientError",))
    assert found.by_receiver
    assert rise(after, after, "slack", "b").begun == 0
    assert rise(dict.fromkeys(after, 100.0), after, "slack", "b").begun == 7  # it was restarted
