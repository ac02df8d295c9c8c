"""What one poll met: drops with their reasons, and the memory of identities."""

from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.points import wire_key
from exporter.cloud_monitoring.poll_statistics import Labels, Tally, taken
from tests.exporter.cloud_monitoring.messages import OK, series

assert isinstance(REQUESTS.source, CloudMonitoring)
SOURCE = REQUESTS.source


def test_a_reason_is_put_into_words_once() -> None:
    """Every drop counts, and only the first of each reason is a sentence."""
    tally = Tally()
    for reason, note in (("limit", "a"), ("limit", "b"), ("invalid", "c")):
        tally.drop(reason, note)
    assert tally.dropped == {"limit": 2, "invalid": 1}
    assert tally.notes == ["a series was dropped (limit): a", "a series was dropped (invalid): c"]


def test_an_identity_is_read_once() -> None:
    """The same bytes give the very same identity, until it is released or all are forgotten."""
    labels, one = Labels(REQUESTS, SOURCE, "p"), series({60: 1})
    wire = wire_key(one)
    found = labels.identity(wire, one)
    assert labels.identity(wire, one) is found
    labels.release(wire)
    labels.release(wire)
    again = labels.identity(wire, one)
    assert again == found
    assert again is not found
    labels.forget()
    assert labels.identity(wire, one) is not again


def test_what_can_be_taken() -> None:
    """An unfit series is not; one that comes twice on a page is, and is noted."""
    tally, here = Tally(), set[str]()
    labels = Labels(REQUESTS, SOURCE, "p")

    def take(one: object) -> bool:
        identity = labels.identity(wire_key(one), one)
        return taken(tally, SOURCE, one, identity, here)

    sound = series({60: 1}, metric={**OK, "tier": "a"})
    assert [take(series({60: 1}, "GAUGE INT64")), take(sound), take(sound)] == [False, True, True]
    assert tally.dropped == {"invalid": 1, "repeated": 1}
    assert tally.unknown == {"metric.tier"}
    assert [
        "GAUGE INT64" in tally.notes[0],
        "came twice on one page; its points count once" in tally.notes[1],
    ] == [True, True]
