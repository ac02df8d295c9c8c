"""Which of the bridge's own deliveries fail, or what of its journal does, and since when.

Times are those of the monotonic clock.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from exporter.clock import Clock

GIVEN_UP = 3600.0  # seconds for which a delivery that was given up counts as a fault


@dataclass(frozen=True, slots=True)
class _Failing:
    since: float
    why: str


class DeliveryFaults:
    """What fails and since when; any thread may report to it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._failing: dict[str, _Failing] = {}
        self._given_up: dict[str, _Failing] = {}

    def failed(self, target: str, why: str) -> None:
        """Note that a delivery failed; it fails since the first that no success came after."""
        with self._mutex:
            known = self._failing.get(target)
            since = known.since if known else self._clock.monotonic()
            self._failing[target] = _Failing(since, why)

    def gave_up(self, target: str, why: str) -> None:
        """Note that a delivery will not be tried again."""
        with self._mutex:
            self._given_up[target] = _Failing(self._clock.monotonic(), why)

    def succeeded(self, target: str) -> bool:
        """Note that a delivery arrived; returns whether they had failed before it."""
        with self._mutex:
            return self._failing.pop(target, None) is not None

    def seconds(self) -> Mapping[str, float]:
        """Return for how many seconds the deliveries of each target that fails have failed."""
        now = self._clock.monotonic()
        with self._mutex:
            return {target: now - failing.since for target, failing in self._failing.items()}

    def lasting(self, seconds: float) -> tuple[str, ...]:
        """Return what has failed for so long, or was given up of late: target and reason."""
        now = self._clock.monotonic()
        with self._mutex:
            failing = [(t, one) for t, one in self._failing.items() if now - one.since >= seconds]
            lost = [(t, one) for t, one in self._given_up.items() if now - one.since < GIVEN_UP]
        return tuple(f"{target}: {one.why}" for target, one in (*failing, *lost))
