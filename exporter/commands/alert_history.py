"""ionmon alerts --history: what fired, how long it took, and of which times that is not known."""

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime

from exporter.bridge.alert_times import (
    MeanTime,
    TimedPeriod,
    TimesOf,
    by_alert,
    by_receiver,
    by_service,
    by_week,
    timed,
)
from exporter.bridge.alertmanager_losses import AlertmanagerLosses, losses
from exporter.bridge.digest.firing_now import lacks_its_end
from exporter.bridge.history import AlertHistory, FiringPeriod
from exporter.bridge.history_sources import clients, journaled, read_history
from exporter.bridge.journal_reading import beside_if_any
from exporter.clock import WallClock
from exporter.commands.terminal import table
from exporter.json_output import json_document
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus.api import Prometheus, TimeSpan
from exporter.settings import Settings, journal_file
from exporter.summary.label_text import place
from exporter.summary.read import Reader
from exporter.summary.wording import elapsed

_HEAD = (
    "began",
    "severity",
    "alert",
    "where",
    "notified",
    "detected",
    "acknowledged",
    "resolved",
    "",
)
_DELIVERED = ("receiver", "integration", "firings", "notifications")
_MINUTE = 60.0
_MEANS = ("fired", "MTTD", "MTTA", "MTTR")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedHistory:
    """What fired in a time, with its times, what was lost, and what could not be read.

    answered          whether any Prometheus answers
    acknowledgements  whether a journal says who acknowledged
    """

    history: AlertHistory
    alerts: tuple[TimedPeriod, ...]
    losses: AlertmanagerLosses
    faults: tuple[str, ...]
    answered: bool
    acknowledgements: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Of which time a history is read, by whose clock, and from which servers.

    servers  the one with 90 days is the last
    """

    span: TimeSpan
    now: float
    config: MonitoringConfig
    servers: tuple[Prometheus, ...]


def read(settings: Settings, seconds: float) -> TimedHistory:
    """Return what fired in the last seconds, from Prometheus and the journal of the bridge."""
    now, servers = WallClock().now(), clients(settings)
    request = HistoryRequest(
        span=TimeSpan(now - seconds, now),
        now=now,
        config=read_config(config_path(settings)),
        servers=servers,
    )
    reader = Reader(main=servers[0], longterm=servers[-1])
    found = timed_history(settings, request, reader)
    return replace(found, faults=(*found.faults, *reader.faults))


def timed_history(settings: Settings, request: HistoryRequest, reader: Reader) -> TimedHistory:
    """Return what fired; faults are of the journal, and `reader` has those of Prometheus."""
    span, servers, path = request.span, request.servers, journal_file(settings)
    found = journaled(beside_if_any(path), span, request.now, path)
    lost = losses(servers, reader, span)
    history = read_history(settings, servers, reader, span, found, lost)
    return TimedHistory(
        history=history,
        alerts=timed(history.periods, found.acknowledged or (), request.config),
        losses=lost,
        faults=found.faults,
        answered=any(map(reader.answers, servers)),
        acknowledgements=found.acknowledged is not None,
    )


def text(found: TimedHistory) -> str:
    """Return tables: firings, means, deliveries by receiver; then what failed, and the holes."""
    parts = [table(_HEAD, [_row(one, found) for one in found.alerts], whole={0})]
    if not found.alerts:
        known = not (found.faults or any(hole.hides_alerts for hole in found.history.holes))
        parts = ["Nothing fired." if known else "Nothing is known to have fired."]
    groups = (("alert", by_alert), ("service", by_service), ("week", by_week))
    parts += [
        table((word, *_MEANS), [_means(one) for one in group(found.alerts)])
        for word, group in groups
        if found.alerts
    ]
    parts += _deliveries(found)
    lost = [f"{one.text} from {_between(one.began, one.until)}" for one in found.losses.failed]
    parts += ["\n".join(lost)] if lost else []
    unknown = [
        f"no record of {hole.source} from {_between(hole.began, hole.until)}"
        for hole in found.history.holes
    ]
    rest = (*unknown, *found.losses.faults, *found.faults)
    parts += ["\n".join(rest)] if rest else []
    return "\n\n".join(parts)


def _deliveries(found: TimedHistory) -> list[str]:
    """Return a table of what each receiver was notified of; nothing without an event recorder."""
    rows = [tuple(map(str, astuple(one))) for one in by_receiver(found.history.periods)]
    return [table(_DELIVERED, rows, right={2, 3})] if rows else []


def _fires(period: FiringPeriod, found: TimedHistory) -> bool | None:
    """Return whether an alert fires at the end; None where no server says so by then."""
    if period.ended is not None:
        return False
    return True if found.answered and not lacks_its_end(found.history) else None


def _row(one: TimedPeriod, found: TimedHistory) -> tuple[str, ...]:
    period = one.period
    by = f" by {one.user}" if one.user else ""
    going_on = "not known" if _fires(period, found) is None else "fires"
    ended = period.ended is not None
    resolved = elapsed(period.seconds(found.history.span.end)) if ended else going_on
    return (
        f"{'before ' if period.before else ''}{_time(period.began)}",
        period.severity,
        period.name,
        place(dict(period.labels)),
        ", ".join(_notified(period)),
        _seconds(one.detected),
        f"{_seconds(one.acknowledged)}{by}",
        resolved,
        "; ".join((*_withdrawals(one), *_remarks(period))),
    )


def _withdrawals(one: TimedPeriod) -> Iterable[str]:
    for given in one.withdrawn:
        yield f"acknowledged by {given.user}, withdrawn by {given.withdrawn_by}"
    if one.again:
        yield f"acknowledged again by {one.again}"


def _notified(period: FiringPeriod) -> Iterable[str]:
    """Yield which integration was notified how long after the beginning."""
    for one in period.delivered:
        if one.first is not None:
            yield f"{one.integration} +{elapsed(max(0.0, one.first - period.began))}"
    if period.recorded and not period.delivered:
        yield "nobody"


def _remarks(period: FiringPeriod) -> Iterable[str]:
    for one in period.muted:
        how = "silenced" if one.silenced else "inhibited"
        yield f"{how} {_between(one.began, one.until)} by {one.by}"
    if period.notified is False:
        yield "not in the journal"
    if period.seen is False:
        yield "not in Prometheus"


def _means(one: TimesOf) -> tuple[str, ...]:
    means = (one.detected, one.acknowledged, one.resolved)
    return (one.of, str(one.fired), *map(_mean, means))


def _mean(mean: MeanTime) -> str:
    return "" if mean.seconds is None else f"{elapsed(mean.seconds)} (of {mean.count})"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else elapsed(seconds)


def _between(began: float, until: float) -> str:
    """Return two times; with seconds, where they are in the same minute."""
    form = "%H:%M:%S" if until - began < _MINUTE else "%H:%M"
    first, last = (datetime.fromtimestamp(at, UTC) for at in (began, until))
    day = "" if first.date() == last.date() else f"{last:%Y-%m-%d} "
    return f"{first:%Y-%m-%d} {first:{form}} to {day}{last:{form}} UTC"


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def as_json(found: TimedHistory) -> str:
    """Return the same as JSON; times are Unix seconds, durations seconds."""
    whole = {
        "from": found.history.span.start,
        "to": found.history.span.end,
        "alerts": [_plain(one, found) for one in found.alerts],
        "by_alert": [asdict(one) for one in by_alert(found.alerts)],
        "by_service": [asdict(one) for one in by_service(found.alerts)],
        "by_week": [asdict(one) for one in by_week(found.alerts)],
        "by_receiver": [asdict(one) for one in by_receiver(found.history.periods)],
        "failed_notifications": [asdict(one) for one in found.losses.failed],
        "holes": [asdict(hole) for hole in found.history.holes],
        "faults": (*found.losses.faults, *found.faults),
    }
    return json_document("alerts --history", whole)


def _plain(one: TimedPeriod, found: TimedHistory) -> dict[str, object]:
    period = one.period
    return {
        "labels": dict(period.labels),
        "began": period.began,
        "began_before": period.before,
        "ended": period.ended,
        "fires": _fires(period, found),
        "in_journal": period.notified,
        "in_prometheus": period.seen,
        "in_events": period.recorded,
        "deliveries": [asdict(delivery) for delivery in period.delivered],
        "muted": [asdict(muting) for muting in period.muted],
        "detected": one.detected,
        "acknowledged": one.acknowledged,
        "acknowledged_by": one.user,
        "withdrawn": [
            {"user": a.user, "at": a.at, "withdrawn_by": a.withdrawn_by, "withdrawn_at": a.ended_at}
            for a in one.withdrawn
        ],
        "resolved": one.resolved,
    }
