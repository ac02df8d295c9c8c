"""Reads exemplars: the traced requests of a distribution."""

from collections.abc import Iterator

from google.cloud.monitoring_v3.types import SpanContext
from google.protobuf.message import DecodeError

from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.read_window import SECOND
from exporter.exposition.samples import Exemplar

_SPAN = SpanContext.pb()
_SPAN_PARTS = 6


def exemplars(value: Raw, scale: float) -> Iterator[Exemplar]:
    """Yield the traced requests of a distribution, their values in the base unit."""
    for raw in value.exemplars:
        for attachment in raw.attachments:
            span = _SPAN()
            if not (attachment.Is(span.DESCRIPTOR) and _unpacked(attachment, span)):
                continue
            parts = span.span_name.split("/")  # projects/P/traces/T/spans/S
            if len(parts) == _SPAN_PARTS:
                at = raw.timestamp.seconds + raw.timestamp.nanos / SECOND
                yield Exemplar(parts[3], parts[5], raw.value * scale, at)


def _unpacked(attachment: Raw, span: Raw) -> bool:
    """Parse a span; a damaged one must not cost its point."""
    try:
        return bool(attachment.Unpack(span))
    except DecodeError:
        return False
