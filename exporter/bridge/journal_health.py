"""Whether the journal can be written: said once, shown as a metric, and to who asks for ready."""

import logging

from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.catalog import own_bridge
from exporter.errors import StateError
from exporter.logs import once, over
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.bridge")

_FAULT = "journal"
_REFUSED = "notifications are refused"


class JournalHealth:
    """The outcome of the last write; any thread may note one."""

    def __init__(self, telemetry: Telemetry, faults: DeliveryFaults) -> None:
        """Report to `faults` as well, which turn the check-in to error."""
        self.fault = ""
        self._telemetry, self._faults = telemetry, faults

    def failed(self, error: StateError) -> None:
        """Note that the journal could not be written."""
        self.fault = str(error)
        self._telemetry.set(own_bridge.JOURNAL_SUCCESS, (), 0)
        once(log, _FAULT, f"{_REFUSED}, Alertmanager sends them again: {error}")
        self._faults.failed(_REFUSED, self.fault)

    def succeeded(self) -> None:
        """Note that the journal was written."""
        self.fault = ""
        self._telemetry.set(own_bridge.JOURNAL_SUCCESS, (), 1)
        over(log, _FAULT, "notifications are journaled again")
        self._faults.succeeded(_REFUSED)

    def lost(self, letters: int) -> None:
        """Note that dead letters left the journal for good."""
        self._telemetry.count(own_bridge.LETTERS_REMOVED, (), letters)
        if letters:
            log.error(
                "%d dead letters left the journal and are not delivered any more: it is full, or "
                "they are older than it keeps; raise notifications.bridge.max_alerts, and send "
                "the others: ionmon bridge dead --retry",
                letters,
            )
