"""How late the points of a metric become readable, and whether that is later than promised."""

from exporter.catalog import own
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.telemetry import Telemetry

MISSED_PERIODS = 3


def promised(described: Described) -> float:
    """Return the seconds after which a point is late: the documented delay and some periods."""
    return max(2 * described.delay, described.delay + MISSED_PERIODS * described.period)


class Lateness:
    """The delay of the newest points of one metric.

    A point that an earlier read did not return, though it had ended, came later than that read.
    Silence is no lateness: a service without requests has no points.
    """

    def __init__(self, target: FamilyTarget, telemetry: Telemetry) -> None:
        self._key, self._telemetry = target.key, telemetry
        self._newest = self._read = 0.0
        self.current = ""

    def note(self, newest: float, now: float, described: Described) -> str:
        """Return a note where the newest point is later than promised; all are Unix seconds."""
        if newest > self._newest:
            if self._newest:
                self._judge(self._read - newest, described)
            self._newest = newest
        self._read = now
        return self.current

    def _judge(self, delay: float, described: Described) -> None:
        self._telemetry.set(own.DATA_DELAY, self._key, max(0.0, delay))
        if delay <= promised(described):
            self.current = ""
        elif not self.current:  # one that changed would be logged again
            self.current = (
                f"points can be read {delay / 60:.0f} min after they end, the source promises "
                f"{described.delay / 60:.0f} min; it is late, or this machine's clock is ahead"
            )
