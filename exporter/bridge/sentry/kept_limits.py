"""How long Sentry asks to be left alone, kept in the journal over a restart."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from exporter.bridge.sentry.envelope import EnvelopeItem
from exporter.bridge.sentry.rate_limits import LONGEST
from exporter.clock import Clock
from exporter.errors import StateError

FACT = "sentry.limits"


class KeptFacts(Protocol):
    """Single texts that outlive a restart; both may raise StateError."""

    def fact(self, name: str) -> str | None:
        """Return a fact, None where it was never set."""

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact."""


class KeptLimits:
    """The limits of one DSN's file; what cannot be read or written is as if there were none."""

    def __init__(self, facts: KeptFacts, dsn_file: Path, clock: Clock) -> None:
        self._facts, self._dsn_file, self._clock = facts, str(dsn_file), clock

    def read(self) -> Mapping[EnvelopeItem, float]:
        """Return for how many seconds from now nothing of a kind is to be sent."""
        try:
            text = self._facts.fact(FACT)
        except StateError:
            return {}
        now, until = self._clock.now(), _until(text or "", self._dsn_file)
        waits = {item: until.get(item.value, 0.0) - now for item in EnvelopeItem}
        # A longer one was written by a clock that was ahead.
        return {item: wait for item, wait in waits.items() if 0 < wait <= LONGEST}

    def write(self, waits: Mapping[EnvelopeItem, float]) -> None:
        """Keep for how many seconds from now nothing of a kind is to be sent.

        Longer ones stay: alerts and ionmon's own errors are sent apart, each with its own limits.
        """
        now, kept = self._clock.now(), self.read()
        longest = {item: max(waits.get(item, 0.0), kept.get(item, 0.0)) for item in EnvelopeItem}
        until = {item.value: now + wait for item, wait in longest.items() if wait > 0}
        with suppress(StateError):  # the process knows them as well
            self._facts.set_fact(FACT, json.dumps({"dsn_file": self._dsn_file, "until": until}))


def _until(text: str, dsn_file: str) -> Mapping[str, float]:
    try:
        found: Any = json.loads(text)
        if found["dsn_file"] != dsn_file:
            return {}
        return {str(name): float(at) for name, at in found["until"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return {}
