"""What an alert has to have, and what its templates may use."""

from typing import Any

import pytest

from tests.generators.checks.judging import ALERT, alert, group, judged


def annotated(**changes: str | None) -> dict[str, Any]:
    """Return the good annotations with changes; None takes one away."""
    found = {**ALERT["annotations"], **changes}
    return {"annotations": {name: text for name, text in found.items() if text is not None}}


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"alert": "queue_long"},
        "alert: queue_long is no name for an alert; write it like ErrorRateHigh",
    ),
    ({"alert": "Q" * 41}, f"alert: {'Q' * 41} has 41 letters; write at most 40"),
    (
        {"expr": "max by (region) (cloudrun_pending_requests)"},
        "alert: QueueLong has no condition: it fires wherever there is a value; compare it",
    ),
    (
        {"expr": "max by (region) (cloudrun_pending_requests) > bool 5"},
        "alert: QueueLong has no condition: it fires wherever there is a value; compare it",
    ),
    (
        {
            "expr": "max by (region) (cloudrun_pending_requests) > 5 "
            "or max by (region) (cloudrun_instances)"
        },
        "alert: QueueLong has no condition: it fires wherever there is a value; compare it",
    ),
    ({"labels": {"severity": "hihg"}}, "alert: severity 'hihg' has no route; did you mean 'high'?"),
    (
        {"labels": {"severity": "page"}},
        "alert: severity 'page' has no route; write critical or high or medium or low",
    ),
    (
        {"labels": None},
        (
            "alert: QueueLong has no severity; "
            "write labels: severity: critical or high or medium or low"
        ),
    ),
    ({"for": "5 minutes"}, "alert: for '5 minutes' is no duration; write it like 30s, 5m or 1h30m"),
    (
        {"keep_firing_for": "soon"},
        "alert: keep_firing_for 'soon' is no duration; write it like 30s, 5m or 1h30m",
    ),
    (annotated(runbook_url=None), "alert: QueueLong has no runbook_url; add it to its annotations"),
    (
        annotated(dashboard_url=" "),
        "alert: QueueLong has no dashboard_url; add it to its annotations",
    ),
    (
        annotated(description=None, descripton="x"),
        "alert: QueueLong has no description; did you mean description instead of 'descripton'?",
    ),
    (
        annotated(problem="Requests wait in {{ $labels.region }}"),
        "alert: problem is the same for a whole group; put what varies in summary",
    ),
    (
        annotated(check="Look at {{ $labels.region }}."),
        "alert: check is the same for a whole group; put what varies in summary",
    ),
    (
        annotated(summary="requests wait"),
        "alert: summary is no headline; write one line that begins with a capital",
    ),
    (
        annotated(description="Requests wait."),
        "alert: description is the same for every alert; put {{ $value }} and labels in it",
    ),
    (
        annotated(description="{{ $value }} in {{ $labels.regoin }}."),
        (
            "template: $labels.regoin is empty: the expression of QueueLong drops it; "
            "did you mean 'region'?"
        ),
    ),
    (
        annotated(
            description='{{ $value }} in {{ index $labels "zone" }} {{ .Labels.service_name }}'
        ),
        "template: $labels.zone is empty: the expression of QueueLong drops it; there is region",
    ),
    (
        {"labels": {"severity": "high", "value": "{{ $value }}"}},
        "template: label value contains $value: every change is a new alert; use an annotation",
    ),
    (
        {"labels": {"severity": "high", "zone": "{{ $labels.zone }}"}},
        "template: $labels.zone is empty: the expression of QueueLong drops it; there is region",
    ),
]


@pytest.mark.parametrize(("changes", "text"), WRONG, ids=[text for _, text in WRONG])
def test_what_an_alert_lacks_is_reported(changes: dict[str, Any], text: str) -> None:
    """Each lack is found, and the fix named."""
    assert text in alert(**changes)


@pytest.mark.parametrize(
    "expression",
    [
        ALERT["expr"],
        'absent(cloudrun_pending_requests{region="europe-west1"})',
        "max by (region) (cloudrun_pending_requests) unless max by (region) (cloudrun_instances)",
        "max by (region) (cloudrun_pending_requests) and max by (region) (cloudrun_instances) > 3",
        "max by (region) (cloudrun_pending_requests > 5)",
        "max by (region) (cloudrun_pending_requests) > 5 or absent(cloudrun_instances)",
    ],
)
def test_a_good_alert_has_no_problem(expression: str) -> None:
    """An alert with everything, and any kind of condition, is left alone."""
    assert alert(expr=expression) == []


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("ALERTS_FOR_STATE and time() - ALERTS_FOR_STATE >= 60", True),
        ("ALERTS_FOR_STATE unless ignoring (alertstate) ALERTS > 0", True),
        ("time() - ALERTS_FOR_STATE > 60", False),
        ("max by (region) (cloudrun_pending_requests) > 5 and ALERTS_FOR_STATE", False),
        ("ALERTS_FOR_STATE > 5 or max by (region) (cloudrun_pending_requests) > 5", False),
    ],
)
def test_only_a_value_that_stays_is_taken_as_a_label(expression: str, *, taken: bool) -> None:
    """The second in which an alert began stays as it is; an age, or a level, does not."""
    found = alert(expr=expression, labels={"severity": "high", "since": "{{ $value }}"})
    assert any("label since contains $value" in text for text in found) != taken


def test_an_alert_without_hold_is_taken() -> None:
    """An alert may fire at once, with `for` left out or 0."""
    assert alert(**{"for": None}) == []
    assert alert(**{"for": "0"}) == []


def test_the_watchdog_fires_always() -> None:
    """Only the Watchdog has no condition, severity none, and nothing that varies to say."""
    watchdog = {"expr": "vector(1)", **annotated(description="Alerts arrive.")}
    assert alert(alert="Watchdog", labels={"severity": "none"}, **watchdog) == []
    assert alert(alert="Watchdog", labels={"severity": "low"}, **watchdog) == [
        "alert: severity 'low' has no route; write none"
    ]
    assert "alert: severity 'none' has no route; write critical or high or medium or low" in alert(
        alert="Other", labels={"severity": "none"}, **watchdog
    )


def test_an_alert_s_lines_are_those_of_its_texts() -> None:
    """A problem is on the line of the name, of the label or of the annotation that it is of."""
    text = group(
        {**ALERT, "labels": {"severity": "hihg"}, **annotated(summary="wait", runbook_url=None)}
    )
    lines = text.splitlines()
    assert [(int(p.split(":")[0]), p.split(": ")[1]) for p in judged(text)] == [
        (1 + next(i for i, line in enumerate(lines) if word in line), "alert")
        for word in ("alert: QueueLong", "severity: hihg", "summary: wait")
    ]
