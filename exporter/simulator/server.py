"""The simulator: a world behind a real gRPC server."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from exporter.clock import Clock
from exporter.errors import IonmonError
from exporter.simulator.api import MetricService, SerialisedAnswer, WorldAnswer
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.faults import NONE, Faults
from exporter.simulator.projects import ALONE, Projects
from exporter.simulator.world import World

THREADS = 8
GRACE = 1.0
_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.so_reuseport", 0),
)


class Simulator:
    """Serves google.monitoring.v3 on 127.0.0.1.

    port      0 for a free one
    delay     seconds after which points are readable, instead of each metric's own
    projects  further projects, in the metrics scope of the world's own
    """

    def __init__(
        self,
        world: World | BulkWorld,
        clock: Clock,
        faults: Faults = NONE,
        port: int = 0,
        delay: float | None = None,
        projects: Projects = ALONE,
    ) -> None:
        self.world = world
        answer: SerialisedAnswer = (
            WorldAnswer(world, faults, delay, projects) if isinstance(world, World) else world
        )
        self._service = MetricService(answer, clock, faults)
        self._pool = ThreadPoolExecutor(THREADS, "simulator")
        self._server = grpc.server(self._pool, options=_OPTIONS)
        self._server.add_generic_rpc_handlers((self._service,))
        self._port = port

    def start(self) -> str:
        """Listen; return host:port. Raises IonmonError where the port is taken."""
        try:
            port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        except RuntimeError as error:
            text = f"port {self._port} is taken, choose another or 0 for a free one: {error}"
            raise IonmonError(text) from None
        self._server.start()
        return f"127.0.0.1:{port}"

    def close(self) -> None:
        """Stop listening and end calls that go on."""
        self._service.closing.set()
        self._server.stop(GRACE).wait()
        self._pool.shutdown()

    @property
    def calls(self) -> int:
        """Calls received, refused ones included."""
        return self._service.calls

    @property
    def series_returned(self) -> int:
        """Series sent; one that straddles two pages counts twice."""
        return self._service.series_returned

    @property
    def queries(self) -> int:
        """Queries of series answered so far; further pages of an answer are none."""
        return self._service.queries

    @property
    def billed(self) -> int:
        """Series billed: once a query, and at least one."""
        return self._service.billed
