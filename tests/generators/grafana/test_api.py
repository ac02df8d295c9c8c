"""The connection: certificates, silence, answers that end early or never."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.secrets_file import Secret
from generators.grafana import api
from generators.grafana.errors import GrafanaUnavailable, WrongAddress
from generators.grafana.upload import upload
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.generators.grafana.samples import BOARDS
from tests.generators.grafana.standin import TOKEN, Grafana, grafana

SECRET = Secret(TOKEN)


@contextmanager
def secured(authority: Authority) -> Iterator[Grafana]:
    """Serve a Grafana with a certificate of the authority."""
    authority.issue("grafana", ADDRESS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.home / "grafana.pem", authority.home / "grafana.key")
    with grafana(context) as server:
        yield server


def test_a_known_authority_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the authority's certificate, as the error advises, the upload goes through TLS."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    with secured(authority) as server:
        outcomes = list(upload(server.address, SECRET, BOARDS))
        assert len(outcomes) == len(BOARDS) + 1


def test_an_unknown_authority_gets_nothing(tmp_path: Path) -> None:
    """Certificates are checked unless configured otherwise: no token is sent, the fix is named."""
    with secured(Authority(tmp_path)) as server:
        with pytest.raises(GrafanaUnavailable, match="name its authority's file in SSL_CERT_FILE"):
            list(upload(server.address, SECRET, BOARDS))
        assert server.asked == []


@contextmanager
def listening(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """Accept one connection, let `serve` have it, and return the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accepted() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                serve(connection)

        thread = threading.Thread(target=accepted)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_silence_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes the request and never answers is given up."""
    over = threading.Event()
    with listening(lambda _: over.wait(30)) as address:
        monkeypatch.setattr(api, "SECONDS", 0.2)
        asked = api.Api(address, SECRET)
        with pytest.raises(GrafanaUnavailable, match="no answer in time"):
            asked.get("/api/folders/ion", "folder ion")
        over.set()


@pytest.mark.parametrize(
    "raw",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"],
    ids=["closed", "no HTTP", "cut off"],
)
def test_a_broken_answer_is_not_taken(raw: bytes) -> None:
    """A connection that ends too early is reported as such, with the address."""
    with listening(lambda connection: connection.sendall(raw)) as address:
        asked = api.Api(address, SECRET)
        with pytest.raises(GrafanaUnavailable, match=f"{address} cannot be reached: \\S"):
            asked.get("/api/folders/ion", "folder ion")


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read than a dashboard can have."""
    monkeypatch.setattr(api, "LARGEST", 1000)
    raw = b'HTTP/1.1 200 OK\r\n\r\n{"a": "' + b"x" * 2000
    with (
        listening(lambda connection: connection.sendall(raw)) as address,
        pytest.raises(WrongAddress, match="16 MiB"),
    ):
        api.Api(address, SECRET).get("/api/folders/ion", "folder ion")
