"""Exemplars: traced requests that distributions carry, one a bucket."""

from bisect import bisect_left

from google.cloud.monitoring_v3.types import SpanContext
from google.protobuf.message import DecodeError

from exporter.cloud_monitoring.points import SECOND, Raw
from exporter.cloud_monitoring.totals import Total
from exporter.exposition.snapshot import Exemplar

_SPAN = SpanContext.pb()
_SPAN_PARTS = 6


def keep_exemplars(total: Total, value: Raw, scale: float) -> None:
    """Keep the newest traced request of each bucket of a distribution."""
    for raw in value.exemplars:
        for attachment in raw.attachments:
            span = _SPAN()
            if not (attachment.Is(span.DESCRIPTOR) and _unpacked(attachment, span)):
                continue
            parts = span.span_name.split("/")  # projects/P/traces/T/spans/S
            if len(parts) == _SPAN_PARTS:
                at = raw.timestamp.seconds + raw.timestamp.nanos / SECOND
                _keep(total, Exemplar(parts[3], parts[5], raw.value * scale, at))


def _unpacked(attachment: Raw, span: Raw) -> bool:
    """Read a span; one that is damaged is no reason to lose the point that carries it."""
    try:
        return bool(attachment.Unpack(span))
    except DecodeError:
        return False


def _keep(total: Total, exemplar: Exemplar) -> None:
    bucket = bisect_left(total.bounds or (), exemplar.value)
    held = total.exemplars.get(bucket)
    if held is None or held.time <= exemplar.time:
        total.exemplars[bucket] = exemplar
