"""Whether a process answers that it is ready."""

import base64
from http.client import HTTPException
from urllib.request import Request

from exporter.client.own_server import answer
from exporter.stack.model import StackProcess

_PATIENCE = 5.0  # seconds for an answer
_LARGEST = 1 << 16


def is_ready(process: StackProcess) -> bool:
    """Ask once; it blocks until there is an answer, or none."""
    request = Request(process.ready)  # noqa: S310 - an address of this machine
    if process.user:
        token = base64.b64encode(":".join(process.user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    try:
        answer(request, _PATIENCE, _LARGEST)
    except (OSError, HTTPException):
        return False
    return True
