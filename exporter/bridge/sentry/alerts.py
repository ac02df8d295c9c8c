"""Sentry as a target of the journal's deliveries."""

from exporter.bridge.explain import Explanation
from exporter.bridge.explaining import Explain, unexplained
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.outcome import Outcome, Refused
from exporter.bridge.sentry.alert_event import (
    SHORT,
    WHOLE,
    EventLimits,
    EventSettings,
    alert_event,
    event_id,
)
from exporter.bridge.sentry.envelope import MOST_BYTES, Envelope, EnvelopeItem, envelope
from exporter.bridge.sentry.transport import SentryTransport, TooLarge
from exporter.clock import Clock


class SentryAlerts:
    """Sends alerts as events. One that is too large for Sentry is sent once more, cut."""

    def __init__(
        self,
        transport: SentryTransport,
        settings: EventSettings,
        clock: Clock,
        explain: Explain = unexplained,
    ) -> None:
        self._transport, self._settings, self._clock = transport, settings, clock
        self._explain = explain

    def deliver(self, journaled: JournaledAlert) -> Outcome:
        """Send an alert that fires."""
        known = self._explain(journaled.alert.labels, journaled.alert.starts_at)
        whole = self._envelope(journaled, known, WHOLE)
        outcome = (
            self._transport.send(whole)
            if len(whole.content) <= MOST_BYTES
            else TooLarge("it has more bytes than Sentry takes")
        )
        if isinstance(outcome, TooLarge):
            outcome = self._transport.send(self._envelope(journaled, known, SHORT))
        if isinstance(outcome, TooLarge):
            return Refused(f"{outcome.why}, even where its texts are cut")
        return outcome

    def _envelope(
        self, journaled: JournaledAlert, known: Explanation | None, limits: EventLimits
    ) -> Envelope:
        now = self._clock.now()
        body = alert_event(journaled, self._settings, now, limits, known)
        return envelope(EnvelopeItem.EVENT, body, now, event_id=event_id(journaled))
