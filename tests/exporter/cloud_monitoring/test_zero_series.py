"""Series that a resource can have, at zero from its first sight."""

from dataclasses import replace

from exporter.catalog.cloud_run import INSTANCES, REQUEST_DURATION, REQUESTS
from exporter.catalog.labels import CODE_CLASS, REGION
from exporter.catalog.model import Family
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.zero_series import prime
from tests.exporter.cloud_monitoring.ledgers import add_buckets, add_number, counts_of

A, B = ("p", "r", "a"), ("p", "r", "b")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")


def ledger() -> Ledger:
    """Return a ledger after its first poll."""
    found = Ledger.begin(60, 0)
    found.first = False
    return found


def test_a_service_has_all_its_code_classes() -> None:
    """Beside a class that had requests the others are there, at zero, not yet shown."""
    book = ledger()
    add_number(book.total((*A, "2xx")), 3, 60)
    prime(REQUESTS, book)
    expected = {(*A, c): 3 if c == "2xx" else 0 for c in CLASSES}
    assert expected == {labels: total.value for labels, total in book.totals.items()}
    assert {False} == {total.shown for total in book.totals.values()}


def test_a_service_that_is_first_seen_failing_has_all_its_code_classes() -> None:
    """The class that is created last tells nothing where it came by itself."""
    book = ledger()
    add_number(book.total((*A, "5xx")), 3, 60)
    prime(REQUESTS, book)
    assert {labels[-1] for labels in book.totals} == {*CLASSES}


def test_each_resource_is_primed_by_itself() -> None:
    """A resource that comes later gets its series; those that are complete keep theirs."""
    book = ledger()
    add_number(book.total((*A, "2xx")), 3, 60)
    prime(REQUESTS, book)
    before = dict(book.totals)
    add_number(book.total((*B, "none")), 1, 60)
    prime(REQUESTS, book)
    assert set(book.totals) == {(*x, c) for x in (A, B) for c in CLASSES} | {(*B, "none")}
    assert all(book.totals[labels] is total for labels, total in before.items())


def test_a_resource_without_points_is_not_primed() -> None:
    """A series that was met and has counted nothing makes no others."""
    book = ledger()
    book.total((*A, "2xx"))
    prime(REQUESTS, book)
    assert list(book.totals) == [(*A, "2xx")]


def test_histograms_have_their_bounds_at_zero() -> None:
    """The classes beside one with latencies have the same buckets, all empty, and are saved."""
    book = ledger()
    add_buckets(book.total((*A, "2xx")), layout((1.0, 2.0), 1.0, REQUESTS), (1, 2, 3), 4.0, 60)
    bare = book.total((*A, "5xx"))
    bare.dirty = False
    prime(REQUEST_DURATION, book)
    found = {t.labels[-1]: (t.bounds, counts_of(t)) for t in book.totals.values()}
    zero = ((1.0, 2.0), [0, 0, 0])
    assert found == {**dict.fromkeys(CLASSES, zero), "2xx": ((1.0, 2.0), [1, 2, 3])}
    assert bare.dirty


def test_several_closed_labels_combine() -> None:
    """With two closed labels every pair exists."""
    places = replace(REGION, values=("x", "y"))
    family: Family = replace(REQUESTS, labels=(CODE_CLASS, places))
    book = ledger()
    add_number(book.total(("2xx", "x")), 1, 60)
    prime(family, book)
    assert set(book.totals) == {(c, r) for c in CLASSES for r in ("x", "y")}


def test_open_labels_are_left_alone() -> None:
    """Nothing is made up for labels whose values nobody can list."""
    book = ledger()
    family = replace(INSTANCES, labels=tuple(replace(la, values=()) for la in INSTANCES.labels))
    add_number(book.total((*A, "idle")), 1, 60)
    prime(family, book)
    assert list(book.totals) == [(*A, "idle")]
