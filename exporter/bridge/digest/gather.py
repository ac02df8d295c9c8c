"""Reads everything that a digest is made from: Prometheus, the journal, Alertmanager's silences.

Each source costs itself: what one of them does not give is named in the digest.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.digest.build import (
    Edition,
    Material,
    digest,
    firing_periods,
    place,
    plain,
)
from exporter.bridge.digest.model import AcknowledgementLine, Digest, SilenceLine
from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.history import ALERTS, STEP, AlertHistory, history
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.journal_rows import JournaledAlert, Presence
from exporter.bridge.silences import Silence, silences
from exporter.errors import StateError
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus_api import Labels, Points, Prometheus, TimeSpan, server
from exporter.settings import Settings
from exporter.settings.servers import REPLICA
from exporter.summary.read import WEEK, Reader, service_state

EXPLAINED = 10  # alerts that fire


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journaled:
    """What the journal gives; alerts and acknowledgements are None where it cannot be read."""

    alerts: tuple[JournaledAlert, ...] | None
    presences: tuple[Presence, ...]
    acknowledged: tuple[Acknowledgement, ...] | None
    faults: tuple[str, ...]


def gathered(settings: Settings, journal: JournalReading | None, edition: Edition) -> Digest:
    """Return the digest of an edition. Raises MonitoringConfigError without the queries' file."""
    config = read_config(config_path(settings))
    servers = _servers(settings)
    reader = Reader(main=servers[0], longterm=servers[-1])
    week = TimeSpan(min(edition.span.start, edition.span.end - WEEK), edition.span.end)
    found = _journaled(journal, week, edition)
    listed, faults = silences(settings.prometheus.alertmanagers)
    alerts = _history(settings, servers, reader, week, found)
    material = Material(
        history=alerts,
        state=service_state(config, reader, edition.span.end, weekly=edition.weekly),
        silences=tuple(map(_silence_line, _in_force(listed, edition.made))),
        acknowledgements=tuple(_acknowledgement_lines(found.acknowledged or ())),
        explanations=_explanations(config, servers[0], alerts, edition),
        acted=_acted(alerts, found.acknowledged, listed, known=not faults),
        faults=(*found.faults, *faults),
    )
    return digest(config, edition, material)


def _servers(settings: Settings) -> tuple[Prometheus, ...]:
    """Return the server with 72 hours and the one with 90 days, or the only one."""
    found = settings.prometheus
    main = next(iter(found.replicas.values()), found.address)
    addresses = (main, *((found.longterm,) if found.longterm is not None else ()))
    return tuple(server(f"http://{address}") for address in addresses)


def _history(
    settings: Settings,
    servers: Iterable[Prometheus],
    reader: Reader,
    week: TimeSpan,
    found: _Journaled,
) -> AlertHistory:
    """Return the alerts of a week: each server has those that it evaluates, and its own holes."""
    answers: list[Points] = []
    known = False
    for one in servers:
        before = len(reader.faults)
        answers += reader.range(one, ALERTS, week, "the alerts that fired", STEP)
        known = known or len(reader.faults) == before
    foreign = frozenset({*settings.prometheus.external_labels, REPLICA})
    recorded = answers if known else None
    return history(week, recorded, found.alerts, found.presences, foreign)


def _explanations(
    config: MonitoringConfig, main: Prometheus, alerts: AlertHistory, edition: Edition
) -> dict[Labels, Explanation]:
    """Return what is known about the most severe alerts that fire."""
    explainer = Explainer(config, main, edition.span.end)
    return {
        period.labels: explainer.explain(dict(period.labels), period.began)
        for period in firing_periods(alerts, edition.span)[:EXPLAINED]
    }


def _journaled(journal: JournalReading | None, week: TimeSpan, edition: Edition) -> _Journaled:
    if journal is None:
        fault = "there is no journal: who was notified, and who acknowledged, is not known"
        return _Journaled(alerts=None, presences=(), acknowledged=None, faults=(fault,))
    try:
        return _Journaled(
            alerts=journal.alerts(week.start, week.end),
            presences=journal.presences(week.start, week.end),
            acknowledged=journal.acknowledged(week.start, edition.made),
            faults=(),
        )
    except StateError as error:
        return _Journaled(alerts=None, presences=(), acknowledged=None, faults=(str(error),))


def _in_force(listed: Iterable[Silence], now: float) -> Iterable[Silence]:
    return (one for one in listed if one.began <= now < one.until)


def _silence_line(one: Silence) -> SilenceLine:
    return SilenceLine(
        what=plain(", ".join(map(str, one.matchers))),
        author=plain(one.author),
        comment=plain(one.comment),
        began=one.began,
        until=one.until,
    )


def _acknowledgement_lines(found: Iterable[Acknowledgement]) -> Iterable[AcknowledgementLine]:
    for one in found:
        if one.ended_at is None:
            yield AcknowledgementLine(
                name=plain(one.labels.get("alertname", "")),
                place=place(one.labels),
                user=plain(one.user),
                comment=plain(one.comment),
                at=one.at,
            )


def _acted(
    alerts: AlertHistory,
    acknowledged: Iterable[Acknowledgement] | None,
    listed: Iterable[Silence],
    *,
    known: bool,
) -> frozenset[Labels] | None:
    """Return the alerts that somebody acknowledged or silenced; None where that is not known."""
    if acknowledged is None or not known:
        return None
    labels = {tuple(sorted(one.labels.items())) for one in acknowledged}
    silenced = [*listed]
    return frozenset(
        period.labels
        for period in alerts.periods
        if any(set(period.labels) <= set(one) for one in labels)
        or any(one.covers(period.labels) for one in silenced)
    )
