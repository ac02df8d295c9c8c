"""Reads while points come late: how far they go back, and what the newest point is."""

from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.points import Raw, unix_nanoseconds
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND

LATE_READS = 30
MAX_LATE_REACH = 7200.0


class NewestReader:
    """Reads pages for the end of their newest point only."""

    newest = 0

    def read_page(self, page: Raw) -> None:
        """Look at every point of a page."""
        ends = (unix_nanoseconds(p.interval.end_time) for s in page.time_series for p in s.points)
        self.newest = max(self.newest, max(ends, default=0))


class LateReach:
    """How far back reads go while a source is late: as far as its points came, for some reads."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._reads = 0

    def learn(self, ledger: Ledger, statistics: PollStatistics) -> None:
        """Learn from the points that were counted later than the late margin."""
        self._reads -= 1
        if self._reads <= 0:
            self.seconds = 0.0
        if statistics.late:
            behind = (ledger.covered - statistics.earliest_late + 2 * ledger.period) / SECOND
            self.seconds = min(max(self.seconds, behind), MAX_LATE_REACH)
            self._reads = LATE_READS
