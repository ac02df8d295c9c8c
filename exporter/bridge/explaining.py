"""Explanations for the bridge's page and its events: soon, or none, while Prometheus is away.

What several alerts ask for within a minute is asked once. A server that gives no answer is left
alone for a minute, so that neither a page nor a delivery waits for it again and again. A query that
is refused costs itself.
"""

import logging
import math
import threading
from collections.abc import Callable

from exporter.bridge.explain import Explainer, Explanation, Texts
from exporter.bridge.prometheus import servers
from exporter.clock import Clock
from exporter.errors import IonmonError
from exporter.monitoring_config import config_path, read_config
from exporter.prometheus.api import Prometheus
from exporter.settings import Settings

TIMEOUT = 3.0  # seconds for one answer
FRESH, AWAY = 60.0, 60.0  # seconds for which answers are used again, and a server is left alone

Explain = Callable[[Texts, float], Explanation | None]

log = logging.getLogger("ionmon.explain")


def unexplained(labels: Texts, since: float) -> Explanation | None:
    """Return no explanation."""
    del labels, since
    return None


class Explaining:
    """Explains alerts; any thread may ask."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Ask nothing yet."""
        self._settings, self._clock = settings, clock
        self._mutex = threading.Lock()
        self._explainer: Explainer | None = None
        self._until = -math.inf

    def apply(self, settings: Settings) -> None:
        """Ask by other settings from now on."""
        with self._mutex:
            self._settings = settings
            self._explainer, self._until = None, -math.inf

    def of(self, labels: Texts, since: float) -> Explanation | None:
        """Return what is known about an alert that fires since a time; None while nothing is."""
        with self._mutex:
            now = self._clock.monotonic()
            if now >= self._until:
                self._explainer, self._until = self._fresh(), now + FRESH
            if self._explainer is None:
                return None
            found = self._explainer.explain(labels, since)
            if found.faults:
                log.debug("an alert is not explained whole: %s", found.faults[0])
            if found.away:
                self._explainer, self._until = None, now + AWAY
                return None
            return found

    def _fresh(self) -> Explainer | None:
        try:
            config = read_config(config_path(self._settings))
        except IonmonError as error:
            log.debug("alerts are not explained: %s", error)
            return None
        server = Prometheus(f"http://{servers(self._settings)[0]}", TIMEOUT)
        return Explainer(config, server, self._clock.now())
