"""How fast an error budget may burn: the burn rates of an alert's windows under an objective.

Not every burn rate is possible: where every request fails, a budget of a tenth burns ten times as
fast as it may, and no faster. A rate that is hardly or never reached is replaced, and noted.
"""

from collections.abc import Iterator
from dataclasses import replace

from exporter.catalog import cloud_run
from exporter.settings import AlertSettings, Settings
from exporter.settings.types import duration
from generators.alert_table import BREACH, BURN, OUTAGE_WINDOW, BurnAlert, BurnWindow, Objective
from generators.latency_buckets import bounds_of, shown_bound
from generators.limits import number, times

SETTINGS_FILE = "monitoring.yaml"  # why a value is not the default
MOST_POSSIBLE = 0.8  # of the greatest burn rate: what replaces a greater one
OUTAGE_SHARE = 0.9  # of requests, which fail in an outage
_WORDS = {"availability": ("error", "fails"), "latency": ("latency", "is slow")}
OUTAGE_WITHIN = 10 * 60  # seconds in which a total outage is noticed; `for` comes after


def objective(settings: Settings) -> Objective:
    """Return what the settings promise of availability."""
    return Objective(settings.objectives.availability, settings.objectives.window)


def availability(settings: Settings) -> Objective | None:
    """Return what the settings promise of availability; None where they read no requests."""
    unread = cloud_run.REQUESTS.name in settings.unread_families
    return None if unread else objective(settings)


def latency(settings: Settings) -> Objective | None:
    """Return what the settings promise of latency; None where they promise or read nothing."""
    given = settings.objectives.latency
    if not given.enabled or given.share is None or given.within is None:
        return None
    if cloud_run.REQUEST_DURATION.name in settings.unread_families:
        return None
    return Objective(given.share, settings.objectives.window, given.within)


def factor(window: BurnWindow, of: Objective) -> float:
    """Return the burn rate that spends a window's share of the budget within it; 1 at least."""
    return max(1.0, round(window.budget * of.window / window.long, 6))


def burn_alert(alert: BurnAlert, of: Objective, given: AlertSettings) -> BurnAlert | None:
    """Return a burn-rate alert under an objective, as the settings change it; None where it is off.

    Where all requests fail, the critical one fires soon, whatever the objective is.
    """
    if not given.enabled:
        return None
    usual = tuple(factor(window, of) for window in alert.windows)
    requested = _requested(alert, of, given)
    found = replace(
        alert,
        factors=tuple(_possible(rate, of) for rate in requested),
        for_=alert.for_ if given.duration is None else given.duration,
        severity=given.severity or alert.severity,
        why=alert.why if requested == usual else SETTINGS_FILE,
        objective=of,
    )
    return _with_outages(found, of) if alert is BREACH else found


def _requested(alert: BurnAlert, of: Objective, given: AlertSettings) -> tuple[float, ...]:
    """Return the burn rates of the windows; a threshold of the settings is the first one's."""
    usual = tuple(factor(window, of) for window in alert.windows)
    if given.threshold in (None, usual[0]):
        return usual
    # One number moves all pairs: their proportion is what makes a short window confirm a long.
    return tuple(rate * given.threshold / usual[0] for rate in usual)


def _possible(rate: float, of: Objective) -> float:
    return min(rate, round(MOST_POSSIBLE * of.greatest, 6))


def _with_outages(alert: BurnAlert, of: Objective) -> BurnAlert:
    """Return an alert that is soon enough when every request fails, by a pair of its own if needed.

    In such an outage, a window reaches a burn rate after that rate's share of the greatest one.
    """
    if alert.windows[0].long * alert.factors[0] / of.greatest <= OUTAGE_WITHIN:
        return alert
    rate = round(OUTAGE_SHARE * of.greatest, 6)
    return replace(alert, windows=(*alert.windows, OUTAGE_WINDOW), factors=(*alert.factors, rate))


def alerts(settings: Settings, of: Objective) -> tuple[BurnAlert | None, BurnAlert | None]:
    """Return the critical alert and the other one under an objective, as the settings have them."""
    given = settings.alerts.by_name()
    return burn_alert(BREACH, of, given[BREACH.name]), burn_alert(BURN, of, given[BURN.name])


def each(settings: Settings) -> Iterator[Settings]:
    """Yield the settings of all services, and those of each that is set apart."""
    yield settings
    yield from map(settings.of_service, settings.services)


def notes(settings: Settings) -> Iterator[str]:
    """Yield which burn rates the settings make impossible, and what is used in their place."""
    yield from _notes(settings, "")
    for name in settings.services:
        own = settings.of_service(name)
        if (own.objectives, own.alerts) != (settings.objectives, settings.alerts):
            yield from _notes(own, f"services.{name}.")


def _notes(settings: Settings, where: str) -> Iterator[str]:
    promised = latency(settings)
    if availability(settings) is not None:
        yield from _replaced(settings, objective(settings), f"{where}objectives.availability")
    if promised is not None:
        yield from _replaced(settings, promised, f"{where}objectives.latency")
        yield from _interpolated(promised, f"{where}objectives.latency.within")


def _interpolated(of: Objective, key: str) -> Iterator[str]:
    """Yield that no bucket ends where fast requests do."""
    bounds = [shown_bound(bound.le) for bound in bounds_of(of.within)]
    if len(bounds) > 1:
        yield (
            f"{key}: {duration(of.within)} lies between the buckets' bounds {bounds[0]} and "
            f"{bounds[1]}; requests in between are counted by interpolation"
        )


def _replaced(settings: Settings, of: Objective, key: str) -> Iterator[str]:
    given = settings.alerts.by_name()
    budget, bad = _WORDS[of.signal]
    for alert in (BREACH, BURN):
        if not given[alert.name].enabled:
            continue
        for window, rate in zip(
            alert.windows, _requested(alert, of, given[alert.name]), strict=True
        ):
            if _possible(rate, of) != rate:
                yield (
                    f"{key}: at {number(of.share * 100)}%, the {budget} budget burns at "
                    f"{times(of.greatest)} while every request {bad}; "
                    f"{alert.name} fires above {times(_possible(rate, of))} over "
                    f"{duration(window.long)}, not above {times(rate)}"
                )
