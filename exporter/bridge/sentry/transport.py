"""Posts envelopes to Sentry, and reads what became of them.

Sentry's own client drops an event silently when Sentry is full, and still returns an id; so this
is a transport of our own.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from exporter import __version__
from exporter.bridge.outcome import Later, Outcome, Refused, Sent
from exporter.bridge.outgoing import PostAnswer, Unreachable, post
from exporter.bridge.sentry.dsn import Dsn, read_dsn
from exporter.bridge.sentry.envelope import CLIENT, Envelope, EnvelopeItem
from exporter.bridge.sentry.kept_limits import KeptLimits
from exporter.bridge.sentry.rate_limits import TOO_MANY, waits
from exporter.bridge.webhook import cleaned
from exporter.clock import Clock
from exporter.logs.redaction import redacted
from exporter.secrets_file import UnusableSecret

TOO_LARGE = 413
_OK, _REDIRECT, _CLIENT_ERROR, _SERVER_ERROR = 200, 300, 400, 500
# The key or the project is wrong, or Sentry is slow: the envelope is right, and is sent again.
_MAY_CHANGE = {401, 403, 404, 405, 407, 408, 421, 425}
_LONGEST_REASON = 200  # characters of what Sentry says


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The envelope is larger than Sentry takes."""

    why: str


class SentryTransport:
    """Sends to one project; any thread may. The DSN's file is read each time, so it may change."""

    def __init__(self, dsn_file: Path, clock: Clock, limits: KeptLimits | None = None) -> None:
        """Go on waiting where `limits` say that Sentry asked for it before a restart."""
        self._dsn_file, self._clock, self._limits = dsn_file, clock, limits
        self._mutex = threading.Lock()
        kept, now = limits.read() if limits else {}, clock.monotonic()
        self._closed = {item: now + wait for item, wait in kept.items()}

    def send(self, envelope: Envelope) -> Outcome | TooLarge:
        """Post an envelope, unless Sentry asked to wait with what it carries."""
        wait = self.wait(envelope.item)
        if wait:
            return Later(f"Sentry takes no {envelope.item.value} for {wait:.0f} s", wait)
        try:
            dsn = read_dsn(self._dsn_file)
            answer = post(dsn.address, envelope.content, _headers(dsn))
        except UnusableSecret as error:
            return Later(f"notifications.sentry.dsn_file: {error}")
        except Unreachable as error:
            return Later(str(error))
        return self._judged(answer, envelope.item)

    def wait(self, item: EnvelopeItem) -> float:
        """Return for how many seconds Sentry takes nothing of a kind."""
        with self._mutex:
            return max(0.0, self._closed.get(item, 0.0) - self._clock.monotonic())

    def _judged(self, answer: PostAnswer, item: EnvelopeItem) -> Outcome | TooLarge:
        self._close(answer)
        status, wait = answer.status, self.wait(item)
        if _OK <= status < _REDIRECT:
            return Sent(wait)
        why = f"Sentry answered {status}{_reason(answer)}"
        if status == TOO_LARGE:
            return TooLarge(why)
        if status == TOO_MANY or status >= _SERVER_ERROR:
            return Later(why, wait)
        if status < _CLIENT_ERROR or status in _MAY_CHANGE:
            return Later(f"{why}; check the DSN in notifications.sentry.dsn_file", wait)
        return Refused(why)

    def _close(self, answer: PostAnswer) -> None:
        now = self._clock.monotonic()
        limited = waits(answer.status, answer.headers, self._clock.now())
        with self._mutex:
            for item, wait in limited.items():
                self._closed[item] = max(self._closed.get(item, 0.0), now + wait)
        if limited and self._limits:
            self._limits.write({item: self.wait(item) for item in EnvelopeItem})


def _headers(dsn: Dsn) -> dict[str, str]:
    client = f"{CLIENT}/{__version__}"
    auth = f"Sentry sentry_version=7, sentry_client={client}, sentry_key={dsn.key.reveal()}"
    return {
        "Content-Type": "application/x-sentry-envelope",
        "User-Agent": client,
        "X-Sentry-Auth": auth,
    }


def _reason(answer: PostAnswer) -> str:
    """Return what the server says, which may repeat what it was sent."""
    reason = answer.headers.get("x-sentry-error") or answer.body.decode(errors="replace")
    shown = " ".join(cleaned(redacted(reason)).split())[:_LONGEST_REASON]
    return f": {shown}" if shown else ""
