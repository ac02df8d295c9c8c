"""Addresses of POSTs, and TLS that is verified."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from exporter.bridge.outgoing import Unreachable, WebAddress, post, web_address
from tests.exporter.web.certificates import ADDRESS, Authority

pytestmark = pytest.mark.slow


def test_an_address_keeps_its_query() -> None:
    """Host, port, path and query are taken apart."""
    found = web_address("https://hc.example.com/ping/1?create=1")
    assert found == WebAddress(tls=True, host="hc.example.com", port=443, path="/ping/1?create=1")
    assert web_address("http://[::1]:81").path == "/"


@pytest.mark.parametrize(
    "url",
    [
        "hc.example.com",
        "ftp://x/",
        "https:///path",
        "https://x/a b",
        "https://x/\r\nA: b",
        "https://x:y/",
    ],
)
def test_what_is_no_address_is_refused_unseen(url: str) -> None:
    """The error has nothing of the address, which may be a secret."""
    with pytest.raises(ValueError, match=r".") as refused:
        web_address(url)
    assert url not in str(refused.value)


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    """A server with a certificate of its own making is refused, and gets no request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)

    Authority(tmp_path).issue("server", ADDRESS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    to = WebAddress(tls=True, host="127.0.0.1", port=server.server_port, path="/secret")
    try:
        with pytest.raises(Unreachable, match="certificate verify failed") as refused:
            post(to, b"", {})
    finally:
        server.shutdown()
        server.server_close()
    assert "secret" not in str(refused.value)
    assert not asked
