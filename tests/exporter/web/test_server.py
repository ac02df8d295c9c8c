"""The server as a whole: many connections, its cap, its addresses, and its end."""

import contextlib
import logging
import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest

from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.exporter.web.serving import (
    GET,
    LAST,
    LISTEN,
    PATIENCE,
    PATIENT,
    PaperSite,
    accepted,
    ask,
    client_hello,
    link,
    opened,
    page,
    port_of,
    rest,
    say,
    serving,
    statuses,
)
from tests.exporter.web.test_access import basic
from tests.servers import wait_until

HEALTH = b"GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n"
HALF = b"GET /metrics HTTP/1.1\r\nHost:"


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    """Make an authority and a certificate for the server, and a configuration that names it."""
    made = Authority(tmp_path)
    made.issue("server", ADDRESS)
    lines = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
    (tmp_path / "web.yml").write_text(lines)
    return made


def patient(**changes: object) -> ServerOptions:
    """Return settings whose deadlines no test reaches, but for the changes."""
    made = ServerOptions(listen=LISTEN, deadlines=PATIENT, max_per_address=1000)
    return replace(made, **changes)


def assert_room(server: WebServer, number: int, trust: ssl.SSLContext | None = None) -> None:
    """Assert that so many connections are kept at once: earlier ones no longer count."""
    clients = [link(server, trust) for _ in range(number)]
    for _ in range(2):
        assert {say(client).status for client in clients} == {200}
    # Whose last answer was read just now may count for a moment more.
    wait_until(lambda: accepted(server) == number, f"{number} connections")
    for client in clients:
        client.close()


def test_half_open_connections_do_not_keep_a_scrape() -> None:
    """300 requests that are never finished: a scrape is served at once, and all of them end."""
    deadlines = replace(PATIENT, request=3.0)
    with serving(settings=patient(deadlines=deadlines, max_connections=301)) as server:
        half = [opened(server, HALF) for _ in range(300)]
        assert ask(server).body == b"the page\n"
        assert [rest(connection) for connection in half] == [b""] * 300
        wait_until(lambda: accepted(server) == 0, "no connection")
        assert_room(server, 301)


def test_silent_handshakes_do_not_keep_a_scrape(tmp_path: Path, ca: Authority) -> None:
    """50 clients that never begin to speak TLS: a scrape is served, and all of them end."""
    web = patient(config_file=tmp_path / "web.yml", deadlines=replace(PATIENT, handshake=2.0))
    web = replace(web, max_connections=51)
    site = PaperSite()
    with serving(site, web) as server:
        silent = [opened(server, b"\x16\x03\x01"[: n % 4]) for n in range(50)]
        assert ask(server, trust=ca.trust()).body == b"the page\n"
        assert [rest(connection) for connection in silent] == [b""] * 50
        wait_until(lambda: accepted(server) == 0, "no connection")
        assert site.unheard_of == [(b"", 0)] * 50
        assert_room(server, 51, ca.trust())


def test_what_is_no_tls_is_hung_up_on(tmp_path: Path, ca: Authority) -> None:
    """A request in clear gets no answer of the site, and the next one in TLS does."""
    with serving(settings=patient(config_file=tmp_path / "web.yml")) as server:
        assert b"HTTP" not in rest(opened(server, GET))
        assert ask(server, trust=ca.trust()).status == 200


def test_the_cap_closes_what_is_waited_for_longest() -> None:
    """Of three quiet connections the one whose last request is oldest makes room for a fourth."""
    with serving(settings=patient(max_connections=3)) as server:
        first, second, third = (opened(server) for _ in range(3))
        for connection in (first, second, third, first):
            connection.sendall(GET)
            page(connection)
        fourth = opened(server, GET)
        page(fourth)
        assert rest(second) == b""
        for connection in (first, third, fourth):
            connection.sendall(GET)
            page(connection)
            connection.close()


def test_the_cap_counts_handshakes(tmp_path: Path, ca: Authority) -> None:
    """A client that never finishes its handshake makes room for one that does."""
    site = PaperSite()
    options = patient(max_connections=1, config_file=tmp_path / "web.yml")
    with serving(site, options) as server:
        stuck = opened(server, client_hello())
        assert stuck.recv(1), "the handshake has begun"
        assert ask(server, trust=ca.trust()).status == 200
        assert b"HTTP" not in rest(stuck)
        assert site.unheard_of == [(b"", 0)]


def test_the_cap_does_not_cut_answers() -> None:
    """Where every connection reads its answer, one too many gets health, and nothing else."""
    site = PaperSite()
    site.body = b"x" * 32_000_000 + b"the page\n"
    with serving(site, patient(max_connections=1)) as server:
        busy = opened(server, GET)
        found = bytearray(busy.recv(1 << 16))
        health = HEALTH.replace(b"/-/ready", b"/-/healthy")
        answers = []
        for request in (HEALTH, GET, health):
            busy.settimeout(PATIENCE)
            found += busy.recv(1 << 16)  # so that the answer makes progress
            answers += statuses(rest(opened(server, request)))
        assert answers == [200, 503, 200]
        while not found.endswith(b"the page\n"):
            found += busy.recv(1 << 20)
        busy.close()


