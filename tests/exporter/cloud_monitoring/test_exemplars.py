"""Exemplars of distributions: which are kept, and in which bucket."""

from google.cloud.monitoring_v3.types import SpanContext
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.wrappers_pb2 import StringValue

from exporter.cloud_monitoring.bucket_totals import BucketTotal
from exporter.cloud_monitoring.exemplars import exemplars
from exporter.exposition.samples import Exemplar
from tests.exporter.cloud_monitoring.messages import distribution

Span = SpanContext.pb()


def kept(
    *examples: tuple[float, int, str], total: BucketTotal | None = None
) -> dict[int, Exemplar]:
    """Return what a total keeps of (value in milliseconds, second, span name)."""
    total = total or BucketTotal.empty((0.01, 0.02))
    value = distribution([1])
    for number, at, name in examples:
        exemplar = value.exemplars.add(value=number)
        exemplar.timestamp.seconds = at
        exemplar.attachments.add().Pack(Span(span_name=name))
    for exemplar in exemplars(value, 1e-3):
        total.keep(exemplar)
    return total.exemplars


def test_a_traced_request_is_kept_by_bucket() -> None:
    """Trace, span, value in the base unit and time; a value on a bound lies at or below it."""
    found = kept(
        (5.0, 100, "projects/p/traces/t1/spans/s1"),
        (20.0, 101, "projects/p/traces/t2/spans/s2"),
        (25.0, 102, "projects/p/traces/t3/spans/s3"),
    )
    assert found == {
        0: Exemplar("t1", "s1", 0.005, 100.0),
        1: Exemplar("t2", "s2", 0.02, 101.0),
        2: Exemplar("t3", "s3", 0.025, 102.0),
    }


def test_the_newest_of_a_bucket_stays() -> None:
    """An older request does not replace a newer one, nor does a later poll bring it back."""
    total = BucketTotal.empty((0.01, 0.02))
    kept((5.0, 100, "projects/p/traces/new/spans/s"), total=total)
    found = kept((6.0, 99, "projects/p/traces/old/spans/s"), total=total)
    assert found == {0: Exemplar("new", "s", 0.005, 100.0)}
    found = kept((6.0, 100, "projects/p/traces/same/spans/s"), total=total)
    assert found == {0: Exemplar("same", "s", 0.006, 100.0)}


def test_what_is_no_span_is_passed_over() -> None:
    """Names of another form and attachments of another type are no exemplars."""
    assert kept((5.0, 100, "t/s"), (5.0, 100, "")) == {}
    value = distribution([1])
    other, broken = AnyMessage(), AnyMessage()
    other.Pack(StringValue(value="projects/p/traces/t/spans/s"))
    value.exemplars.add(value=5.0).attachments.extend([other, broken])
    assert list(exemplars(value, 1.0)) == []


def test_a_damaged_span_is_passed_over() -> None:
    """A span that cannot be decoded is no exemplar, and no error."""
    value = distribution([1])
    damaged = AnyMessage(value=b"\xff\xff")
    damaged.type_url = "type.googleapis.com/google.monitoring.v3.SpanContext"
    value.exemplars.add(value=5.0).attachments.append(damaged)
    assert list(exemplars(value, 1.0)) == []


def test_the_time_of_a_traced_request_has_its_fraction() -> None:
    """An exemplar is as old as its request, to the millisecond at least."""
    value = distribution([1])
    exemplar = value.exemplars.add(value=5.0)
    exemplar.timestamp.seconds, exemplar.timestamp.nanos = 100, 250_000_000
    exemplar.attachments.add().Pack(Span(span_name="projects/p/traces/t/spans/s"))
    assert list(exemplars(value, 1e-3)) == [Exemplar("t", "s", 0.005, 100.25)]
