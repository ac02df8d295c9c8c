"""Points that come later than the source promises are noted; silence is not."""

from exporter.catalog import CATALOG, own
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.lateness import Lateness, promised
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.telemetry import Telemetry

DESCRIBED = Described(60.0, 120.0)
NOON = 1_800_000_000.0


class Watch:
    """The lateness of a metric that is read each minute."""

    def __init__(self) -> None:
        family = CATALOG["cloudrun_requests_total"]
        assert isinstance(family.source, CloudMonitoring)
        self.telemetry, self.now = Telemetry(0.0), NOON
        target = FamilyTarget(project="p", family=family, source=family.source)
        self.key = target.key
        self.lateness = Lateness(target, self.telemetry)

    def read(self, age: float, minutes: float = 1.0) -> str:
        """Return the note of a read some minutes later, whose newest point is so old."""
        self.now += 60 * minutes
        return self.lateness.note(self.now - age, self.now, DESCRIBED)


def test_a_point_is_late_where_an_earlier_read_did_not_return_it() -> None:
    """The second read knows that what it returns was not there a minute ago."""
    watch = Watch()
    assert watch.read(1500) == ""
    note = watch.read(1500)
    assert note.startswith("points can be read 24 min after they end, the source promises 2 min")
    assert watch.telemetry.value(own.DATA_DELAY, watch.key) == 1440
    assert watch.read(1700) == note, "one that changed would be logged again"
    assert watch.read(130) == ""
    assert watch.telemetry.value(own.DATA_DELAY, watch.key) == 70


def test_silence_is_not_late() -> None:
    """A service without requests for an hour has an old newest point, and then a new one."""
    watch = Watch()
    assert {watch.read(120 + 60 * minute) for minute in range(60)} == {""}
    assert watch.read(130) == ""


def test_a_promise_leaves_some_periods() -> None:
    """Twice the documented delay, or three periods more where those are longer."""
    assert promised(DESCRIBED) == 300
    assert promised(Described(300.0, 120.0)) == 1020
