"""What each path answers, over a real connection."""

import gzip
import logging
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from exporter.errors import SettingsError
from exporter.exposition.exposition import Format
from exporter.web.routes import StillLoading
from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.serving import (
    LAST,
    LISTEN,
    PaperSite,
    ask,
    link,
    opened,
    rest,
    say,
    serving,
    undated,
)
from tests.exporter.web.test_access import basic

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
PATHS = ("/metrics", "/", "/-/healthy", "/-/ready")


@pytest.fixture
def site() -> PaperSite:
    """Return the site that is served."""
    return PaperSite()


@pytest.fixture
def server(site: PaperSite) -> Iterator[WebServer]:
    """Serve it, with reloads allowed."""
    with serving(site, ServerOptions(listen=LISTEN, enable_lifecycle=True)) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "status", "kind", "body"),
    [
        ("/metrics", 200, TEXT, b"the page\n"),
        ("/metrics?name[]=a", 200, TEXT, b"the page\n"),
        ("/", 200, HTML, b"<p>landing</p>"),
        ("/-/healthy", 200, PLAIN, b"alive\n"),
        ("/-/ready", 200, PLAIN, b"ready\n"),
        ("/metrics/", 404, PLAIN, b"not found; metrics are at /metrics\n"),
        ("/-/quit", 404, PLAIN, b"not found; metrics are at /metrics\n"),
        ("/debug/pprof/", 404, PLAIN, b"not found; metrics are at /metrics\n"),
        ("/..%2f..%2fetc/passwd", 404, PLAIN, b"not found; metrics are at /metrics\n"),
        ("/-/reload", 405, PLAIN, b"use POST, PUT\n"),
    ],
)
def test_get(server: WebServer, path: str, status: int, kind: str, body: bytes) -> None:
    """Each path has its status, type and body; HEAD has the same without the body."""
    got, head = ask(server, "GET", path), ask(server, "HEAD", path)
    assert (got.status, got.headers["content-type"], got.body) == (status, kind, body)
    assert (head.status, head.body) == (status, b"")
    assert undated(head.headers) == undated(got.headers)
    assert got.headers["content-length"] == str(len(body))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"])
def test_only_reading_is_allowed(server: WebServer, method: str, path: str) -> None:
    """Any other method is refused with those that are allowed."""
    got = ask(server, method, path)
    assert (got.status, got.headers["allow"], got.body) == (405, "GET, HEAD", b"use GET, HEAD\n")


def test_another_path_for_the_page(site: PaperSite) -> None:
    """Where the page has another path, /metrics is not there."""
    with serving(site, ServerOptions(listen=LISTEN, telemetry_path="/ion/page")) as server:
        assert ask(server, path="/ion/page").body == b"the page\n"
        missing = ask(server)
    assert (missing.status, missing.body) == (404, b"not found; metrics are at /ion/page\n")


def test_health_and_readiness_are_503_where_they_fail(server: WebServer, site: PaperSite) -> None:
    """What is wrong is told in the body."""
    site.health, site.readiness = (False, "polling has stopped"), (False, "1 of 2 polls")
    found = [ask(server, path=path) for path in ("/-/healthy", "/-/ready")]
    assert [(got.status, got.body) for got in found] == [
        (503, b"polling has stopped\n"),
        (503, b"1 of 2 polls\n"),
    ]


