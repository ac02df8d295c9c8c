"""Calls to Cloud Monitoring: raw protobuf, a total deadline, retries only where they can help.

Retried: UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, and RESOURCE_EXHAUSTED where it means quota. A
response that exceeds the channel's limit has that status, too; it is not retried.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import grpc
from google.api.metric_pb2 import MetricDescriptor
from google.cloud.monitoring_v3 import (
    ListMetricDescriptorsRequest,
    ListMetricDescriptorsResponse,
    ListTimeSeriesRequest,
)

from exporter.catalog import own
from exporter.clock import steady
from exporter.cloud_monitoring.points import PageMessage, Raw
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.source_clock import SourceClock, date_of
from exporter.errors import PollError, Reason
from exporter.telemetry import Telemetry

API = "monitoring"
SERVICE = "/google.monitoring.v3.MetricService/"
PAGE_SIZE = 100_000  # points
MAX_PAGES = 10_000
MAX_RESPONSE = 256 * 1024 * 1024
FIRST_WAIT, MAX_WAIT = 0.25, 8.0
QUOTA_WAIT = 2.0
_REASONS = {
    grpc.StatusCode.PERMISSION_DENIED: Reason.PERMISSION,
    grpc.StatusCode.UNAUTHENTICATED: Reason.CREDENTIALS,
    grpc.StatusCode.NOT_FOUND: Reason.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT: Reason.INVALID,
    grpc.StatusCode.UNIMPLEMENTED: Reason.INVALID,
    grpc.StatusCode.UNAVAILABLE: Reason.UNAVAILABLE,
    grpc.StatusCode.CANCELLED: Reason.UNAVAILABLE,  # the channel was closed under a call
    grpc.StatusCode.DEADLINE_EXCEEDED: Reason.DEADLINE,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Reason.QUOTA,
}
_RETRIED = {Reason.UNAVAILABLE, Reason.DEADLINE, Reason.QUOTA}
Call: TypeAlias = Raw  # a method of a channel, for which grpc has no types


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """One ListTimeSeries call: (start, end] in Unix nanoseconds, series of one filter."""

    project: str
    filter: str
    start: int
    end: int
    page_size: int = PAGE_SIZE
    headers_only: bool = False


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Seconds for a whole read, with all pages and retries; calls allowed per minute."""

    timeout: float = 30.0
    calls_per_minute: int = 3000


class Stopping(PollError):
    """The channel was closed: the call was not made, which is not a failure."""


class Guard:
    """Limits the rate of calls, and delays all calls of a project while its quota is exhausted."""

    def __init__(self, calls_per_minute: int, telemetry: Telemetry) -> None:
        self._gap = 60.0 / calls_per_minute
        self._burst = calls_per_minute / 6
        self._telemetry = telemetry
        self._mutex = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._closed: dict[str, tuple[float, float]] = {}

    def wait(self, project: str, deadline: float) -> None:
        """Wait for a turn. Raises PollError where it would come after `deadline`."""
        now = steady()
        with self._mutex:
            free = max(self._free_at.get(project, 0.0), now - self._burst * self._gap)
            until = max(free, self._closed.get(project, (0.0, 0.0))[0])
            # A call that will be refused must not take a turn from the others.
            if until <= now or until < deadline:
                self._free_at[project] = free + self._gap
        if until > now:
            self._telemetry.count(own.API_THROTTLED, (project, "guard"))
            if until >= deadline:
                raise PollError(Reason.QUOTA, "the rate limit allows no call before the deadline")
            time.sleep(until - now)

    def spent(self, project: str) -> None:
        """Delay the calls of a project whose quota is exhausted, longer each time."""
        self._telemetry.count(own.API_THROTTLED, (project, "quota"))
        now = steady()
        with self._mutex:
            until, wait = self._closed.get(project, (0.0, QUOTA_WAIT / 2))
            if now >= until:
                wait = min(wait * 2, 60.0)
                self._closed[project] = (now + wait * random.uniform(0.5, 1.0), wait)  # noqa: S311

    def answered(self, project: str) -> None:
        """End the delay: a call was answered, so the quota is not exhausted."""
        with self._mutex:
            self._closed.pop(project, None)


