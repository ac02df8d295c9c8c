"""Budgets as people write them: a share of days, or pages a week."""

from fractions import Fraction

from exporter.errors import IonmonError

DAYS_OF_WEEK = 7


def share_of_days(text: str) -> Fraction:
    """Return the budget of one rule, written as 1/20 or 0.05. Raises IonmonError."""
    try:
        budget = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise IonmonError(f"budget {text!r}: write a share of days, such as 1/20") from None
    if not 0 < budget < 1:
        raise IonmonError(f"budget {text!r}: use a share of days above 0 and below 1, such as 1/20")
    return budget


def pages_per_week(text: str) -> Fraction:
    """Return the budget of all rules together: the share of days on which any fires."""
    try:
        pages = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise IonmonError(f"pages a week {text!r}: write a number, such as 1 or 0.5") from None
    if not 0 < pages < DAYS_OF_WEEK:
        raise IonmonError(
            f"pages a week {text!r}: use a number above 0 and below 7; "
            "days with a page are counted, not pages"
        )
    return pages / DAYS_OF_WEEK
