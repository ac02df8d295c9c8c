"""A report straight from the exporter's page: the last half hour, where no Prometheus runs."""

import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http.client import HTTPException

from exporter import __version__
from exporter.client.own_server import answer, answer_fault
from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig, SignalTargetConfig
from exporter.prometheus.api import Labels, Points, TimeSpan
from exporter.summary.alerts import AlertsState
from exporter.summary.limits import LimitState
from exporter.summary.model import PlaceValue, SignalLimit, SignalState
from exporter.summary.recent import MINUTE, MINUTES, RecentPlace, RecentService, RecentSignal
from exporter.summary.service_json import PATH, read_service_json
from exporter.summary.signal_reading import worst_value
from generators.analysis.chosen_places import ChosenPlaces, chosen
from generators.monitoring_config import in_force
from generators.service_report.anomalies import unknown
from generators.service_report.judging import SignalFacts, judgement, missed, with_alerts
from generators.service_report.model import (
    Health,
    JudgedPlace,
    ReportedSignal,
    ReportSource,
    Resolution,
    ServiceReport,
    SignalResolutions,
)
from generators.service_report.overall import overall
from generators.service_report.regions import comparison
from generators.service_report.request import ReportRequest

TIMEOUT = 10.0  # seconds for the whole answer
_LARGEST = 1 << 24  # bytes of it
_HEALTH = {
    LimitState.UNKNOWN: Health.UNKNOWN,
    LimitState.UNLIMITED: Health.UNJUDGED,
    LimitState.WITHIN: Health.OK,
    LimitState.BEYOND: Health.WARNING,
    LimitState.CRITICAL: Health.FAILING,
}
_NOT_ASKED = (
    "alerts that were over, budgets, anomalies, the monitoring, its cost and the age of its data: "
    "Prometheus has them, and was not asked"
)
NO_BRIDGE = AlertsState(
    firing=(),
    recent=(),
    known=False,
    recent_known=False,
    source="no server: the exporter knows no alerts",
    unknown="",
    faults=("what fires: the exporter knows no alerts; name the bridge with --bridge",),
)
_PAGE = SignalResolutions(now=Resolution.PAGE, before=None, week_ago=None, line=Resolution.PAGE)


def recent_report(
    request: ReportRequest,
    url: str,
    ask_alerts: Callable[[Callable[[Labels], bool]], AlertsState] = lambda _: NO_BRIDGE,
) -> ServiceReport:
    """Return the report of the last half hour, with the alerts of the chosen places.

    Raises IonmonError where no exporter answers.
    """
    found = read_service_json(_read(f"{url.rstrip('/')}{PATH}"), url)
    config = in_force(request.settings)
    places = chosen(request.settings, request.service, request.region)
    end = request.now if found is None else found.at
    request = replace(request, span=TimeSpan(end - MINUTES * MINUTE, end))
    alerts = ask_alerts(places.takes)
    recent = () if found is None else found.signals
    signals = tuple(
        with_alerts(config, _signal(config, request, one, places), alerts.firing) for one in recent
    )
    untold = tuple(filter(None, (_untold(one, places) for one in recent)))
    health, reasons = overall(config, request, alerts, signals, (), ())
    return ServiceReport(
        service=request.settings.title,
        chosen_service=request.service,
        chosen_region=request.region,
        span=request.span,
        since=None,
        made=request.now,
        version=__version__,
        health=health,
        reasons=reasons,
        signals=signals,
        regions=comparison(signals, _by_region(signals), request.settings.service.regions),
        alerts=alerts,
        budgets=(),
        anomalies=unknown(""),
        monitoring=(),
        costs=(),
        ages=(),
        gaps=(),
        sources=(ReportSource(name="exporter", what="the last half hour", url=url, fault=""),),
        unknown=(*_unknown(found, alerts), *untold),
        complete=found is not None and alerts.known and not (alerts.faults or untold),
    )


def _read(address: str) -> bytes:
    try:
        return answer(urllib.request.Request(address), TIMEOUT, _LARGEST)  # noqa: S310 - http or https, checked
    except (OSError, HTTPException) as error:
        fix = "start it with ionmon run, or name its address with --exporter"
        raise IonmonError(
            f"{address}: no exporter answers: {answer_fault(error)}; {fix}"
        ) from error


