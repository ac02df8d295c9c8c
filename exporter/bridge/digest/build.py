"""Makes a digest from what was read: pure, so that every case can be tested without a server."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.bridge.alertmanager_losses import AlertmanagerLosses
from exporter.bridge.digest.model import (
    AcknowledgementLine,
    AlertCounts,
    AlertLine,
    Digest,
    RepeatedAlert,
    SilenceLine,
)
from exporter.bridge.digest.repetition import repeated, returning
from exporter.bridge.explain import Explanation
from exporter.bridge.history import AlertHistory, FiringPeriod
from exporter.catalog.alert_names import ESCALATION_ALERT, SEVERITIES
from exporter.monitoring_config import AlertConfig, MonitoringConfig
from exporter.prometheus.api import Labels, TimeSpan
from exporter.summary.label_text import place, plain
from exporter.summary.model import ServiceState
from exporter.summary.wording import shown

NOISY, FLAPPING, IGNORED = 2, 3, 3  # firings from which on an alert is listed
LISTED = 50  # alerts that fire, and that are over; more are counted
LAST_KNOWN = "it fired when it was last known; no server says that it still does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a digest is made from.

    history           of a week at least, so that ages and repetitions are known
    acknowledgements  in force now
    acted             whether each alert was ever acknowledged or silenced; None of all, or of one,
                      of which that is not known
    explanations      of alerts that fire
    known             whether it is known what fires
    unsure            alerts that fired when they were last known, and may be over
    """

    history: AlertHistory
    state: ServiceState
    silences: tuple[SilenceLine, ...] = ()
    acknowledgements: tuple[AcknowledgementLine, ...] = ()
    acted: Mapping[Labels, bool | None] | None = None
    explanations: Mapping[Labels, Explanation] = field(default_factory=dict)
    losses: AlertmanagerLosses = field(default_factory=AlertmanagerLosses)
    faults: tuple[str, ...] = ()
    known: bool = True
    unsure: frozenset[Labels] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Which digest it is: of whom, of which time, in which time zone, made when."""

    service: str
    zone: str
    span: TimeSpan
    made: float
    weekly: bool = False


def digest(config: MonitoringConfig, edition: Edition, material: Material) -> Digest:
    """Return the digest."""
    span = edition.span
    of_period = [p for p in material.history.periods if _within(p, span)]
    incidents = [p for p in of_period if p.name != ESCALATION_ALERT]
    firing = [_firing(config, p, material, span) for p in incidents if _fires(p, span)]
    resolved = _over(config, [p for p in incidents if not _fires(p, span)], span)
    acks = {(one.name, one.place): one for one in material.acknowledgements}
    return Digest(
        service=edition.service,
        zone=edition.zone,
        span=span,
        made=edition.made,
        weekly=edition.weekly,
        firing=tuple(_acknowledged(line, acks) for line in sorted(firing, key=_urgency)[:LISTED]),
        resolved=tuple(resolved[:LISTED]),
        fired=AlertCounts(len(firing), len(resolved), sum(line.unsure for line in firing)),
        known=material.known,
        noisiest=repeated(incidents, span.end, NOISY),
        flapping=repeated(returning(incidents), span.end, FLAPPING),
        ignored=_ignored(material, span),
        since=material.history.span.start,
        escalated=len(of_period) - len(incidents),
        silences=material.silences,
        acknowledgements=material.acknowledgements,
        holes=tuple(hole for hole in material.history.holes if hole.until > span.start),
        state=material.state,
        losses=material.losses,
        faults=(*material.faults, *material.state.faults),
    )


def _firing(
    config: MonitoringConfig, period: FiringPeriod, material: Material, span: TimeSpan
) -> AlertLine:
    line = _firing_line(config, period, material, span)
    return _explained(line, period, material.explanations.get(period.labels))


def firing_periods(history: AlertHistory, span: TimeSpan) -> list[FiringPeriod]:
    """Return what fires at the end of a span, the most severe first."""
    found = [
        p
        for p in history.periods
        if p.name != ESCALATION_ALERT and _within(p, span) and _fires(p, span)
    ]
    return sorted(found, key=lambda period: (_rank(period.severity), period.began))


def _explained(line: AlertLine, period: FiringPeriod, known: Explanation | None) -> AlertLine:
    """Return the line with its facts; the value is among them where no notification had it."""
    if known is None:
        return line
    more = tuple(filter(None, (*known.worst, known.change)))
    facts = more if period.annotations.get("value") else known.facts
    # A server that is away is said once, for the whole digest.
    unknown = () if known.away else (f"Not known: {fault}" for fault in known.faults)
    return replace(line, facts=tuple(map(plain, (*facts, *unknown))), logs=known.logs)


def _over(
    config: MonitoringConfig, periods: Iterable[FiringPeriod], span: TimeSpan
) -> list[AlertLine]:
    """Return each alert that was over as the last time it was, the newest first."""
    by_alert: dict[Labels, list[FiringPeriod]] = defaultdict(list)
    for period in periods:
        by_alert[period.labels].append(period)
    lines = []
    for every in by_alert.values():
        last = _line(config, every[-1], span)
        remarks = dict.fromkeys(remark for period in every for remark in _remarks(period))
        lines.append(replace(last, times=len(every), remarks=tuple(remarks)))
    return sorted(lines, key=lambda line: -(line.ended or 0.0))


def _within(period: FiringPeriod, span: TimeSpan) -> bool:
    return period.began < span.end and (period.ended is None or period.ended > span.start)


def _fires(period: FiringPeriod, span: TimeSpan) -> bool:
    return period.ended is None or period.ended > span.end


def _urgency(line: AlertLine) -> tuple[int, float]:
    return _rank(line.severity), line.began or 0.0


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _line(config: MonitoringConfig, period: FiringPeriod, span: TimeSpan) -> AlertLine:
    labels, notes = dict(period.labels), period.annotations
    stated = config.alert(labels)
    fires = _fires(period, span)
    text = notes.get("problem" if fires else "ended") or notes.get("problem", "")
    return AlertLine(
        severity=plain(period.severity),
        name=plain(period.name),
        place=place(labels),
        began=None if period.before else period.began,
        ended=None if fires else period.ended,
        seconds=period.seconds(span.end),
        text=plain(text),
        reading=", ".join(
            filter(None, map(plain, (notes.get("value", ""), _limit(notes, stated))))
        ),
        remarks=tuple(_remarks(period)),
        new=period.began >= span.start and not period.before,
        url=_runbook(stated.runbook_url if stated else ""),
        value_at=period.noted_at if fires and notes.get("value") else None,
    )


def _limit(notes: Mapping[str, str], stated: AlertConfig | None) -> str:
    """Return the limit of an alert: as it was notified, else as it is now."""
    if notes.get("limit"):
        return f"limit {notes['limit']}"
    if stated is None or stated.threshold is None:
        return ""
    if stated.limit is None:
        return f"fires {stated.threshold}"
    return f"limit {shown(stated.limit.value, stated.limit.unit)}"


def _firing_line(
    config: MonitoringConfig, period: FiringPeriod, material: Material, span: TimeSpan
) -> AlertLine:
    line = _line(config, period, span)
    if period.labels not in material.unsure:
        return line
    return replace(line, unsure=True, remarks=(LAST_KNOWN, *line.remarks))


def _runbook(url: str) -> str:
    """Return a runbook's address; a path on another machine leads nowhere."""
    return url if url.startswith(("http://", "https://")) else ""


def _remarks(period: FiringPeriod) -> Iterable[str]:
    if period.notified is False:
        yield "the journal has no notification of it"
    if period.seen is False:
        yield "Prometheus has no record of it"


def _acknowledged(
    line: AlertLine, acks: Mapping[tuple[str, str], AcknowledgementLine]
) -> AlertLine:
    found = acks.get((line.name, line.place))
    if found is None:
        return line
    return replace(line, remarks=(*line.remarks, f"acknowledged by {found.user}"))


def _ignored(material: Material, span: TimeSpan) -> tuple[RepeatedAlert, ...]:
    """Return alerts that fired again and again, and that nobody ever acknowledged or silenced.

    Nothing can be said where acknowledgements are not known.
    """
    if material.acted is None:
        return ()
    periods: Sequence[FiringPeriod] = [
        period
        for period in material.history.periods
        if not material.acted.get(period.labels) and period.name != ESCALATION_ALERT
    ]
    unsure = {labels for labels, acted in material.acted.items() if acted is None}
    return repeated(periods, span.end, IGNORED, unsure)
