"""Reads the alerts of a report: as the running bridge has them, else as Prometheus has.

The bridge knows what fires now and who acknowledged it; what was over before comes from ALERTS, and
from the journal where it lies on this machine.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from exporter.bridge.alert_rows import AlertRow
from exporter.bridge.alert_times import TimedPeriod
from exporter.bridge.api_client import BridgeApi, FiringList
from exporter.bridge.digest.firing_now import SOON, lacks_its_end
from exporter.bridge.history import plain_labels
from exporter.bridge.history_sources import clients
from exporter.catalog.alert_names import ESCALATION_ALERT, SEVERITIES
from exporter.commands.alert_history import HistoryRequest, TimedHistory, timed_history
from exporter.commands.alerts import next_step
from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import Labels, Prometheus, TimeSpan
from exporter.settings import Settings
from exporter.settings.servers import REPLICA
from exporter.summary.alerts import AcknowledgedAt, AlertsState, AlertState
from exporter.summary.label_text import place, plain
from exporter.summary.read import Reader
from exporter.summary.wording import shown

LISTED = 20  # alerts that were over
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _Firing:
    """What the bridge says; without one, or where it does not answer, nothing."""

    found: FiringList | None
    fault: str = ""


def alert_states(
    settings: Settings,
    request: HistoryRequest,
    reader: Reader,
    bridge: BridgeApi | None,
    chosen: Callable[[Labels], bool],
) -> AlertsState:
    """Return the alerts of a span that are `chosen` by their labels; `reader` gets the faults."""
    history = timed_history(settings, request, reader)
    # Of a time that is over, the bridge does not know what fired at its end.
    soon = request.now - request.span.end <= SOON
    answer = _answer(bridge) if bridge is not None and soon else _Firing(None)
    foreign = frozenset({*settings.prometheus.external_labels, REPLICA})
    periods = [
        one for one in history.alerts if one.period.name != ESCALATION_ALERT
        and chosen(one.period.labels)
    ]  # fmt: skip
    rows = () if answer.found is None else answer.found.alerts
    firing = [_of_row(row, request.now) for row in rows if chosen(row.labels)]
    listed = {plain_labels(row.labels, foreign) for row in rows}
    firing += [
        _of_period(one, history, request.config)
        for one in periods
        if one.period.ended is None and one.period.labels not in listed
    ]
    over = sorted(_over(periods, request.span), key=lambda one: -(one.period.ended or 0.0))
    by_history = history.answered and not lacks_its_end(history.history)
    return AlertsState(
        firing=tuple(sorted(firing, key=_urgency)),
        recent=tuple(_of_period(one, history, request.config) for one in over[:LISTED]),
        known=by_history if answer.found is None else answer.found.known,
        recent_known=not any(hole.hides_alerts for hole in history.history.holes),
        source=_source(answer, bridge, history),
        unknown=_unknown(answer, history),
        more=max(0, len(over) - LISTED),
        faults=_faults(answer),
    )


def bridge_states(bridge: BridgeApi, now: float, chosen: Callable[[Labels], bool]) -> AlertsState:
    """Return what fires as the bridge alone has it, which knows nothing of what is over."""
    answer = _answer(bridge)
    rows = () if answer.found is None else answer.found.alerts
    firing = (_of_row(row, now) for row in rows if chosen(row.labels))
    return AlertsState(
        firing=tuple(sorted(firing, key=_urgency)),
        recent=(),
        known=answer.found is not None and answer.found.known,
        recent_known=False,
        source=f"the bridge at {bridge.url}",
        unknown="",
        faults=_faults(answer),
    )


def configured_servers(settings: Settings) -> tuple[Prometheus, ...]:
    """Return every server of the settings: the scraping ones, then the one with 90 days."""
    return clients(settings)


def _answer(bridge: BridgeApi) -> _Firing:
    try:
        return _Firing(bridge.alerts())
    except IonmonError as error:
        return _Firing(None, f"what the bridge knows: {error}")


def _faults(answer: _Firing) -> tuple[str, ...]:
    own = (answer.fault,) if answer.fault else ()
    return own if answer.found is None else (*own, *answer.found.faults)


def _over(periods: Iterable[TimedPeriod], span: TimeSpan) -> Iterator[TimedPeriod]:
    for one in periods:
        if one.period.ended is not None and span.start < one.period.ended <= span.end:
            yield one


def _source(answer: _Firing, bridge: BridgeApi | None, history: TimedHistory) -> str:
    journal = " and the journal" if history.acknowledgements else ""
    if answer.found is not None and bridge is not None:
        return f"the bridge at {bridge.url}; what is over, from Prometheus{journal}"
    return f"Prometheus{journal}"


def _unknown(answer: _Firing, history: TimedHistory) -> str:
    """Return what is not known of acknowledgements."""
    if history.acknowledgements:
        return ""
    if answer.found is not None:
        return "who acknowledged what is over: the bridge's journal is not here"
    return "who acknowledged: no bridge answers, and no journal is here"


def _of_row(row: AlertRow, now: float) -> AlertState:
    given = row.acknowledged
    runbook = dict(row.links).get("Runbook", "")
    return AlertState(
        name=row.alert,
        severity=row.severity,
        labels=row.labels,
        place=place(dict(row.labels)),
        summary=row.summary,
        value=row.value,
        limit=row.limit,
        began=row.since,
        ended=None,
        acknowledged=None if given is None else AcknowledgedAt(given.user, given.at, given.comment),
        known=True,
        remarks=tuple(filter(None, (next_step(row, now),))),
        url=runbook,
    )


def _of_period(one: TimedPeriod, history: TimedHistory, config: MonitoringConfig) -> AlertState:
    period, notes = one.period, one.period.annotations
    stated = config.alert(dict(period.labels))
    limit = shown(stated.limit.value, stated.limit.unit) if stated and stated.limit else ""
    url = stated.runbook_url if stated else ""
    over = period.ended is not None
    return AlertState(
        name=plain(period.name),
        severity=plain(period.severity),
        labels=period.labels,
        place=place(dict(period.labels)),
        summary=plain((notes.get("ended") if over else "") or notes.get("problem", "")),
        value=plain(notes.get("value", "")),
        limit=plain(notes.get("limit", "")) or limit,
        began=None if period.before else period.began,
        ended=period.ended,
        acknowledged=_acknowledged(one),
        known=history.acknowledgements,
        remarks=tuple(_remarks(one)),
        url=url if url.startswith(_WEB) else "",
    )


def _acknowledged(one: TimedPeriod) -> AcknowledgedAt | None:
    if one.acknowledged is None or not one.user:
        return None
    return AcknowledgedAt(one.user, one.period.began + one.acknowledged, "")


def _remarks(one: TimedPeriod) -> Iterator[str]:
    if one.period.notified is False:
        yield "the journal has no notification of it"
    if one.period.seen is False:
        yield "Prometheus has no record of it"
    for given in one.withdrawn:
        yield f"acknowledged by {given.user}, withdrawn by {given.withdrawn_by}"


def _urgency(alert: AlertState) -> tuple[int, float]:
    known = alert.severity in SEVERITIES
    return SEVERITIES.index(alert.severity) if known else len(SEVERITIES), alert.began or 0.0