def _unknown(found: RecentService | None, alerts: AlertsState) -> Iterator[str]:
    yield _NOT_ASKED
    yield from alerts.faults
    if not (alerts.known or alerts.faults):
        yield "what fires: more may fire than is listed"
    if found is None:
        yield "every signal: the exporter has only just started"
    elif found.limits_fault:
        yield f"limits: {found.limits_fault}"
    for one in found.not_known if found is not None else ():
        families = ", ".join(one.given_up)
        why = f"too many places of {families}" if families else "no value"
        yield f"{one.noun}: {'nothing reports it' if one.absent else why}"


def _signal(
    config: MonitoringConfig, request: ReportRequest, one: RecentSignal, chosen_: ChosenPlaces
) -> ReportedSignal:
    here = [place for place in one.places if chosen_.takes(place.labels)]
    now, line = _whole(one, here, chosen_)
    state = SignalState(
        name=one.name,
        noun=one.noun,
        kind=one.kind or one.name,
        unit=one.unit,
        direction=one.direction,
        url="",
        now=now,
        before=None,
        week_ago=None,
        line=line,
        line_before=(),
        worst=worst_value((*line, now), one.direction),
        places=tuple(PlaceValue(p.labels, p.now) for p in here if p.now is not None),
        limits=_limits(here),
    )
    latest_by = tuple(_judged(place) for place in here if place.now is not None)
    target = _target(config, one.name)
    promised = request.promised(one.kind)
    facts = SignalFacts(latest=now, latest_by=latest_by, target=target, objective=promised)
    health, why = judgement(state, facts)
    return ReportedSignal(
        signal=state,
        latest=now,
        latest_by=latest_by,
        target=target,
        missed=missed(target, now),
        objective=promised,
        resolutions=_PAGE if now is not None or here else replace(_PAGE, now=None, line=None),
        health=health,
        why=why,
    )


def _whole(
    one: RecentSignal, here: Sequence[RecentPlace], chosen_: ChosenPlaces
) -> tuple[float | None, tuple[float, ...]]:
    """Return the signal of the chosen places: of several that are not all, nobody knows it."""
    if not chosen_.values:
        return one.now, one.line
    if one.left_out:
        return None, ()  # whether those are chosen, the page does not say
    if len(here) == len(one.places):
        return one.now, one.line
    return (here[0].now, here[0].line) if len(here) == 1 else (None, ())


def _untold(one: RecentSignal, chosen_: ChosenPlaces) -> str:
    """Return why a signal of the chosen places is not known; empty where it is, or none is."""
    if not chosen_.values:
        return ""
    if one.left_out:
        return f"{one.noun}: {one.left_out} of its places are not on the exporter's page"
    here = sum(chosen_.takes(place.labels) for place in one.places)
    if here in {0, 1, len(one.places)}:
        return ""
    return f"{one.noun}: the exporter's page has it of {here} chosen places, not of them together"


def _judged(place: RecentPlace) -> JudgedPlace:
    health = _HEALTH[place.state]
    is_beyond = health in (Health.WARNING, Health.FAILING) and place.limit is not None
    beyond = f"{place.limit.text} ({place.limit.alert})" if is_beyond and place.limit else ""
    return JudgedPlace(PlaceValue(place.labels, place.now or 0.0), health, beyond)


def _limits(here: list[RecentPlace]) -> tuple[SignalLimit, ...]:
    return tuple(dict.fromkeys(place.limit for place in here if place.limit is not None))


def _target(config: MonitoringConfig, name: str) -> SignalTargetConfig | None:
    entry = config.signals.get(name)
    return None if entry is None else entry.target


def _by_region(signals: tuple[ReportedSignal, ...]) -> Mapping[str, list[Points]]:
    """Return the signals that have one place in each region: others have no value of a region."""
    found: dict[str, list[Points]] = {}
    for one in signals:
        regions = [dict(place.labels).get("region") for place in one.signal.places]
        if None not in regions and len(set(regions)) == len(regions):
            found[one.signal.name] = [
                Points((("region", str(region)),), (0.0,), (place.value,))
                for region, place in zip(regions, one.signal.places, strict=True)
            ]
    return found
