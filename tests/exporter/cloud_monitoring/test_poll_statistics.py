"""What one poll met: what can be taken, drops with their reasons, what became of points."""

from exporter.cloud_monitoring.ledger import Outcome
from exporter.cloud_monitoring.poll_statistics import PollStatistics


def test_a_reason_is_put_into_words_once() -> None:
    """Every drop counts, and only the first of each reason is a sentence."""
    met = PollStatistics()
    for reason, note in (("limit", "a"), ("limit", "b"), ("invalid", "c")):
        met.drop(reason, note)
    met.drop("odd", "d", "point")
    assert met.dropped == {"limit": 2, "invalid": 1, "odd": 1}
    assert met.notes == [
        "a series was dropped (limit): a",
        "a series was dropped (invalid): c",
        "a point was dropped (odd): d",
    ]


def test_what_can_be_taken() -> None:
    """A refused series is not; one that comes twice on a page is, and is noted; all are met."""
    met, here = PollStatistics(), set[str]()
    assert [
        met.admit("a", "it is GAUGE INT64", here),
        met.admit("a", "", here),
        met.admit("b", "", here),
        met.admit("a", "", here),
    ] == [False, True, True, True]
    assert (met.series, here) == (4, {"a", "b"})
    assert (met.dropped, met.repeated) == ({"invalid": 1}, 1)
    assert met.notes == [
        "a series was dropped (invalid): a: it is GAUGE INT64",
        "a came twice on one page; its points count once",
    ]


def test_a_long_key_is_cut_in_notes() -> None:
    """A note holds the first 200 characters of a series' key."""
    met = PollStatistics()
    met.admit("k" * 300, "odd", set())
    met.admit("k" * 300, "", {"k" * 300})
    assert [note.count("k") for note in met.notes] == [200, 200]


def test_points_by_what_became_of_them() -> None:
    """A point whose buckets are approximate counts; bases, and what was seen, are no loss."""
    met = PollStatistics()
    for number, outcome in enumerate(Outcome):
        met.outcomes[outcome] = 10**number
    assert list(Outcome)[:2] == [Outcome.COUNTED, Outcome.REBUCKETED]
    assert (met.counted, met.too_late) == (11, 10 ** list(Outcome).index(Outcome.LATE))
