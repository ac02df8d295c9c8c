"""What Sentry asked for is known after a restart, and never keeps it from alerts for long."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bridge.sentry.envelope import EnvelopeItem
from exporter.bridge.sentry.kept_limits import FACT, KeptLimits
from exporter.bridge.sentry.rate_limits import LONGEST
from exporter.errors import StateError
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN

EVENT, CHECK_IN = EnvelopeItem.EVENT, EnvelopeItem.CHECK_IN
FILE = Path("dsn")


class FactsOfTest:
    """Facts in memory, which can be out of order."""

    def __init__(self, **facts: str) -> None:
        self.facts, self.broken = facts, False

    def fact(self, name: str) -> str | None:
        """Return a fact."""
        if self.broken:
            raise StateError("no room")
        return self.facts.get(name)

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact."""
        if self.broken:
            raise StateError("no room")
        self.facts[name] = value


def limits(facts: FactsOfTest, at: float = BEGAN, file: Path = FILE) -> KeptLimits:
    """Return the limits as a process that starts at a time has them."""
    return KeptLimits(facts, file, HandClock(at))


def test_what_is_left_of_a_wait_is_kept() -> None:
    """The time that the restart took counts, and what is over is gone."""
    facts = FactsOfTest()
    limits(facts).write({EVENT: 7200.0, CHECK_IN: 30.0})
    assert limits(facts, BEGAN + 60).read() == {EVENT: 7140.0}
    assert limits(facts, BEGAN + 7200).read() == {}


def test_two_senders_keep_both_of_their_limits() -> None:
    """What one of them does not know of is not taken back by what it writes."""
    facts = FactsOfTest()
    limits(facts).write({EVENT: 7200.0})
    limits(facts).write({EVENT: 60.0, CHECK_IN: 30.0})
    assert limits(facts).read() == {EVENT: 7200.0, CHECK_IN: 30.0}


def test_another_file_has_limits_of_its_own() -> None:
    """Another project did not ask for anything."""
    facts = FactsOfTest()
    limits(facts).write({EVENT: 7200.0})
    assert limits(facts, file=Path("other")).read() == {}


def test_a_clock_that_is_set_back_holds_back_for_a_day_at_most() -> None:
    """A wait that ends later was written by a clock that was ahead."""
    facts = FactsOfTest()
    limits(facts, BEGAN + 90 * LONGEST).write({EVENT: 60.0})
    assert limits(facts).read() == {}


def test_a_journal_that_fails_costs_nothing_else() -> None:
    """A full disk keeps no limit, and ends nothing."""
    facts = FactsOfTest()
    facts.broken = True
    limits(facts).write({EVENT: 60.0})
    assert limits(facts).read() == {}


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"dsn_file": "dsn", "until": 7}', '{"dsn_file": "dsn", "until": {"event": "x"}}'],
)
def test_a_damaged_fact_is_none(text: str) -> None:
    """What cannot be read holds nothing back."""
    assert limits(FactsOfTest(**{FACT: text})).read() == {}


@given(st.floats() | st.integers() | st.text())
def test_whatever_is_written_a_wait_is_a_day_at_most(at: object) -> None:
    """No time in the fact is an error."""
    text = f'{{"dsn_file": "dsn", "until": {{"event": {at}}}}}'
    assert all(0 < wait <= LONGEST for wait in limits(FactsOfTest(**{FACT: text})).read().values())
