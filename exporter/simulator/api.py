"""google.monitoring.v3.MetricService as a gRPC service: three methods, raw protobuf."""

from collections.abc import Callable, Iterator
from email.utils import formatdate
from threading import Event, Lock
from typing import NoReturn, Protocol, TypeAlias

import grpc
from google.cloud.monitoring_v3 import (
    GetMetricDescriptorRequest,
    ListMetricDescriptorsRequest,
    ListMetricDescriptorsResponse,
    ListTimeSeriesRequest,
    ListTimeSeriesResponse,
)

from exporter.clock import Clock
from exporter.simulator import filter_text
from exporter.simulator.faults import Faults
from exporter.simulator.filter_text import Subject, matches
from exporter.simulator.listing import HEADERS, SeriesListing
from exporter.simulator.malformed import spoil
from exporter.simulator.projects import ALONE, Projects, project_of
from exporter.simulator.refusal import Refusal, invalid
from exporter.simulator.wire import Raw, descriptor, header_message, series_message
from exporter.simulator.world import World

SERVICE = "/google.monitoring.v3.MetricService/"
SeriesResponse = ListTimeSeriesResponse.pb()
DescriptorsResponse = ListMetricDescriptorsResponse.pb()
DESCRIPTORS_PAGE = 1000


class SerialisedAnswer(Protocol):
    """Serialised responses of the three methods, and how many series the first has.

    `billed` counts the series of a query once, on however many pages they are returned.
    """

    projects: Projects

    def time_series(self, request: Raw, now: float, call: int) -> "Billed":
        """Answer ListTimeSeries. Raises Refusal."""

    def descriptors(self, request: Raw) -> bytes:
        """Answer ListMetricDescriptors. Raises Refusal."""

    def descriptor(self, request: Raw) -> bytes:
        """Answer GetMetricDescriptor. Raises Refusal."""


class Billed:
    """A serialised response, series on this page, and what its query costs."""

    __slots__ = ("billed", "body", "returned")

    def __init__(self, body: bytes, returned: int, billed: int) -> None:
        self.body, self.returned, self.billed = body, returned, billed


class WorldAnswer:
    """Answers from a world, with faults in responses."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        delay: float | None = None,
        projects: Projects = ALONE,
    ) -> None:
        self.projects = projects
        self.listing = SeriesListing(world, faults, delay, projects)
        self._world, self._faults = world, faults

    def time_series(self, request: Raw, now: float, call: int) -> Billed:
        """Answer ListTimeSeries. Raises Refusal."""
        page = self.listing.page(request, now, call)
        message = header_message if request.view == HEADERS else series_message
        response = SeriesResponse(next_page_token=page.token, unit=page.unit)
        response.time_series.extend(message(one) for one in page.series)
        spoil(response, self._faults, call)
        billed = max(1, page.whole) if page.first else 0
        return Billed(response.SerializeToString(), len(response.time_series), billed)

    def descriptors(self, request: Raw) -> bytes:
        """Answer ListMetricDescriptors. Raises Refusal."""
        found = list(self._described(project_of(request.name), request.filter))
        start = _start(request.page_token)
        size = min(request.page_size or DESCRIPTORS_PAGE, DESCRIPTORS_PAGE)
        token = str(start + size) if start + size < len(found) else ""
        response = DescriptorsResponse(next_page_token=token)
        response.metric_descriptors.extend(found[start : start + size])
        return bytes(response.SerializeToString())

    def _described(self, project: str, text: str) -> Iterator[Raw]:
        node = filter_text.parse(text) if text else None
        for metric_type, metrics in sorted(self._world.metrics.items()):
            if node is None or matches(node, Subject(metric_type, project=project)):
                yield descriptor(project, metrics, self.delay(metric_type))

    def delay(self, metric_type: str) -> float:
        """Return after how many seconds points of a metric type are readable."""
        return max(self.listing.delay(metric) for metric in self._world.metrics[metric_type])

    def descriptor(self, request: Raw) -> bytes:
        """Answer GetMetricDescriptor. Raises Refusal."""
        metric_type = request.name.partition("/metricDescriptors/")[2]
        metrics = self._world.metrics.get(metric_type)
        if metrics is None:
            raise Refusal(
                grpc.StatusCode.NOT_FOUND, f"Could not find descriptor for metric '{metric_type}'."
            )
        found = descriptor(project_of(request.name), metrics, self.delay(metric_type))
        return bytes(found.SerializeToString())


Method: TypeAlias = "grpc.RpcMethodHandler[Raw, bytes]"
Reply: TypeAlias = Callable[[Raw, int], bytes]


class MetricService(grpc.GenericRpcHandler):
    """Counts calls, applies faults, and answers."""

    def __init__(self, answer: SerialisedAnswer, clock: Clock, faults: Faults) -> None:
        self.calls = self.queries = self.series_returned = self.billed = 0
        self.closing = Event()
        self._answer, self._clock, self._faults = answer, clock, faults
        self._began = clock.now()
        self._mutex = Lock()
        self._methods = {
            SERVICE + "ListTimeSeries": self._method(ListTimeSeriesRequest, self._time_series),
            SERVICE + "ListMetricDescriptors": self._method(
                ListMetricDescriptorsRequest, self._descriptors
            ),
            SERVICE + "GetMetricDescriptor": self._method(
                GetMetricDescriptorRequest, self._descriptor
            ),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Method | None":
        """Return the called method."""
        return self._methods.get(handler_call_details.method)

    def _method(self, request: Raw, reply: Reply) -> Method:
        def behaviour(message: Raw, context: grpc.ServicerContext) -> bytes:
            with self._mutex:
                self.calls += 1
                call = self.calls
            try:
                context.send_initial_metadata(
                    (("date", formatdate(self._clock.now(), usegmt=True)),)
                )
                return self._reply(reply, message, call)
            except Refusal as refusal:
                _abort(context, refusal)

        return grpc.unary_unary_rpc_method_handler(
            behaviour, request_deserializer=request.pb().FromString, response_serializer=None
        )

    def _reply(self, reply: Reply, message: Raw, call: int) -> bytes:
        self.closing.wait(self._faults.pause(call))
        self._faults.refuse(call, self._clock.now() - self._began)
        _check_project(message.name, self._answer.projects)
        return reply(message, call)

    def _time_series(self, message: Raw, call: int) -> bytes:
        found = self._answer.time_series(message, self._clock.now(), call)
        with self._mutex:
            self.queries += not message.page_token
            self.series_returned += found.returned
            self.billed += found.billed
        return found.body

    def _descriptors(self, message: Raw, _call: int) -> bytes:
        return self._answer.descriptors(message)

    def _descriptor(self, message: Raw, _call: int) -> bytes:
        return self._answer.descriptor(message)


def _start(token: str) -> int:
    if token and not token.isdecimal():
        raise invalid("Field pageToken had an invalid value.")
    return int(token or 0)


def _abort(context: grpc.ServicerContext, refusal: Refusal) -> NoReturn:
    context.abort(refusal.code, refusal.text)
    raise AssertionError("abort() raises")


def _check_project(name: str, projects: Projects) -> None:
    project = project_of(name)
    if not projects.readable(project):
        raise Refusal(
            grpc.StatusCode.PERMISSION_DENIED,
            f"Permission monitoring.timeSeries.list denied (or the resource may not exist) "
            f"on projects/{project}.",
        )