def test_the_page_comes_in_the_form_that_was_asked_for(server: WebServer, site: PaperSite) -> None:
    """Format and compression follow the headers, are named in the answer, and are for caches."""
    headers = {"Accept": "application/openmetrics-text", "User-Agent": "Prometheus/2.42.0"}
    plain, packed = ask(server), ask(server, headers={**headers, "Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == b"the page\n"
    assert (packed.headers["content-type"], packed.headers["content-encoding"]) == (
        OPENMETRICS,
        "gzip",
    )
    assert "content-encoding" not in plain.headers
    assert {plain.headers["vary"], packed.headers["vary"]} == {"Accept, Accept-Encoding"}
    assert site.calls == [
        (Format.TEXT, False, "127.0.0.1 "),
        (Format.OPENMETRICS, True, "127.0.0.1 Prometheus/2.42.0"),
    ]


def test_headers_that_come_twice_are_one(server: WebServer) -> None:
    """Two Accept headers are read as one list."""
    connection = link(server)
    connection.putrequest("GET", "/metrics")
    connection.putheader("Accept", "application/openmetrics-text")
    connection.putheader("Accept", "text/plain;q=0.5")
    connection.endheaders()
    assert connection.getresponse().headers["content-type"] == OPENMETRICS
    connection.close()


def test_a_long_name_of_a_client_is_cut(server: WebServer, site: PaperSite) -> None:
    """What is kept of each scraper is at most 200 letters."""
    ask(server, headers={"User-Agent": "x" * 5000})
    assert len(site.calls[0][2] or "") == 200


def test_the_head_alone_is_no_scrape(server: WebServer, site: PaperSite) -> None:
    """Who asks for the head of the page gets none of its samples, and is not noted."""
    ask(server, "HEAD")
    ask(server, "GET")
    assert [client for _, _, client in site.calls] == [None, "127.0.0.1 "]


def test_reload(server: WebServer, site: PaperSite) -> None:
    """POST and PUT load the settings; one that is refused says why, and the server lives on."""
    assert [ask(server, method, "/-/reload").body for method in ("POST", "PUT")] == [
        b"loaded\n"
    ] * 2
    assert site.loads == 2
    site.fault = SettingsError("monitoring.yaml:1:1: wrong")
    refused = ask(server, "POST", "/-/reload")
    expected = b"refused, the old settings stay: monitoring.yaml:1:1: wrong\n"
    assert (refused.status, refused.body) == (400, expected)
    wrong = ask(server, "DELETE", "/-/reload")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST, PUT")


def test_a_reload_that_goes_on(server: WebServer, site: PaperSite) -> None:
    """A reload that outlasts the client's patience is neither loaded nor refused."""
    site.fault = StillLoading("the reload goes on; its result will be logged")
    got = ask(server, "POST", "/-/reload")
    assert (got.status, got.body) == (504, b"the reload goes on; its result will be logged\n")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reload_is_off_unless_switched_on(site: PaperSite, method: str) -> None:
    """Without --web.enable-lifecycle nobody can load settings over the network."""
    with serving(site) as server:
        got = ask(server, method, "/-/reload")
    assert (got.status, site.loads) == (403, 0)
    assert b"--web.enable-lifecycle" in got.body


@pytest.mark.parametrize(("method", "path"), [("GET", "/metrics"), ("POST", "/-/reload")])
def test_a_site_that_fails_is_a_500(
    server: WebServer,
    site: PaperSite,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
) -> None:
    """The answer holds nothing of the fault, the log does, and the connection goes on."""
    site.fault = ZeroDivisionError("secret detail")
    connection = link(server)
    with caplog.at_level(logging.ERROR, "ionmon.web"):
        got = say(connection, method, path)
    assert (got.status, got.body) == (500, b"internal error; see the log\n")
    assert caplog.messages == [f"{path}: internal error"]
    assert "secret detail" in caplog.text
    site.fault = None
    assert say(connection).status == 200
    connection.close()


def configured(home: Path, text: str) -> ServerOptions:
    """Return the settings of a server with this web configuration."""
    path = home / "web.yml"
    path.write_text(text)
    return ServerOptions(listen=LISTEN, config_file=path)


def test_security_headers_go_with_every_answer(tmp_path: Path) -> None:
    """Those of the configuration take the place of ours, each stands once, and errors have them."""
    text = (
        "http_server_config:\n  headers:\n    Content-Security-Policy: default-src 'self'\n"
        "    X-Frame-Options: deny\n"
    )
    guard = ("content-security-policy", "x-content-type-options", "x-frame-options")
    with serving(settings=configured(tmp_path, text)) as server:
        found = [ask(server, path=path).headers for path in ("/", "/none")]
        raw = rest(opened(server, LAST))
    expected = [("default-src 'self'", "nosniff", "deny")] * 2
    assert expected == [tuple(headers.get(name) for name in guard) for headers in found]
    assert raw.count(b"Content-Security-Policy: ") == 1
    with serving() as server:
        headers = ask(server, path="/none").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["server"].startswith("ionmon/")


@pytest.mark.parametrize("path", [*PATHS, "/none", "/-/reload"])
def test_a_password_is_asked_for_everywhere(tmp_path: Path, path: str) -> None:
    """Without it each path is a 401 that tells nothing; with it each has its own status."""
    user = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    settings = configured(tmp_path, f"basic_auth_users: {{alice: {user}}}\n")
    right, wrong = ({"Authorization": basic("alice", p)} for p in ("wonder", "under"))
    with serving(settings=settings) as server:
        refused = [ask(server, path=path, headers=headers) for headers in ({}, wrong)]
        allowed = ask(server, path=path, headers=right)
    assert [got.status for got in refused] == [401, 401]
    assert refused[0].headers["www-authenticate"] == 'Basic realm="ionmon", charset="UTF-8"'
    assert allowed.status == {"/none": 404, "/-/reload": 403}.get(path, 200)


def test_requests_over_the_limit_are_a_429(tmp_path: Path, site: PaperSite) -> None:
    """A burst of two is answered, the third is not, nor is its site asked."""
    with serving(site, configured(tmp_path, "rate_limit: {interval: 1h, burst: 2}\n")) as server:
        found = [ask(server).status for _ in range(4)]
    assert found == [200, 200, 429, 429]
    assert len(site.calls) == 2
