"""A server that answers as Prometheus does, with odd numbers and hostile labels in all it says."""

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_server import answering

HOSTILE = "x\x00\x1b[31m\u202e\ud800"
_NAMES = ("region", "gcp_project", "service_name", "family", "signal", "le")


def _data(path: str, asked: Mapping[str, str], value: str) -> Any:
    """Return an answer: each query has a series with all labels, and one without any."""
    labels = {name: name + HOSTILE for name in _NAMES}
    at = float(asked.get("time") or asked.get("end") or 0)
    if path.endswith("/query"):
        vector = [{"metric": one, "value": [at, value]} for one in (labels, {})]
        return {"resultType": "vector", "result": vector}
    if path.endswith("/query_range"):
        points = [[at - 300, "0.5"], [at, value]]
        return {"result": [{"metric": one, "values": points} for one in (labels, {})]}
    if path.endswith("/alerts"):
        return {"alerts": [{"state": "firing", "labels": labels, "activeAt": HOSTILE}]}
    return [HOSTILE, "ion"] if path.endswith("/values") else {}


@contextmanager
def odd_server(value: str) -> Iterator[str]:
    """Serve the answers with one value in all of them; yield the address."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            size = int(self.headers.get("Content-Length", 0))
            asked = dict(urllib.parse.parse_qsl(query or self.rfile.read(size).decode()))
            body = json.dumps({"status": "success", "data": _data(path, asked, value)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    with answering(Api) as server:
        yield f"http://127.0.0.1:{server.server_port}"
