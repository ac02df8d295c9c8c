"""Budgets as people write them."""

from fractions import Fraction

import pytest

from exporter.errors import IonmonError
from generators.tuning.budgets import pages_per_week, share_of_days


@pytest.mark.parametrize("text", ["1/20", "0.05", "5e-2"])
def test_a_budget_is_a_share_of_days(text: str) -> None:
    """All ways to write one day in twenty are exactly that."""
    assert share_of_days(text) == Fraction(1, 20)


@pytest.mark.parametrize("text", ["", "x", "1/0", "0", "1", "-1/2", "20", "5%", "nan"])
def test_other_budgets_are_refused(text: str) -> None:
    """The message has what was written and what is right."""
    with pytest.raises(IonmonError, match=r"1/20"):
        share_of_days(text)


def test_pages_a_week_are_days_of_seven() -> None:
    """One page a week is one day in seven; half a page is one in fourteen."""
    assert pages_per_week("1") == Fraction(1, 7)
    assert pages_per_week("0.5") == Fraction(1, 14)


@pytest.mark.parametrize("text", ["0", "7", "-1", "many", "inf"])
def test_other_pages_are_refused(text: str) -> None:
    """A page every day leaves no day without one to promise."""
    with pytest.raises(IonmonError, match="pages a week"):
        pages_per_week(text)
