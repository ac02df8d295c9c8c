"""The sentences that a digest and a report share: what is left of a budget, changes, limits."""

from exporter.summary.label_text import place
from exporter.summary.model import BudgetState, MonitoringState, SignalState
from exporter.summary.wording import change, elapsed, shown

_MANY = 5  # places of a signal that are named


def left(budget: BudgetState) -> str:
    """Return what is left of a budget."""
    if budget.remaining < 0:
        return f"the {_budget(budget)} is overspent by {shown(-budget.remaining, 'ratio')}"
    return f"{shown(budget.remaining, 'ratio')} of the {_budget(budget)} is left"


def pace(budget: BudgetState) -> str:
    """Return when a budget is spent, behind a comma; empty where it is not spent too fast."""
    if budget.young:
        return ", its pace is not known yet"
    return "" if budget.spent_in is None else f", spent in {elapsed(budget.spent_in)} at this pace"


def _budget(budget: BudgetState) -> str:
    return "error budget" if budget.signal == "availability" else f"{budget.signal} budget"


def budget_of(budget: BudgetState) -> str:
    """Return whose budget it is: checkout (shop), availability."""
    return f"{place(dict(budget.labels)) or 'all services'}, {budget.signal}"


def places(signal: SignalState) -> str:
    """Return the values by place, the worst first; nothing where there is one place only.

    What all places share is not repeated.
    """
    if len(signal.places) <= 1:
        return ""
    shared = set.intersection(*(set(one.labels) for one in signal.places))
    named = [
        f"{place(dict(set(one.labels) - shared)) or 'elsewhere'} {shown(one.value, signal.unit)}"
        for one in signal.places[:_MANY]
    ]
    more_ = len(signal.places) - _MANY
    return "; ".join((*named, *([f"and {more_} more"] if more_ > 0 else [])))


def compared(signal: SignalState) -> tuple[str, str]:
    """Return the change against the period before, and against a week earlier."""
    return (
        change(signal.now, signal.before, signal.unit),
        change(signal.now, signal.week_ago, signal.unit),
    )


def limits(signal: SignalState) -> str:
    """Return the limits that alerts have for a signal: limit above 100 ms (high)."""
    return ", ".join(f"{one.text} ({one.severity})" for one in signal.limits)


def figure(found: MonitoringState) -> str:
    """Return a figure about the monitoring against its target."""
    if found.target is None:
        return shown(found.value, found.unit)
    limit = "at most" if found.direction == "up" else "at least"
    target = f"{limit} {shown(found.target, found.unit)}"
    missed = " - MISSED" if found.missed else ""
    return f"{shown(found.value, found.unit)} ({target}){missed}"