class MonitoringClient:
    """One channel to the API, shared by all polls of the process."""

    def __init__(
        self,
        channel: grpc.Channel,
        limits: CallLimits,
        telemetry: Telemetry,
        source: SourceClock | None = None,
    ) -> None:
        """Call through `channel`; `source` learns from the date of each answer."""
        self._limits = limits
        self._source = source
        self._telemetry = telemetry
        self._guard = Guard(limits.calls_per_minute, telemetry)
        self._list_series = channel.unary_unary(
            SERVICE + "ListTimeSeries",
            request_serializer=ListTimeSeriesRequest.pb().SerializeToString,
            response_deserializer=PageMessage.FromString,
        )
        self._list_descriptors = channel.unary_unary(
            SERVICE + "ListMetricDescriptors",
            request_serializer=ListMetricDescriptorsRequest.pb().SerializeToString,
            response_deserializer=ListMetricDescriptorsResponse.pb().FromString,
        )

    def pages(self, query: SeriesQuery) -> Iterator[Raw]:
        """Yield every page of a query. Raises PollError; pages before it are valid."""
        yield from self._paged(self._list_series, _series_request(query), query.project)

    def descriptors(self, project: str, text: str) -> Iterator[MetricDescriptor]:
        """Yield the metric descriptors that a filter selects. Raises PollError."""
        request = ListMetricDescriptorsRequest.pb()(name=f"projects/{project}", filter=text)
        for page in self._paged(self._list_descriptors, request, project):
            yield from page.metric_descriptors

    def _paged(self, call: Call, request: Raw, project: str) -> Iterator[Raw]:
        """Yield every page of a list, all within one deadline."""
        deadline = steady() + self._limits.timeout
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            page = self._call(call, request, project, deadline)
            token = page.next_page_token
            yield page
            del page  # else the next one would be decoded beside it
            if not token:
                return
            if token in seen:
                raise PollError(Reason.INTERNAL, "the API repeats a page token")
            seen.add(token)
            request.page_token = token
        raise PollError(Reason.TOO_LARGE, f"more than {MAX_PAGES} pages")

    def _call(self, call: Call, request: Raw, project: str, deadline: float) -> Raw:
        """Make one call, and retry it until the deadline where that can help."""
        metadata = (("x-goog-request-params", f"name=projects/{project}"),)
        wait = FIRST_WAIT
        while True:
            self._guard.wait(project, deadline)
            try:
                left = max(0.001, deadline - steady())
                answer = self._dated(call, request, timeout=left, metadata=metadata)
            except ValueError as error:  # raised by grpc once the channel is closed
                raise Stopping(Reason.UNAVAILABLE, "the exporter is stopping") from error
            except grpc.RpcError as error:
                failure = self._failure(error, project)
                pause = random.uniform(0.0, wait)  # noqa: S311 - jitter is no secret
                if failure.reason not in _RETRIED or steady() + pause >= deadline:
                    raise failure from None
                time.sleep(pause)
                wait = min(wait * 2, MAX_WAIT)
            else:
                self._telemetry.count(own.API_REQUESTS, (API, "OK"))
                self._guard.answered(project)
                return answer

    def _dated(self, call: Call, request: Raw, **options: Raw) -> Raw:
        """Make one call, and learn from its date, also where it fails."""
        source = self._source
        if source is None:
            return call(request, **options)
        requested = source.monotonic()
        try:
            answer, state = call.with_call(request, **options)
        except grpc.RpcError as error:
            _learn(source, error, requested)
            raise
        _learn(source, state, requested)
        return answer

    def _failure(self, error: grpc.RpcError, project: str) -> PollError:
        """Count a failed call and return why it failed."""
        code, details = error.code(), error.details() or ""
        self._telemetry.count(own.API_REQUESTS, (API, code.name))
        self._telemetry.count(own.API_FAILURES, (API,))
        reason = _REASONS.get(code, Reason.INTERNAL)
        if reason is Reason.QUOTA and "larger than max" in details:
            reason = Reason.TOO_LARGE
        if reason is Reason.QUOTA:
            self._guard.spent(project)
        return PollError(reason, f"{code.name}: {details[:300]}")


def _learn(source: SourceClock, call: Raw, requested: float) -> None:
    """Tell the source's clock the date of an answer; an error has it among its trailers."""
    date = date_of(call.initial_metadata()) or date_of(call.trailing_metadata())
    if date is not None:
        source.answered(date, requested)


def _series_request(query: SeriesQuery) -> Raw:
    request = ListTimeSeriesRequest.pb()()
    request.name = f"projects/{query.project}"
    request.filter = query.filter
    request.page_size = query.page_size
    request.view = int(query.headers_only)
    for field, at in (("start_time", query.start), ("end_time", query.end)):
        stamp = getattr(request.interval, field)
        stamp.seconds, stamp.nanos = divmod(at, SECOND)
    return request
