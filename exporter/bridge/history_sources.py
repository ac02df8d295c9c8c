"""Reads what fired in a time: ALERTS of every Prometheus, the journal, Alertmanager's events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.alertmanager_losses import AlertmanagerLosses
from exporter.bridge.event_history import with_events
from exporter.bridge.event_reading import NO_EVENTS, EventRecord
from exporter.bridge.history import ALERTS, AlertHistory, history
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.journal_rows import JournaledAlert, Presence
from exporter.bridge.prometheus import servers
from exporter.bridge.stretches import STEP
from exporter.errors import StateError
from exporter.prometheus.api import Points, Prometheus, TimeSpan, server
from exporter.settings import Settings
from exporter.settings.servers import REPLICA
from exporter.summary.read import WEEK, Reader

NO_JOURNAL = (
    "there is no journal at {path}: who was notified, and who acknowledged, is not known; give the "
    "file of the bridge as --storage.journal-file, or as storage.journal_file"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledHistory:
    """What the journal gives; alerts and acknowledgements are None where it cannot be read."""

    alerts: tuple[JournaledAlert, ...] | None
    presences: tuple[Presence, ...]
    acknowledged: tuple[Acknowledgement, ...] | None
    events: EventRecord = NO_EVENTS
    faults: tuple[str, ...] = ()


def clients(settings: Settings) -> tuple[Prometheus, ...]:
    """Return every server: the scraping ones, then the one with 90 days where there is one."""
    return tuple(server(f"http://{address}") for address in servers(settings))


def journaled(
    journal: JournalReading | None, span: TimeSpan, now: float, path: Path
) -> JournaledHistory:
    """Return what a journal has of a time; a fault where there is none."""
    if journal is None:
        fault = NO_JOURNAL.format(path=path)
        return JournaledHistory(alerts=None, presences=(), acknowledged=None, faults=(fault,))
    try:
        events, faults = _events(journal, span)
        notified = journal.alerts(span.start, span.end)
        return JournaledHistory(
            alerts=notified.alerts,
            presences=journal.presences(span.start, span.end),
            acknowledged=journal.acknowledged(span.start, now),
            events=events,
            faults=(*faults, *_damage(notified.damaged, events.damaged)),
        )
    except StateError as error:
        return JournaledHistory(alerts=None, presences=(), acknowledged=None, faults=(str(error),))


def _events(journal: JournalReading, span: TimeSpan) -> tuple[EventRecord, tuple[str, ...]]:
    """Return the events of a time; where they cannot be read, that costs them alone."""
    try:
        return journal.events(span.start, span.end), ()
    except StateError as error:
        return NO_EVENTS, (f"Alertmanager's events are not known: {error}",)


def _damage(alerts: int, events: int) -> Iterator[str]:
    """Yield what of the journal is damaged: its bytes, or a time that cannot be."""
    for count, what in ((alerts, "notified alerts"), (events, "events")):
        if count:
            yield f"{count} {what} in the journal are damaged, and left out"


def read_history(
    settings: Settings,
    servers: Sequence[Prometheus],
    reader: Reader,
    span: TimeSpan,
    found: JournaledHistory,
    lost: AlertmanagerLosses,
) -> AlertHistory:
    """Return the alerts of a time: each server has those that it evaluates, and its own holes.

    lost  what Alertmanager's own metrics say
    """
    answers: list[Points] = []
    known = False
    for one in servers:
        for part in _weeks(span):
            before = len(reader.faults)
            answers += reader.range(one, ALERTS, part, "the alerts that fired", STEP)
            known = known or (reader.answers(one) and len(reader.faults) == before)
    foreign = frozenset({*settings.prometheus.external_labels, REPLICA})
    made = history(span, answers if known else None, found.alerts, found.presences, foreign)
    whole = with_events(made, found.events, found.presences, lost.dropped, foreign)
    return replace(whole, holes=(*whole.holes, *lost.unscraped))


def _weeks(span: TimeSpan) -> Iterator[TimeSpan]:
    """Yield a span in pieces that Prometheus answers: 11,000 points are the most."""
    start = span.start
    while start < span.end:
        yield TimeSpan(start, min(start + WEEK, span.end))
        start += WEEK
