"""Bodies of requests: kept for a site that takes them, within bounds, for who may be admitted."""

from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from exporter.web.bodies import MOST_BODIES
from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.serving import (
    GET,
    LAST,
    LISTEN,
    PaperSite,
    ask,
    left,
    opened,
    page,
    rest,
    serving,
    statuses,
)
from tests.exporter.web.test_access import basic
from tests.servers import wait_until

MEGABYTE = 1 << 20
POST = b"POST /echo?a=b HTTP/1.1\r\nHost: x\r\n"


def posting(size: int, *headers: str) -> bytes:
    """Return the head of a request with a body of this size."""
    lines = (f"Content-Length: {size}", *headers)
    return POST + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


@pytest.fixture
def site() -> PaperSite:
    """Return a site that echoes what is posted to it, up to a megabyte."""
    return PaperSite()


@pytest.fixture
def server(site: PaperSite) -> Iterator[WebServer]:
    """Serve it."""
    with serving(site) as found:
        yield found


@pytest.mark.parametrize("size", [0, 1, 100_000, MEGABYTE])
def test_a_body_reaches_the_site(server: WebServer, size: int) -> None:
    """It is whole, with the query, whether its length was announced or it came in chunks."""
    plain = rest(opened(server, posting(size, "Connection: close") + b"x" * size))
    chunked = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"%x\r\n" % size + b"x" * size + b"\r\n" if size else b""
    for got in (plain, rest(opened(server, chunked + piece + b"0\r\n\r\n"))):
        assert statuses(got) == [200]
        assert got.partition(b"\r\n\r\n")[2] == b" a=b " + b"x" * size


def test_a_body_is_gone_with_its_request(server: WebServer) -> None:
    """The next request on the connection has none, and its memory is free again."""
    both = posting(5) + b"hello" + posting(0, "Connection: close")
    got = rest(opened(server, both))
    assert got.count(b" a=b hello") == 1
    assert got.endswith(b"\r\n\r\n a=b ")
    wait_until(lambda: server._bodies.take(64 * MEGABYTE), "a free budget")


def test_a_body_that_is_too_large(server: WebServer) -> None:
    """A byte more than the site takes is a 413; the server lives on."""
    assert statuses(rest(opened(server, posting(MEGABYTE + 1) + b"x" * (MEGABYTE + 1)))) == [413]
    assert statuses(rest(opened(server, LAST))) == [200]


def test_all_bodies_together_have_a_bound(server: WebServer) -> None:
    """Where others have used it up, a body is a 503, which is tried again; its place is free then.

    A client that goes away in the middle of its body leaves nothing behind.
    """
    server._bodies._left = MEGABYTE
    half = opened(server, posting(MEGABYTE) + b"x" * (MEGABYTE // 2))
    wait_until(lambda: server._bodies._left <= MEGABYTE // 2, "half of a body")
    assert statuses(rest(opened(server, posting(MEGABYTE) + b"x" * MEGABYTE))) == [503]
    half.close()
    wait_until(lambda: server._bodies._left == MEGABYTE, "a free budget")
    whole = rest(opened(server, posting(MEGABYTE, "Connection: close") + b"x" * MEGABYTE))
    assert statuses(whole) == [200]


def test_the_site_learns_of_what_was_not_answered(server: WebServer, site: PaperSite) -> None:
    """Too large, no room, cut off, a head that is too long: each once, with its status."""
    rest(opened(server, posting(MEGABYTE + 1) + b"x" * (MEGABYTE + 1)))
    server._bodies._left = 0
    rest(opened(server, posting(5) + b"hello"))
    server._bodies._left = MOST_BODIES
    opened(server, posting(5) + b"h").close()
    wait_until(lambda: len(site.lost) == 3, "three losses")
    rest(opened(server, posting(0, f"X: {'x' * 17_000}")))
    assert statuses(rest(opened(server, LAST))) == [200]
    wait_until(lambda: len(site.lost) >= 4, "the fourth")
    assert [status for _, status in site.lost] == [413, 503, 0, 431]
    assert {path for path, _ in site.lost} == {"/echo"}
    assert site.unheard_of == []


def test_the_site_learns_of_a_head_that_did_not_come(server: WebServer, site: PaperSite) -> None:
    """Cut off, no HTTP, too long, behind another request, and no seat: each once, as it began.

    Whoever only looks whether the port is open is no loss.
    """
    begun = b"POST /ec"
    left(opened(server, begun))
    left(opened(server))
    rest(opened(server, b"POST /echo HTTP/1.1\r\nno colon\r\n\r\n"))
    rest(opened(server, b"POST /echo HTTP/1.1\r\nX: " + b"x" * 70_000))
    connection = opened(server, GET)
    page(connection)
    connection.sendall(begun)
    left(connection)
    take, server._seats.take = server._seats.take, lambda _: None  # type: ignore[method-assign]
    assert rest(opened(server, begun)) == b""
    server._seats.take = take  # type: ignore[method-assign]
    assert statuses(rest(opened(server, LAST))) == [200]
    starts = [start[: len(begun)] for start, _ in site.unheard_of]
    assert starts == [begun, begun, begun, begun, b""]
    assert [status for _, status in site.unheard_of] == [0, 400, 431, 0, 0]
    assert site.lost == []


@pytest.fixture
def protected(tmp_path: Path) -> ServerOptions:
    """Return options with a user."""
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    path = tmp_path / "web.yml"
    path.write_text(f"basic_auth_users: {{alice: {hashed}}}\n")
    return ServerOptions(listen=LISTEN, config_file=path)


def test_who_is_not_known_uses_no_memory(site: PaperSite, protected: ServerOptions) -> None:
    """Without a known user's name a body is read and dropped, and the answer is a 401."""
    with serving(site, protected) as server:
        server._bodies._left = 0
        for header in (
            "X: y",
            f"Authorization: {basic('eve', 'wonder')}",
            "Authorization: Bearer x",
        ):
            sent = posting(MEGABYTE, "Connection: close", header) + b"x" * MEGABYTE
            assert statuses(rest(opened(server, sent))) == [401]


def test_the_site_learns_who_posts(site: PaperSite, protected: ServerOptions) -> None:
    """A user by password has a name; who shows the site's token is admitted without one."""
    site.token = "t0ken"
    with serving(site, protected) as server:
        found = [
            ask(server, "POST", "/echo", {"Authorization": header})
            for header in (basic("alice", "wonder"), "Bearer t0ken", "Bearer other", "")
        ]
    assert [got.status for got in found] == [200, 200, 401, 401]
    assert [got.body for got in found[:2]] == [b"alice  ", b"  "]
    with serving(site) as server:
        open_ = ask(server, "POST", "/echo", {"Authorization": basic("alice", "wonder")})
    assert open_.body == b"  "
