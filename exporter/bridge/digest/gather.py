"""Reads everything that a digest is made from: Prometheus, the journal, Alertmanager's silences.

Each source costs itself: what one of them does not give is named in the digest.
"""

from collections.abc import Iterable, Mapping

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.acknowledging import UNSEEN
from exporter.bridge.alertmanager_losses import losses
from exporter.bridge.digest.build import (
    Edition,
    Material,
    digest,
    firing_periods,
)
from exporter.bridge.digest.firing_now import SOON, firing_state, held_now
from exporter.bridge.digest.model import AcknowledgementLine, Digest, SilenceLine
from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.history import AlertHistory
from exporter.bridge.history_sources import clients, journaled, read_history
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.label_index import LabelIndex
from exporter.bridge.prometheus import has_started_after
from exporter.bridge.silences import Silence, SilenceIndex, silences
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus.api import Labels, Prometheus, QueryRefused, TimeSpan
from exporter.settings import Settings, journal_file
from exporter.settings.servers import REPLICA
from exporter.summary.label_text import place, plain
from exporter.summary.read import WEEK, Reader, service_state

EXPLAINED = 10  # alerts that fire


def gathered(settings: Settings, journal: JournalReading | None, edition: Edition) -> Digest:
    """Return the digest of an edition. Raises MonitoringConfigError without the queries' file."""
    config = read_config(config_path(settings))
    servers = clients(settings)
    reader = Reader(main=servers[0], longterm=servers[-1])
    week = TimeSpan(min(edition.span.start, edition.span.end - WEEK), edition.span.end)
    found = journaled(journal, week, edition.made, journal_file(settings))
    listed, faults = silences(settings.prometheus.alertmanagers)
    lost = losses(servers, reader, edition.span)
    before = len(reader.faults)
    now = firing_state(
        read_history(settings, servers, reader, week, found, lost),
        held_now(settings.prometheus.alertmanagers, edition.made),
        frozenset({*settings.prometheus.external_labels, REPLICA}),
        recorded=len(reader.faults) == before
        and all(map(reader.answers, servers))
        and not any(_has_just_started(one, edition.made - UNSEEN) for one in servers),
        soon=edition.made - edition.span.end <= SOON,
    )
    alerts = now.history
    material = Material(
        history=alerts,
        state=service_state(config, reader, edition.span.end, weekly=edition.weekly),
        silences=tuple(map(_silence_line, _in_force(listed, edition.made))),
        acknowledgements=tuple(_acknowledgement_lines(found.acknowledged or ())),
        explanations=_explanations(config, servers[0], alerts, edition),
        acted=_acted(alerts, found.acknowledged, listed, known=not faults),
        losses=lost,
        faults=(*now.faults, *found.faults, *faults),
        known=now.known,
        unsure=now.unsure,
    )
    return digest(config, edition, material)


def _has_just_started(server: Prometheus, since: float) -> bool:
    """Return whether a server says so; one that keeps no alerts of its own does not."""
    try:
        return has_started_after(server.alerts(), since)
    except QueryRefused:
        return False


def _explanations(
    config: MonitoringConfig, main: Prometheus, alerts: AlertHistory, edition: Edition
) -> dict[Labels, Explanation]:
    """Return what is known about the most severe alerts that fire."""
    explainer = Explainer(config, main, edition.span.end)
    return {
        period.labels: explainer.explain(dict(period.labels), period.began)
        for period in firing_periods(alerts, edition.span)[:EXPLAINED]
    }


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
) -> Mapping[Labels, bool | None] | None:
    """Return whether somebody acknowledged or silenced each alert; None where it is not known."""
    if acknowledged is None or not known:
        return None
    by_labels, silenced = (
        LabelIndex((one.labels, one) for one in acknowledged),
        SilenceIndex(listed),
    )
    return {
        labels: True if by_labels.having(labels) else silenced.cover(labels)
        for labels in {period.labels for period in alerts.periods}
    }
