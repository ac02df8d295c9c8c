"""Writes an application's events as log lines, of which log-based metrics are made."""

import json
import sys
from typing import TextIO

from .application import MOST_ENDPOINTS, MOST_NAMES, method_of
from .bounded import Bounded


class LogLines:
    """Counts like Application, but writes a line of JSON for each event; needs no Redis.

    The names that a label may have are bounded as Application bounds them, since Google keeps a
    series for each value. What no log-based metric is made of is not written: cache, pool, queries
    and active users.
    """

    recorder = None

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to `stream`; without one to standard output, which Cloud Run logs."""
        self._stream = stream
        self._endpoints = Bounded(MOST_ENDPOINTS)
        self._personas, self._features = Bounded(MOST_NAMES), Bounded(MOST_NAMES)

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Write a request; `endpoint` is a route template, never the requested path."""
        self._write(
            ionmon="request",
            endpoint=self._endpoints.of(endpoint),
            method=method_of(method),
            status=status,
            seconds=round(seconds, 6),
        )

    def routing_decision(self, confidence: float, persona: str) -> None:
        """Write a request that was routed to a persona, with the confidence, 0 to 1."""
        name = self._personas.of(persona)
        self._write(ionmon="routing", persona=name, confidence=confidence)

    def feature_used(self, name: str) -> None:
        """Write a use of a feature."""
        self._write(ionmon="feature", feature=self._features.of(name))

    def _write(self, **event: str | float) -> None:
        # One call of write, so that lines of several threads do not mix.
        stream = self._stream or sys.stdout
        stream.write(json.dumps(event) + "\n")
        stream.flush()
