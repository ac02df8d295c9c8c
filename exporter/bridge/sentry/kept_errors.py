"""Which errors of ionmon were sent within the hour, kept over a restart.

A program that crashes and is started again would send the same error at each start.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from exporter.bridge.sentry.kept_limits import KeptFacts
from exporter.clock import Clock
from exporter.errors import StateError

FACT = "sentry.own_errors"
AGAIN = 3_600.0  # seconds after which the same error is sent once more
MOST_KNOWN = 200  # errors in that time; the others stay in the log

Place = tuple[str, ...]


class KeptErrors:
    """The errors that were sent; what cannot be read or written is as if there were none."""

    def __init__(self, facts: KeptFacts, clock: Clock) -> None:
        self._facts, self._clock = facts, clock

    def has(self, place: Place) -> bool:
        """Return whether an error was sent within the hour, or too many others were."""
        known = self._known()
        return _name(place) in known or len(known) >= MOST_KNOWN

    def add(self, place: Place) -> None:
        """Note that an error was sent."""
        known = {**self._known(), _name(place): self._clock.now()}
        with suppress(StateError):  # the process knows it as well
            self._facts.set_fact(FACT, json.dumps(known))

    def _known(self) -> Mapping[str, float]:
        """Return when errors were sent; a time ahead of now is of a clock that was wrong."""
        now = self._clock.now()
        return {name: at for name, at in self._read().items() if 0 <= now - at < AGAIN}

    def _read(self) -> Mapping[str, float]:
        try:
            found: Any = json.loads(self._facts.fact(FACT) or "{}")
            return {str(name): float(at) for name, at in found.items()}
        except (StateError, ValueError, TypeError, AttributeError, OverflowError):
            return {}


def _name(place: Place) -> str:
    return " ".join(place)
