"""Answers of every size arrive whole, in clear or TLS, at any pace of the client."""

import contextlib
import random
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.web import seats
from exporter.web.server import ServerOptions
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
    link,
    opened,
    port_of,
    rest,
    say,
    serving,
)
from tests.servers import wait_until

SCRAPES = 60
SHORT = 0.5  # seconds
LARGE = 32_000_000
Trust = ssl.SSLContext | None


@pytest.fixture(params=["clear", "tls"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ServerOptions, Trust]:
    """Return the options of a server, and how a client trusts it."""
    options = ServerOptions(listen=LISTEN, deadlines=PATIENT)
    if request.param == "clear":
        return options, None
    authority = Authority(tmp_path)
    authority.issue("server", ADDRESS)
    web = tmp_path / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
    return replace(options, config_file=web), authority.trust()


def client(port: int, trust: Trust, sent: bytes) -> socket.socket:
    """Return a connection that holds little of what it does not read, and has sent a request."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    plain.settimeout(PATIENCE)
    plain.connect(("127.0.0.1", port))
    found = trust.wrap_socket(plain, server_hostname="127.0.0.1") if trust else plain
    found.sendall(sent)
    return found


def drawn(seed: int) -> tuple[bytes, ...]:
    """Return pieces of a body, of many sizes, none of which is like another."""
    source = random.Random(seed)
    sizes = [source.choice((1, 900, 70_000, 240_000)) for _ in range(source.randrange(1, 16))]
    return tuple(source.randbytes(size) for size in sizes)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_every_size_arrives_whole(kind: tuple[ServerOptions, Trust], encoding: str) -> None:
    """Of many bodies in several chunks, each is answered to the last byte, on one connection."""
    (options, trust), site = kind, PaperSite()
    with serving(site, replace(options, deadlines=replace(PATIENT, answer=5.0))) as server:
        kept = link(server, trust)
        for seed in range(SCRAPES):
            site.pieces = drawn(seed)
            got = say(kept, headers={"Accept-Encoding": encoding})
            assert got.headers["content-length"] == str(len(got.body))
            if encoding == "identity":
                assert got.body == b"".join(site.pieces)
        kept.close()


def test_an_answer_that_was_read_is_over(kind: tuple[ServerOptions, Trust]) -> None:
    """A kept connection is no answer any more, so that the deadline of answers does not end it."""
    (options, trust), site = kind, PaperSite()
    with serving(site, replace(options, deadlines=replace(PATIENT, answer=SHORT))) as server:
        for size in (1_000, 300_000):
            site.pieces = (b"x" * size, b"end\n")
            kept = link(server, trust)
            say(kept)
            assert kept.sock is not None
            kept.sock.settimeout(2 * SHORT)
            with pytest.raises(TimeoutError):
                kept.sock.recv(1)
            kept.close()


def test_a_request_together_with_the_end_of_the_handshake(tmp_path: Path) -> None:
    """A client may send both in one packet; its request is answered."""
    authority = Authority(tmp_path)
    authority.issue("server", ADDRESS)
    web = tmp_path / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
    options = ServerOptions(listen=LISTEN, deadlines=PATIENT, config_file=web)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = authority.trust().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with serving(settings=options) as server, opened(server) as plain:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                incoming.write(plain.recv(1 << 16))
        tls.write(GET)
        plain.sendall(outgoing.read())
        found = b""
        while not found.endswith(b"the page\n"):
            incoming.write(plain.recv(1 << 16))
            with contextlib.suppress(ssl.SSLWantReadError):
                found += tls.read(1 << 16)


def test_a_client_that_reads_little_at_a_time(kind: tuple[ServerOptions, Trust]) -> None:
    """Though the connection ends with the answer, a slow client gets all of it."""
    (options, trust), site = kind, PaperSite()
    site.pieces = tuple(bytes([number]) * 200_000 for number in range(10))
    with serving(site, options) as server:
        slow, found = client(port_of(server), trust, LAST), bytearray()
        while data := slow.recv(10_000):
            found += data
            if len(found) % 3 == 0:
                assert ask(server, path="/-/healthy", trust=trust).status == 200
        assert found.partition(b"\r\n\r\n")[2] == b"".join(site.pieces)
        slow.close()


def test_a_full_server_does_not_cut_what_is_read(
    kind: tuple[ServerOptions, Trust], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that has read a part of its answer since the last look keeps its seat."""
    monkeypatch.setattr(seats, "STALLED", 0.0)
    (options, trust), site = kind, PaperSite()
    site.body = b"x" * LARGE
    with serving(site, replace(options, max_connections=1)) as server:
        busy, found = client(port_of(server), trust, LAST), bytearray()
        for reached in range(LARGE // 8, LARGE, LARGE // 8):
            while len(found) < reached:
                found += busy.recv(1 << 16)
            assert ask(server, trust=trust).status == 503
        found += rest(busy)
        assert len(found.partition(b"\r\n\r\n")[2]) == LARGE


def test_a_client_that_does_not_read_makes_room(kind: tuple[ServerOptions, Trust]) -> None:
    """Though all bytes were handed to TLS, an answer that nobody reads is under way."""
    (options, trust), site = kind, PaperSite()
    site.body = b"x" * LARGE
    with serving(site, replace(options, max_connections=1)) as server:
        stuck = client(port_of(server), trust, GET)
        wait_until(lambda: len(site.calls) == 1, "an answer under way")
        wait_until(lambda: ask(server, trust=trust).status == 200, "a seat")
        assert len(rest(stuck)) < LARGE


def test_a_deadline_ends_an_answer_that_is_not_read(kind: tuple[ServerOptions, Trust]) -> None:
    """Whatever waits for the client, in TLS or beneath it, holds memory no longer than that."""
    (options, trust), site = kind, PaperSite()
    site.body = b"x" * LARGE
    with serving(site, replace(options, deadlines=replace(PATIENT, answer=SHORT))) as server:
        stuck = client(port_of(server), trust, GET)
        wait_until(lambda: len(site.calls) == 1, "an answer under way")
        wait_until(lambda: accepted(server) == 0, "no connection")
        assert len(rest(stuck)) < LARGE


def test_the_end_waits_for_answers_under_way(kind: tuple[ServerOptions, Trust]) -> None:
    """A client that reads its answer while the server is closed gets all of it; others end."""
    (options, trust), site = kind, PaperSite()
    site.body = b"x" * LARGE
    with serving(site, options) as server, ThreadPoolExecutor(1) as pool:
        port = port_of(server)
        idle, reading, found = client(port, trust, b""), client(port, trust, GET), bytearray()
        found += reading.recv(1 << 16)
        closing = pool.submit(server.close)
        assert rest(idle) == b""
        found += rest(reading)
        assert len(found.partition(b"\r\n\r\n")[2]) == LARGE
        closing.result()
        with pytest.raises(ConnectionError):
            client(port, trust, GET)
