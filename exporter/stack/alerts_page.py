"""Where a Prometheus shows its alerts: Debian's has its pages below /classic, and no others."""

from http.client import HTTPException
from urllib.request import Request

from exporter.client.own_server import answer

_CLASSIC = "/classic/alerts"
_PATIENCE = 2.0  # seconds for an answer
_LARGEST = 1 << 24


def alerts_page(base: str) -> str:
    """Return the address of the page; it blocks until there is an answer, or none."""
    try:
        answer(Request(f"{base}{_CLASSIC}"), _PATIENCE, _LARGEST)  # noqa: S310 - of this machine
    except (OSError, HTTPException):
        return f"{base}/alerts"
    return f"{base}{_CLASSIC}"
