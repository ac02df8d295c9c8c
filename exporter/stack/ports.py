"""Which ports of a stack are taken, before anything is started."""

import socket
from collections.abc import Iterable

from exporter.errors import IonmonError
from exporter.stack.model import StackProcess


def require_free(processes: Iterable[StackProcess]) -> None:
    """Raise IonmonError that names every port on which something listens."""
    taken = [
        f"port {port} of {process.name}"
        for process in processes
        for port in process.ports
        if not _is_free(port)
    ]
    if taken:
        text = "find who listens with: ss -ltnp; or move all ports with --port-offset 10000"
        raise IonmonError(f"taken: {', '.join(taken)}; {text}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
