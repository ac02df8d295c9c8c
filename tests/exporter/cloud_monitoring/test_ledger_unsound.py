"""Points whose value cannot be counted: they may be counted later, except late ones."""

import pytest

from exporter.cloud_monitoring.ledger import COUNTED, Outcome
from exporter.cloud_monitoring.totals import Amount, Unsound
from tests.exporter.cloud_monitoring.ledgers import at, new_ledger


def unsound() -> Amount:
    """Raise, as reading an odd value does."""
    raise Unsound("odd")


@pytest.mark.parametrize("minutes", [3.0, 2.25])
@pytest.mark.parametrize(
    ("recent", "then"), [(2.0, COUNTED), (3.0, Outcome.SEEN), (4.0, Outcome.SEEN)]
)
def test_only_a_late_one_is_passed_over_later(minutes: float, recent: float, then: Outcome) -> None:
    """On the grid and off it. A new point may still be corrected; every read meets a late one."""
    ledger = new_ledger()
    mark = ledger.mark("a", ("x",))
    ledger.add_delta(mark, at(1), lambda: Amount(value=1))
    ledger.recent = at(recent) - at(3) + at(minutes)
    with pytest.raises(Unsound, match="odd"):
        ledger.add_delta(mark, at(minutes), unsound)
    assert ledger.add_delta(mark, at(minutes), lambda: Amount(value=2)) is then
    assert mark.total.value == (3 if then is COUNTED else 1)
