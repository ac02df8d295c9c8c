"""A gRPC server that answers as it was told, one answer a call, and a client that asks it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import grpc
from google.cloud.monitoring_v3 import ListMetricDescriptorsRequest, ListTimeSeriesRequest

from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.points import PageMessage
from exporter.telemetry import Telemetry

REQUESTS = {
    "ListTimeSeries": ListTimeSeriesRequest.pb(),
    "ListMetricDescriptors": ListMetricDescriptorsRequest.pb(),
}
HANG = "no answer until the script ends"


class HandTime:
    """Stands for the module `time` where it is patched in: sleeping only moves it on."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds on this clock."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.pauses.append(seconds)
        self.at += seconds


class Script(grpc.GenericRpcHandler):
    """Answers each call with the next of `answers`, then always with the last.

    An answer is a message, a status with its text, or HANG.
    """

    def __init__(self, answers: tuple[Any, ...]) -> None:
        self._answers = answers
        self.over = Event()
        self.asked: list[Any] = []
        self.remaining: list[float] = []
        self.metadata: list[dict[str, Any]] = []

    def service(self, handler_call_details: Any) -> Any:
        """Take any method."""
        request = REQUESTS[handler_call_details.method.rsplit("/", 1)[1]]
        return grpc.unary_unary_rpc_method_handler(
            self._reply,
            request_deserializer=request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    def _reply(self, request: Any, context: Any) -> Any:
        answer = self._answers[min(len(self.asked), len(self._answers) - 1)]
        self.remaining.append(context.time_remaining())
        self.metadata.append(dict(context.invocation_metadata()))
        self.asked.append(request)
        if answer is HANG:
            self.over.wait()
        elif isinstance(answer, tuple):
            context.abort(*answer)
        return PageMessage() if answer is HANG else answer


class Told:
    """A client, the script that it meets, its channel, and what it counted."""

    def __init__(self, script: Script, channel: grpc.Channel, limits: CallLimits) -> None:
        self.script, self.channel = script, channel
        self.telemetry = Telemetry(0.0)
        self.client = MonitoringClient(channel, limits, self.telemetry)


@contextmanager
def scripted(*answers: Any, timeout: float = 30.0) -> Iterator[Told]:
    """Serve a script, with one thread, so that calls are answered in their order."""
    script = Script(answers)
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((script,))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Told(script, channel, CallLimits(timeout))
        finally:
            script.over.set()
            server.stop(0).wait()
