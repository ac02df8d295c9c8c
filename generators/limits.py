"""How a limit is worded everywhere: in rules, notifications, panels, runbooks and documents."""

import math
from typing import assert_never

from exporter.catalog.expression import Direction, Signal
from exporter.catalog.model import Unit
from exporter.settings.signal_targets import SignalTarget
from exporter.settings.types import duration
from exporter.summary import wording
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert

_LONGEST = 1e12  # seconds; more is no time, and has too many digits for one


def number(value: float) -> str:
    """Return a number with at most ten significant digits: no noise of binary fractions."""
    return f"{value:.10g}"


def shown(value: float, unit: Unit) -> str:
    """Return a value as people write it: 100ms, 0.5%; any number has a text, however large."""
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if unit is Unit.SECONDS:
        return duration(value) if abs(value) < _LONGEST else f"{number(value)}s"
    if unit is Unit.RATIO:
        return f"{number(value * 100)}%"
    return number(value)


def times(factor: float) -> str:
    """Return a multiple as people write it: 14.4×."""
    return f"{number(factor)}×"


def side(signal: Signal) -> str:
    """Return the side of a limit on which a signal is worse."""
    return "above" if signal.direction is Direction.UP else "below"


def limit(alert: PolicyAlert) -> str:
    """Return the limit alone: 200ms, 100%, or 14.4× over both 1h and 5m."""
    match alert:
        case ThresholdAlert():
            return shown(alert.threshold, alert.signal.unit)
        case ExhaustedAlert():
            return shown(alert.threshold, Unit.RATIO)
        case BurnAlert():
            return ", or ".join(_burns(alert))
    assert_never(alert)


def _burns(alert: BurnAlert) -> list[str]:
    return [
        f"{times(factor)} over both {duration(window.long)} and {duration(window.short)}"
        for window, factor in zip(alert.windows, alert.factors, strict=True)
    ]


def condition(alert: PolicyAlert) -> str:
    """Return the limit with its side: above 200ms, at 100% of the budget spent."""
    match alert:
        case ThresholdAlert():
            return f"{side(alert.signal)} {limit(alert)}"
        case ExhaustedAlert():
            return f"at {limit(alert)} of the budget spent"
        case BurnAlert():
            return f"above {limit(alert)}"
    assert_never(alert)


def signal_target_text(signal: Signal, target: SignalTarget) -> str:
    """Return what a signal should be, as people write it: 80% to 85%, at least 9,000/s."""
    least, most = (
        None if bound is None else wording.shown(bound, signal.unit.suffix)
        for bound in (target.least, target.most)
    )
    if least is not None and most is not None:
        return f"{least} to {most}"
    return f"at most {most}" if least is None else f"at least {least}"


def lasting(condition_: str, for_: float) -> str:
    """Return a condition with the time for which it has to be true: above 200ms for 3m."""
    return f"{condition_} for {duration(for_)}" if for_ else condition_
