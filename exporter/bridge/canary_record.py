"""When the last canary arrived, over restarts: a bridge that starts often has to miss it, too."""

import logging
import math

from exporter.bridge.records import Records
from exporter.errors import StateError

_FACT = "canary.at"

log = logging.getLogger("ionmon.heartbeat")


class CanaryRecord:
    """The Unix time of the last canary as a fact of the journal."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def age(self, now: float) -> float:
        """Return how many seconds ago it came; before the first, since this was first asked.

        Raises StateError.
        """
        at = _moment(self._records.first_fact(_FACT, lambda: repr(now)))
        # A time that is damaged on disk, or ahead of the clock, says nothing.
        return max(now - at, 0.0) if math.isfinite(at) else 0.0

    def arrived(self, now: float) -> None:
        """Note that one came; where the journal fails, the next start takes it for missing."""
        try:
            self._records.set_fact(_FACT, repr(now))
        except StateError as error:
            log.warning("the arrival of the canary is not noted: %s", error)


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
