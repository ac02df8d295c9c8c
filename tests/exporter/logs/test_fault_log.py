"""A fault that many polls share is one line at its beginning and one at its end."""

import logging

import pytest

from exporter.errors import Reason
from exporter.logs.fault_log import FaultLog

POLLS = [f"denied/family_{number}" for number in range(165)]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged, and forget it."""
    found = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return found


def test_a_denied_project_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """165 polls of a project fail and work again: two lines, however often they are tried."""
    caplog.set_level(logging.INFO, "ionmon")
    faults = FaultLog()
    for _ in range(3):
        for poll in POLLS:
            faults.failed(poll, Reason.PERMISSION, f"{poll} may not be read")
    assert lines(caplog) == ["denied/family_0: denied/family_0 may not be read"]
    for poll in POLLS[1:]:
        faults.worked(poll)
    assert lines(caplog) == []
    faults.worked(POLLS[0])
    assert lines(caplog) == ["denied: works again, 165 polls"]


def test_another_project_has_its_own_line(caplog: pytest.LogCaptureFixture) -> None:
    """What is shared is shared within a project only."""
    faults = FaultLog()
    faults.failed("a/f", Reason.PERMISSION, "denied")
    faults.failed("b/f", Reason.PERMISSION, "denied")
    assert lines(caplog) == ["a/f: denied", "b/f: denied"]


def test_a_fault_of_one_metric_is_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """Two metrics that differ from their descriptors are two things to fix: two lines."""
    faults = FaultLog()
    faults.failed("a/f", Reason.MISMATCH, "is a gauge")
    faults.failed("a/g", Reason.MISMATCH, "is a gauge")
    assert lines(caplog) == ["a/f: is a gauge", "a/g: is a gauge"]


def test_another_reason_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A poll that fails for another reason than before says so."""
    faults = FaultLog()
    faults.failed("a/f", Reason.QUOTA, "too many")
    faults.failed("a/f", Reason.PERMISSION, "denied")
    assert lines(caplog) == ["a/f: too many", "a/f: denied"]


def test_a_note_that_comes_and_goes_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """A note is no failure: its end is silent, and so is its return."""
    caplog.set_level(logging.INFO, "ionmon")
    faults = FaultLog()
    for notes in (("a label is new",), (), ("a label is new",)):
        faults.noted("a/f", notes)
        faults.worked("a/f")
    assert lines(caplog) == ["a/f: a label is new"]
