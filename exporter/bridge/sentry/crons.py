"""Check-ins at Sentry Crons, which notices when they stop, as well as an error.

https://develop.sentry.dev/sdk/telemetry/check-ins/. The first check-in makes the monitor.
"""

from uuid import uuid4

from exporter.bridge.outcome import Outcome, Refused
from exporter.bridge.sentry.envelope import EnvelopeItem, envelope
from exporter.bridge.sentry.transport import SentryTransport, TooLarge
from exporter.clock import Clock

MONITOR = "ionmon-alerts"
MARGIN = 5  # minutes without a check-in, after which Sentry opens an issue
_CONFIG = {
    "schedule": {"type": "interval", "value": 1, "unit": "minute"},
    "checkin_margin": MARGIN,
    "max_runtime": 1,
    "failure_issue_threshold": 1,
    "recovery_threshold": 1,
    "timezone": "UTC",
}


class SentryCrons:
    """Says at Sentry Crons that alerts arrive, or that they do not."""

    name = "sentry"

    def __init__(self, transport: SentryTransport, environment: str, clock: Clock) -> None:
        self._transport, self._environment, self._clock = transport, environment, clock

    def check_in(self, *, works: bool) -> Outcome:
        """Check in."""
        body = {
            "check_in_id": uuid4().hex,
            "monitor_slug": MONITOR,
            "status": "ok" if works else "error",
            "environment": self._environment,
            "monitor_config": _CONFIG,
        }
        outcome = self._transport.send(envelope(EnvelopeItem.CHECK_IN, body, self._clock.now()))
        return Refused(outcome.why) if isinstance(outcome, TooLarge) else outcome
