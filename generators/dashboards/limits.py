"""Limits of panels: the same constants on which alerts fire.

Three are for colours only: the objective, the time that the budget lasts, and the change of traffic
in a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporter.catalog.expression import Direction
from exporter.catalog.signals import SIGNALS
from generators.alert_table import BurnAlert
from generators.limits import number
from generators.policy import DAY, HOUR, SEVERITIES, Policy
from generators.rules import anomaly, correlation, health_rows, trend
from generators.rules.names import span

BURN, LATENCY_BURN, BUDGET, BAND, CORRELATION, AGE, PACE, RUNWAY, CHANGE = (
    "burn_rate",
    "latency_burn_rate",
    "budget_remaining",
    "band",
    "correlation",
    "data_age",
    "pace",
    "runway",
    "change",
)
BURN_WINDOWS = (HOUR, 6 * HOUR, DAY, 3 * DAY)
DOWN = "down"  # of values that are 1 while something works
_HALF = -0.5  # compared with a week ago: for the colour only, the alert uses the band
_WITHIN_A_DAY = "high"  # the severity of a budget that lasts for less
_ROOM = 1.5  # of an axis, above its greatest limit


@dataclass(frozen=True, slots=True, order=True)
class Limit:
    """A threshold: its value, its side, and the severity of passing it."""

    value: float
    severity: str
    above: bool = True
    alert: str = ""

    def body(self) -> dict[str, Any]:
        """Return the limit as the Jsonnet library takes it."""
        return {
            "value": self.value,
            "severity": self.severity,
            "above": self.above,
            "alert": self.alert,
        }


Limits = dict[str, tuple[Limit, ...]]


def limits(policy: Policy) -> Limits:
    """Return the limits of each name that a panel may name, the lowest value first."""
    found: Limits = {signal.name: () for signal in (*SIGNALS, *policy.signals)}
    for row in (*policy.thresholds, *policy.configured):
        above = row.signal.direction is Direction.UP
        limit = Limit(row.threshold, row.severity, above, row.name)
        found[row.signal.name] = tuple(sorted((*found[row.signal.name], limit)))
    pace = tuple(sorted(_pace(policy)))
    objective = Limit(policy.objective.share, "medium", above=False)
    found["availability"] = (*pace[:1], objective)
    found[BURN] = tuple(sorted(_burn(policy.breach, policy.burn)))
    slow = policy.latency
    found[LATENCY_BURN] = tuple(sorted(_burn(slow.breach, slow.burn))) if slow else ()
    found[PACE] = pace
    found[RUNWAY] = (
        Limit(DAY, _WITHIN_A_DAY, above=False),
        Limit(trend.BUDGET_DAYS * DAY, "medium", above=False),
    )
    found[BUDGET] = tuple(sorted(_budget(policy)))
    found[BAND] = (Limit(anomaly.LIMIT, "low"),)
    found[CORRELATION] = (Limit(correlation.LIMIT, "low", alert=correlation.ALERT),)
    found[AGE] = (Limit(health_rows.STALE, "high", alert="DataStale"),)
    found[CHANGE] = (Limit(_HALF, "medium", above=False),)
    found[DOWN] = (Limit(1, "high", above=False),)
    return found


def spent(policy: Policy) -> str:
    """Return the severity of a spent budget: no less than that of one that lasts a day."""
    alert = policy.exhausted
    own = (_WITHIN_A_DAY,) if alert is None else (alert.severity, _WITHIN_A_DAY)
    worst: str = min(own, key=SEVERITIES.index)
    return worst


def burn_windows(*alerts: BurnAlert | None) -> dict[int, str]:
    """Return the windows of burn rates and their legends, with the limit that an alert has."""
    found = {window: span(window) for window in BURN_WINDOWS}
    for alert in alerts:
        if alert is not None:
            for window, factor in zip(alert.windows, alert.factors, strict=True):
                if window.long in found:
                    found[window.long] = f"{span(window.long)}, limit {number(factor)}"
    return found


def _budget(policy: Policy) -> Iterator[Limit]:
    """Yield the shares of the budget that are left where an alert fires, and where none is left."""
    alert = policy.exhausted
    if alert is not None:
        yield Limit(0.0, spent(policy), above=False, alert=alert.name)
        left = round(1 - alert.threshold, 9)
        if left:
            yield Limit(left, alert.severity, above=False, alert=alert.name)


def _burn(*alerts: BurnAlert | None) -> Iterator[Limit]:
    for alert in alerts:
        if alert is not None:
            yield from (Limit(f, alert.severity, alert=alert.name) for f in alert.factors)


def _pace(policy: Policy) -> Iterator[Limit]:
    """Yield the availabilities below which errors come faster than burn alerts allow.

    The burn rate of 1 is left out: over minutes, chance alone takes a service across it.
    """
    allowed = 1 - policy.objective.share
    for limit in _burn(policy.breach, policy.burn):
        if 1 < limit.value < 1 / allowed:
            yield Limit(round(1 - limit.value * allowed, 9), limit.severity, above=False)


def soft(found: tuple[Limit, ...]) -> tuple[float | None, float | None]:
    """Return the axis' bounds that show the limits even where values are far from them."""
    above = [limit.value for limit in found if limit.above]
    below = [limit.value for limit in found if not limit.above]
    lower = None
    if below and 0 < below[0] < 1:
        lower = round(below[0] - 2 * (1 - below[0]), 6) if below[0] > 0.9 else 0.0  # noqa: PLR2004 - near 1
    return lower, round(_ROOM * max(above), 6) if above else None
