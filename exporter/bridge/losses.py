"""Deliveries that were refused or never came through: each leaves a hole in the history."""

from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.records import Records
from exporter.clock import Clock
from exporter.errors import StateError


class LostNotifications:
    """Notes that a notification is lost; only the thread of the journal calls it.

    Until the journal can be written, a loss is kept in memory.
    """

    def __init__(self, records: Records, clock: Clock, health: JournalHealth) -> None:
        self._records, self._clock, self._health = records, clock, health
        self._since: float | None = None  # of the first loss that is not on disk

    def note(self) -> None:
        """Note that one is lost now."""
        if self._since is None:
            self._since = self._clock.now()
        self.write()

    def write(self) -> None:
        """Write what is not on disk yet."""
        if self._since is None:
            return
        try:
            self._records.lost(self._since, self._clock.now())
        except StateError as error:
            self._health.failed(error)
        else:
            self._since = None
