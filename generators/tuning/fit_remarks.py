"""What to know of the days behind a fitted threshold, in the unit and direction of its values."""

from collections.abc import Callable
from math import isnan

from generators.tuning.fitting import Fit


def remarks(fit: Fit, shown: Callable[[float], str], sign: int, last: str = "") -> tuple[str, ...]:
    """Return sentences on the number that was made.

    shown  words a value in its unit
    sign   1 where high values are bad, -1 where low ones are
    last   the alert whose days begin last, where all are fitted on the same days
    """
    return tuple(filter(None, (_shift(fit, sign), _others(fit, last), _drift(fit, shown, sign))))


def _shift(fit: Fit, sign: int) -> str:
    if fit.shifted is None or fit.since is None:
        return ""
    moved = f"Values {'rose' if fit.fell == (sign < 0) else 'fell'} on {fit.shifted}"
    if fit.since >= fit.shifted:
        return f"{moved}; days before are left out."
    if fit.rescaled:
        return f"{moved}; days before count by their distance from the median of their time."
    return f"{moved}; days before are kept, since too few have passed for a stricter number."


def _others(fit: Fit, last: str) -> str:
    if fit.since is None or fit.own_since is None or fit.since <= fit.own_since:
        return ""
    return (
        f"Days before {fit.since} are left out: all alerts are fitted on the same days, and those "
        f"of {last} begin last."
    )


def _drift(fit: Fit, shown: Callable[[float], str], sign: int) -> str:
    found = fit.drift
    if not found.warns:
        return ""
    verb = "rise" if sign > 0 else "fall"
    share = "" if isnan(found.change) else f" ({sign * found.change:+.0%} over these days)"
    return (
        f"Values {verb} by {shown(float(f'{abs(found.slope):.2g}'))} a day{share}: "
        "the alert will fire more often than promised. Tune again soon."
    )
