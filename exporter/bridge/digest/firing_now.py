"""What fires at the end of a digest's period, asked of Alertmanager too; no answer is not calm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from exporter.bridge.acknowledging import UNSEEN
from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault, HeldAlert, merged
from exporter.bridge.history import PROMETHEUS, AlertHistory, FiringPeriod, plain_labels
from exporter.bridge.incidents import incidents
from exporter.bridge.prometheus import STARTED, Beginnings
from exporter.bridge.stretches import STEP
from exporter.catalog.alert_names import WATCHDOG
from exporter.prometheus.api import Labels

SOON = 600.0  # seconds after a period in which Alertmanager still tells what fired at its end


@dataclass(frozen=True, slots=True)
class HeldNow:
    """What the Alertmanagers hold.

    whole   whether all answer, none has just started, and Prometheus reaches them: Watchdog, which
            always fires, is there
    faults  which do not answer or have just started, and what is missing
    """

    alerts: tuple[HeldAlert, ...]
    whole: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FiringState:
    """A history with what Alertmanager holds.

    known   whether all that fires is in it
    unsure  the alerts that fired when they were last known, and of which no server says more
    faults  why it is not known
    """

    history: AlertHistory
    known: bool
    unsure: frozenset[Labels] = frozenset()
    faults: tuple[str, ...] = ()


def held_now(addresses: Iterable[str], now: float) -> HeldNow:
    """Ask every Alertmanager; one that has just started may lack alerts."""
    answers, faults = [], []
    for address in addresses:
        try:
            answers.append(Alertmanager(address).held())
            if now - Alertmanager(address).started_at() < UNSEEN:
                faults.append(f"{address}: Alertmanager {STARTED}")
        except AlertmanagerFault as error:
            faults.append(str(error))
    found = merged(answers)
    if answers and not any(one.name == WATCHDOG for one in found):
        faults.append(
            f"Alertmanager has no {WATCHDOG}, which always fires: Prometheus does not reach it"
        )
    return HeldNow(found, not faults, tuple(faults))


def firing_state(
    history: AlertHistory, held: HeldNow, foreign: frozenset[str], *, recorded: bool, soon: bool
) -> FiringState:
    """Return what fires at the end of a history.

    foreign   labels that Prometheus adds to what it sends to Alertmanager
    recorded  whether every Prometheus answers, and none has just started
    soon      whether Alertmanager tells of that time
    """
    now = {
        plain_labels(one.alert.labels.items(), foreign): one.alert
        for one in incidents(held.alerts if soon else (), Beginnings(()))
        if one.alert.labels.get("severity") != "none" and one.alert.starts_at < history.span.end
    }
    whole = replace(history, periods=tuple(_with_held(history, now)))
    recorded = recorded and not lacks_its_end(history)
    answered = held.whole and soon
    known = recorded or answered
    unsure = frozenset(
        period.labels
        for period in whole.periods
        if period.ended is None and period.labels not in now and (answered or not known)
    )
    return FiringState(whole, known, unsure, () if known else held.faults)


def lacks_its_end(history: AlertHistory) -> bool:
    """Return whether a hole of Prometheus lasts so long that alerts may be missing at the end."""
    late = history.span.end - UNSEEN
    return any(hole.source == PROMETHEUS and hole.until > late for hole in history.holes)


def _with_held(history: AlertHistory, held: Mapping[Labels, HeldAlert]) -> Iterable[FiringPeriod]:
    """Return the periods, those that Alertmanager holds as what fires, and those that it adds."""
    last = {period.labels: period for period in history.periods}
    going_on = {
        labels: _going_on(last.get(labels), labels, alert, history.span.start)
        for labels, alert in held.items()
    }
    rest = [
        period
        for period in history.periods
        if not (period is last[period.labels] and _is_same(period, held.get(period.labels)))
    ]
    return sorted((*rest, *going_on.values()), key=lambda one: (one.began, one.labels))


def _is_same(period: FiringPeriod | None, alert: HeldAlert | None) -> bool:
    if period is None or alert is None:
        return False
    return period.ended is None or alert.starts_at <= period.ended + STEP


def _going_on(
    period: FiringPeriod | None, labels: Labels, alert: HeldAlert, start: float
) -> FiringPeriod:
    if period is not None and _is_same(period, alert):
        known = replace(period, ended=None)
        older = period.noted_at is None or period.noted_at <= alert.updated_at
        return _noted(known, alert) if alert.annotations and older else known
    found = FiringPeriod(
        labels=labels, began=alert.starts_at, ended=None, before=alert.starts_at < start
    )
    return _noted(found, alert)


def _noted(period: FiringPeriod, alert: HeldAlert) -> FiringPeriod:
    return replace(period, annotations=alert.annotations, noted_at=alert.updated_at)
