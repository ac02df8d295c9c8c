"""A project of very many equal series, serialised once: a load test costs the server little.

A filter must name the metric type; its other clauses, views and aggregation are ignored. Pages
contain whole series.
"""

from functools import lru_cache

import grpc

from exporter.catalog import cloud_run
from exporter.catalog.model import ValueType
from exporter.simulator import deployment
from exporter.simulator.aggregation import Listed
from exporter.simulator.api import Billed, DescriptorsResponse
from exporter.simulator.listing import MOST_POINTS, parse_query
from exporter.simulator.projects import ALONE
from exporter.simulator.refusal import Refusal
from exporter.simulator.truth import Dist, TruthPoint, Value, normal
from exporter.simulator.wire import Raw, RawSeries, descriptor, header_message, series_message
from exporter.simulator.world import MINUTE, metrics_of

DELAY = 120.0  # seconds after which a point is readable
SERIES_TAG, TOKEN_TAG = b"\x0a", b"\x12"
FAMILIES = {
    ValueType.INT64: cloud_run.REQUESTS,
    ValueType.DISTRIBUTION: cloud_run.REQUEST_DURATION,
}


class BulkWorld:
    """`series` services with one series each of Cloud Run's request count or latencies."""

    project = deployment.PROJECT
    projects = ALONE

    def __init__(self, series: int, value: ValueType = ValueType.INT64) -> None:
        self.series, self.value = series, value
        self.metrics = metrics_of([FAMILIES[value]])
        self.metric_type, (self._metric,) = next(iter(self.metrics.items()))
        self._headers = tuple(self._header(number) for number in range(series))
        self._points = lru_cache(maxsize=64)(self._serialised)

    def at(self, minute: int) -> Value:
        """Return the value of every series at a minute."""
        count = 10 + minute % 7
        return normal(count, 34.8, 2.0) if self.value is ValueType.DISTRIBUTION else count

    def total(self, after: float, until: float) -> int:
        """Return the events of all series in (after, until], Unix seconds."""
        values = (self.at(m) for m in range(int(after // MINUTE) + 1, int(until // MINUTE) + 1))
        return self.series * sum(v.count if isinstance(v, Dist) else int(v) for v in values)

    def _listed(self, number: int, points: tuple[TruthPoint, ...] = ()) -> Listed:
        source = self._metric.source
        metric = {"response_code": "200", "response_code_class": "2xx", "route": ""}
        service = f"service-{number:06d}"
        resource = {
            "project_id": self.project,
            "location": "us-central1",
            "service_name": service,
            "revision_name": f"{service}-00001",
            "configuration_name": service,
        }
        return Listed(
            metric_type=source.metric,
            resource_type=source.resource,
            kind=source.kind,
            value_type=source.value,
            metric=metric,
            resource=resource,
            points=points,
        )

    def _header(self, number: int) -> bytes:
        return bytes(header_message(self._listed(number)).SerializeToString())

    def _serialised(self, first: int, last: int) -> bytes:
        """Return the points of minutes first to last, new to old, as a part of any series."""
        points = tuple(
            TruthPoint((m - 1) * MINUTE, m * MINUTE, self.at(m)) for m in range(last, first - 1, -1)
        )
        found = series_message(self._listed(0, points))
        alone = RawSeries()
        alone.points.extend(found.points)
        return bytes(alone.SerializeToString())

    def time_series(self, request: Raw, now: float, _call: int) -> Billed:
        """Answer ListTimeSeries; see the module for what is ignored. Raises Refusal."""
        query = parse_query(request)
        if query.metric != self.metric_type:
            text = f"Cannot find metric(s) that match type = {query.metric!r}."
            raise Refusal(grpc.StatusCode.NOT_FOUND, text)
        at, offset = now, 0
        if request.page_token:
            at, offset = _token_read(request.page_token)
        first = int(query.start // MINUTE) + 1
        last = int(min(query.end, at - DELAY) // MINUTE)
        if last < first:
            return Billed(b"", 0, 1)
        size = max(1, min(request.page_size or MOST_POINTS, MOST_POINTS) // (last - first + 1))
        headers = self._headers[offset : offset + size]
        body = _series_bytes(headers, self._points(first, last))
        if offset + size < self.series:
            token = f"{at!r};{offset + size}".encode()
            body += TOKEN_TAG + _varint(len(token)) + token
        return Billed(body, len(headers), self.series if offset == 0 else 0)

    def descriptors(self, _request: Raw) -> bytes:
        """Answer ListMetricDescriptors with the only metric."""
        return bytes(
            DescriptorsResponse(metric_descriptors=[self._described()]).SerializeToString()
        )

    def descriptor(self, _request: Raw) -> bytes:
        """Answer GetMetricDescriptor."""
        return bytes(self._described().SerializeToString())

    def _described(self) -> Raw:
        return descriptor(self.project, (self._metric,), DELAY)


def _token_read(token: str) -> tuple[float, int]:
    at, _, offset = token.partition(";")
    return float(at), int(offset)


def _series_bytes(headers: tuple[bytes, ...], points: bytes) -> bytes:
    """Return the field time_series of a response; messages join where their bytes do."""
    if not headers:
        return b""
    lead = SERIES_TAG + _varint(len(headers[0]) + len(points))  # all headers are equally long
    between = points + lead
    return lead + between.join(headers) + points


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))
