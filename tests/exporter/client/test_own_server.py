"""The monitoring's own servers are asked without a proxy, and no redirect gets their secrets."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

import pytest

from exporter.bridge import alertmanagers, api_client
from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.bridge.api_client import BridgeApi, Login
from exporter.bridge.prometheus import beginnings
from exporter.bridge.silences import silences
from exporter.client.own_server import answer
from exporter.drill import bridge_metrics
from exporter.drill.bridge_metrics import BridgeMetrics, BridgeUnknown
from exporter.drill.routes import running_config
from exporter.errors import IonmonError
from exporter.prometheus import flag_watch
from exporter.prometheus.api import NoAnswer, Prometheus, TimeSpan
from exporter.secrets_file import Secret
from generators.checks.engine import exposition
from generators.checks.engine.exposition import with_exposition
from generators.checks.engine.known_series import Known
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.http_server import answering, dripping

pytestmark = pytest.mark.slow
BODIES = {
    "/api/v2/alerts": b"[]",
    "/api/v2/silences": b"[]",
    "/api/v1/query": b'{"data": {"resultType": "scalar", "result": [0, "1"]}}',
    "/api/v1/status/flags": b'{"data": {"a": "b"}}',
    "/api/v1/status/runtimeinfo": b'{"data": {}}',
    "/api/alerts": b'{"alerts": [], "faults": [], "known": true, "now": 1, "as_of": 1}',
    "/metrics": b'ionmon_bridge_notifications_total{result="journaled"} 3\n',
}
Seen = list[tuple[str, str | None]]


def handler(seen: Seen, moved: str = "") -> type[BaseHTTPRequestHandler]:
    """Return one that answers as each server does, or sends everybody elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers.get("Authorization")))
            body = BODIES.get(urlsplit(self.path).path, b"")
            self.send_response(302 if moved else 200)
            self.send_header("Location", f"{moved}{self.path}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """Name a proxy in the environment, and give what reaches it."""
    seen: Seen = []
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with answering(handler(seen)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        yield seen


def token(folder: Path) -> Path:
    """Write a token for a bridge."""
    file = folder / "token"
    file.write_text("t0ken")
    file.chmod(0o600)
    return file


def metrics(address: str, folder: Path) -> int:
    """Ask the bridge what it took."""
    return BridgeMetrics(f"http://{address}/metrics", token_file=token(folder)).taken()


def fires(address: str) -> float:
    """Ask the bridge what fires."""
    return BridgeApi(f"http://{address}", Login("ada", Secret("pass"))).alerts().now


ASKED: dict[str, Callable[[str, Path], object]] = {
    "alerts of Alertmanager": lambda at, _: Alertmanager(at).held() == (),
    "silences of Alertmanager": lambda at, _: silences((at,)) == ((), ()),
    "queries of Prometheus": lambda at, _: Prometheus(f"http://{at}").instant("1", 0.0),
    "flags of Prometheus": lambda at, _: flag_watch._read(at)["a"] == "b",
    "metrics of the bridge": lambda at, folder: metrics(at, folder) == 3,
    "API of the bridge": lambda at, _: fires(at) == 1,
    "exposition of the exporter": lambda at, _: with_exposition(Known(), f"http://{at}/metrics"),
}


@pytest.mark.parametrize("what", ASKED)
def test_no_proxy_of_the_environment_is_used(what: str, proxied: Seen, tmp_path: Path) -> None:
    """Each of them answers where a proxy is set that leads to the world outside."""
    asked: Seen = []
    with answering(handler(asked)) as server:
        assert ASKED[what](f"127.0.0.1:{server.server_port}", tmp_path)
    assert proxied == []
    assert asked


@pytest.mark.parametrize(
    ("scheme", "head"),
    [
        ("http", b""),
        ("http", b"HTTP/1.1 200 OK\r\nX-Never: ending"),
        ("http", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"),
        ("https", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"),
    ],
    ids=["status", "headers", "body", "body of a known length", "chunk", "handshake"],
)
def test_a_server_that_drips_is_left_in_time(scheme: str, head: bytes) -> None:
    """One byte now and then holds nobody, at whatever point of its answer, nor half of it whole."""
    with (
        dripping(head) as port,
        pytest.raises(TimeoutError, match=r"no whole answer within 0\.4 s"),
    ):
        answer(Request(f"{scheme}://127.0.0.1:{port}/"), 0.4, 1 << 20)


def test_a_refusal_that_drips_is_one_in_time() -> None:
    """What an error says is read before the deadline; its status is known in any case."""
    with (
        dripping(b"HTTP/1.1 503 Busy\r\n\r\nhalf") as port,
        pytest.raises(HTTPError, match="503") as refused,
    ):
        answer(Request(f"http://127.0.0.1:{port}/"), 0.4, 1 << 20)
    assert refused.value.read().startswith(b"half")


def test_each_of_them_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that drips is one that does not answer, for every client of ours."""
    for module in (alertmanagers, api_client, bridge_metrics):
        monkeypatch.setattr(module, "TIMEOUT", 0.2)
    monkeypatch.setattr(flag_watch, "_TIMEOUT", 0.2)
    monkeypatch.setattr(exposition, "_SECONDS", 0.2)
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n[") as port:
        at = f"127.0.0.1:{port}"
        with pytest.raises(AlertmanagerFault, match="does not answer: no whole answer"):
            Alertmanager(at).held()
        with pytest.raises(IonmonError, match="no bridge answers: no whole answer"):
            BridgeApi(f"http://{at}").alerts()
        with pytest.raises(NoAnswer, match="no answer within"):
            Prometheus(f"http://{at}", 0.2).alerts()
        with pytest.raises(BridgeUnknown, match="no whole answer"):
            metrics(at, tmp_path)
        with pytest.raises(IonmonError, match="no whole answer"):
            with_exposition(Known(), f"http://{at}/metrics")
        assert flag_watch._read(at) == {}


WRONG = (
    b"",
    b"null",
    b"[1]",
    b"{}",
    b"[" * 100_000,
    b'{"data": null}',
    b'{"data": {"alerts": [1]}}',
    b'{"data": {"resultType": "vector", "result": [1]}}',
    b'{"data": {"resultType": "scalar", "result": []}}',
    b'{"data": {"result": [{"metric": {}, "values": [[1]]}]}}',
    b'{"data": {"resultType": "vector", "result": [{"metric": 5, "value": [1, "2"]}]}}',
    b'[{"id": 1, "matchers": [{"name": 1}], "status": null}]',
    b'{"config": {"original": "route: 5"}}',
    b"\xff\xfe",
)
READ: dict[str, Callable[[str], object]] = {
    "alerts of Alertmanager": lambda at: Alertmanager(at).held(),
    "configuration of Alertmanager": lambda at: running_config(Alertmanager(at)),
    "beginnings": beginnings,
    "query": lambda at: Prometheus(f"http://{at}").instant("1", 0.0),
    "range": lambda at: Prometheus(f"http://{at}").range("1", TimeSpan(0, 60), 60),
    "values": lambda at: Prometheus(f"http://{at}").label_values("a", "", TimeSpan(0, 60)),
    "alerts of Prometheus": lambda at: Prometheus(f"http://{at}").alerts(),
    "API of the bridge": lambda at: BridgeApi(f"http://{at}").alerts(),
}


@pytest.mark.parametrize("body", WRONG, ids=lambda body: repr(body[:40]))
def test_another_server_is_no_defect(
    body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it answers, it is named as one that is not what was asked for."""
    for path in ("/api/v1/query_range", "/api/v1/label/a/values", "/api/v1/alerts"):
        monkeypatch.setitem(BODIES, path, body)
    for path in (*BODIES, "/api/v2/status"):
        monkeypatch.setitem(BODIES, path, body)
    with answering(handler([])) as server:
        at = f"127.0.0.1:{server.server_port}"
        for read in READ.values():
            with suppress(IonmonError):
                read(at)
        found, faults = silences((at,))
        assert not found
        assert len(faults) == (0 if body == b"{}" else 1)
        with suppress(BridgeUnknown):
            assert metrics(at, tmp_path) == 0


def test_a_redirect_gets_no_secret(tmp_path: Path) -> None:
    """Who answers for the bridge and sends elsewhere learns the token; where it leads, nobody."""
    there: Seen = []
    with answering(handler(there)) as elsewhere:
        moved = f"http://127.0.0.1:{elsewhere.server_port}"
        here: Seen = []
        with answering(handler(here, moved)) as server:
            address = f"127.0.0.1:{server.server_port}"
            assert metrics(address, tmp_path) == 3
            assert fires(address) == 1
    assert [secret for _, secret in here] == ["Bearer t0ken", "Basic YWRhOnBhc3M="]
    assert [secret for _, secret in there] == [None, None]


@pytest.mark.slow
def test_a_certificate_that_is_not_trusted_is_named(tmp_path: Path) -> None:
    """Not by the mere name that the TLS library has for it."""
    Authority(tmp_path).issue("server", ADDRESS)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    with answering(handler([])) as server:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
        url = f"https://127.0.0.1:{server.server_port}"
        for ask in (Prometheus(url).alerts, BridgeApi(url).alerts):
            with pytest.raises(IonmonError, match="its certificate is not trusted: "):
                ask()


def test_what_is_no_web_address_is_refused() -> None:
    """A file of this machine is no answer of a server."""
    with pytest.raises(IonmonError, match="unknown url type: file"):
        Prometheus("file:///etc/hostname#").alerts()


def test_nothing_else_opens_an_address() -> None:
    """Urlopen takes the proxy of the environment: no module of the product calls it."""
    root = Path(__file__).parents[3]
    modules = [
        each for folder in ("exporter", "generators") for each in (root / folder).rglob("*.py")
    ]
    assert [each for each in modules if "urlopen" in each.read_text(encoding="utf-8")] == []
