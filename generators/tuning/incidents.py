"""Incidents: times in which something was wrong, by which the firings of an alert are judged.

They come from a file that people write, from windows in which an objective burnt, and from what the
bridge has seen fire. What comes from an alert's own source proves nothing about that alert.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from exporter.catalog import alert_names
from exporter.catalog.expression import Signal
from exporter.catalog.walk import families_in
from exporter.prometheus.api import Labels
from generators.policy import MINUTE
from generators.rules.budgets import BUDGETS

NEAR = 15 * MINUTE  # seconds between two derived incidents that are one
_ANYWHERE = "region"  # what fails in several regions at once is one incident


class IncidentOrigin(StrEnum):
    """Where an incident comes from, the most certain first."""

    FILE = "file"
    BRIDGE = "bridge"
    OBJECTIVE = "objective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A time in which something was wrong; times are Unix seconds.

    end       None while it goes on
    labels    where; a label that is not named may have any value
    severity  empty where nobody says
    signals   names of the signals that it is derived from; none where people say so
    """

    id: str
    start: float
    end: float | None
    labels: Labels = ()
    severity: str = ""
    origin: IncidentOrigin = IncidentOrigin.FILE
    signals: frozenset[str] = frozenset()

    @property
    def until(self) -> float:
        """When it ended; never, while it goes on."""
        return inf if self.end is None else self.end

    def is_at(self, labels: Iterable[tuple[str, str]]) -> bool:
        """Return whether an alert with these labels could be about it."""
        return _agree(self.labels, dict(labels))


def _agree(labels: Labels, others: dict[str, str]) -> bool:
    return all(others.get(name, value) == value for name, value in labels)


class SignalSources:
    """Which signals share their source: the error rate and the availability count the same."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        """Note the families that each signal is measured by; those of budgets, too."""
        self._families = {
            s.name: frozenset(f.name for f in families_in(s.expression)) for s in signals
        }
        for budget in BUDGETS:
            known = self._families.get(budget.signal, frozenset())
            self._families[budget.signal] = known | {budget.family.name}

    def are_one(self, signal: str, other: str) -> bool:
        """Return whether two signals count as one."""
        families = self._families.get(signal, frozenset())
        return signal == other or bool(families & self._families.get(other, frozenset()))

    def judges(self, incident: Incident, signal: str) -> bool:
        """Return whether an incident says anything of an alert on a signal."""
        others = (one for one in incident.signals if not self.are_one(signal, one))
        return not incident.signals or any(others)


def merged(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return incidents in the order of their starts; derived ones that meet are one.

    What people wrote stays as it is, and a derived incident that overlaps it is the same one.
    """
    every = sorted(incidents, key=lambda one: (one.start, one.id))
    written = [one for one in every if one.origin is IncidentOrigin.FILE]
    found: list[Incident] = []
    for each in every:
        if each.origin is IncidentOrigin.FILE or any(_meet(each, one, near=0) for one in written):
            continue
        at = next((n for n, one in enumerate(found) if _meet(one, each, near=NEAR)), None)
        if at is None:
            found.append(each)
        else:
            found[at] = _joined(found[at], each)
    return tuple(sorted((*written, *found), key=lambda one: (one.start, one.id)))


def _meet(one: Incident, other: Incident, *, near: float) -> bool:
    """Return whether two incidents are near in time, and nothing says that they are apart."""
    is_near = one.start <= other.until + near and other.start <= one.until + near
    labels = tuple(pair for pair in one.labels if pair[0] != _ANYWHERE)
    return is_near and _agree(labels, dict(other.labels))


def _joined(one: Incident, other: Incident) -> Incident:
    ends = (one.end, other.end)
    return replace(
        one,
        end=None if None in ends else max(one.until, other.until),
        labels=tuple(pair for pair in one.labels if pair in other.labels),
        severity=min(one.severity, other.severity, key=_urgency),
        origin=min(one.origin, other.origin, key=list(IncidentOrigin).index),
        signals=one.signals | other.signals,
    )


def _urgency(severity: str) -> int:
    known = alert_names.SEVERITIES
    return known.index(severity) if severity in known else len(known)