def test_who_does_not_read_makes_room() -> None:
    """A connection that reads nothing of its answer is closed for the next client."""
    site = PaperSite()
    site.body = b"x" * 32_000_000 + b"the page\n"
    with serving(site, patient(max_connections=1)) as server:
        stuck = opened(server, GET)
        wait_until(lambda: len(site.calls) == 1, "an answer under way")
        wait_until(lambda: statuses(rest(opened(server, LAST))) == [200], "a seat")
        assert len(rest(stuck)) < len(site.body)


def test_an_address_has_a_limit_of_its_own() -> None:
    """The third connection of an address closes its first, though the server has room."""
    with serving(settings=patient(max_per_address=2)) as server:
        first, second, third = (opened(server) for _ in range(3))
        assert rest(first) == b""
        for connection in (second, third):
            connection.sendall(GET)
            page(connection)
            connection.close()


@pytest.mark.slow
def test_a_page_and_health_beside_600_that_never_read() -> None:
    """600 clients ask 40 times and read nothing: a scrape and a probe are served meanwhile."""
    site = PaperSite()
    site.body = b"x" * 200_000 + b"the page\n"
    settings = ServerOptions(listen=LISTEN, deadlines=PATIENT)
    with serving(site, settings) as server:
        stuck = [opened(server) for _ in range(600)]
        for connection in stuck:
            with contextlib.suppress(ConnectionError):  # made room for a later one
                connection.sendall(GET * 40)
        assert ask(server).body == site.body
        assert ask(server, path="/-/healthy").status == 200
        assert accepted(server) <= settings.max_per_address + 1
        for connection in stuck:
            connection.close()


def test_close_ends_everything(tmp_path: Path, ca: Authority) -> None:
    """Quiet, half-open, silent and unread connections end, the port is free, the thread is gone."""
    site = PaperSite()
    with serving(site, patient(config_file=tmp_path / "web.yml")) as server:
        quiet = ca.trust().wrap_socket(opened(server, b""), server_hostname="127.0.0.1")
        quiet.sendall(GET)
        page(quiet)
        half = ca.trust().wrap_socket(opened(server, b""), server_hostname="127.0.0.1")
        half.sendall(HALF)
        silent = opened(server)
        site.body = b"x" * 32_000_000
        unread = ca.trust().wrap_socket(opened(server, b""), server_hostname="127.0.0.1")
        unread.sendall(GET)
        wait_until(lambda: len(site.calls) == 2, "an answer under way")
        wait_until(lambda: accepted(server) == 4, "four connections")
        port, thread = port_of(server), server._thread
        server.close()
        assert not thread.is_alive()
        assert [rest(quiet), rest(half), rest(silent)] == [b""] * 3
        assert len(rest(unread)) < len(site.body)
        socket.create_server(("127.0.0.1", port)).close()


def test_close_does_not_wait_for_a_slow_reload() -> None:
    """A reload that hangs is left behind; what is asked meanwhile is answered."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(PaperSite):
        def reload(self) -> None:
            begun.set()
            assert go_on.wait(PATIENCE)

    with serving(Slow(), patient(enable_lifecycle=True)) as server:
        asking = opened(server, GET.replace(b"GET /metrics", b"POST /-/reload"))
        assert begun.wait(PATIENCE)
        assert ask(server).status == 200
        server.close()
        assert rest(asking) == b""
        go_on.set()


def test_reloads_have_a_thread_of_their_own(tmp_path: Path) -> None:
    """A reload that hangs takes no thread from passwords, which are compared meanwhile."""
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    (tmp_path / "web.yml").write_text(f"basic_auth_users: {{alice: {hashed}}}\n")
    begun, go_on, threads = threading.Event(), threading.Event(), []

    class Slow(PaperSite):
        def reload(self) -> None:
            threads.append(threading.current_thread().name)
            begun.set()
            assert go_on.wait(PATIENCE)

    settings = patient(config_file=tmp_path / "web.yml", enable_lifecycle=True)
    head = f"POST /-/reload HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('alice', 'wonder')}"
    with serving(Slow(), settings) as server:
        hanging = opened(server, f"{head}\r\n\r\n".encode())
        assert begun.wait(PATIENCE)
        assert ask(server, headers={"Authorization": basic("alice", "under")}).status == 401
        go_on.set()
        hanging.close()
    assert threads == ["web-reload_0"]


def test_a_defect_costs_one_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no rules can be had, the connection is closed, counted out and logged."""
    with (
        caplog.at_level(logging.CRITICAL, "ionmon.web"),
        serving(settings=patient(max_connections=1)) as server,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(server._protection, "rules", lambda: 1 // 0)
            assert rest(opened(server, GET)) == b""
            wait_until(lambda: accepted(server) == 0, "no connection")
        assert ask(server).status == 200
    assert caplog.messages == ["the web server has a defect"]
    assert "ZeroDivisionError" in caplog.text
