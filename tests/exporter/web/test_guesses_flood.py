"""Right passwords get through a flood of wrong ones on a cold start: real bcrypt, over HTTP."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import bcrypt
import pytest

from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.serving import LISTEN, PATIENCE, PATIENT, port_of, serving, statuses
from tests.exporter.web.test_access import basic
from tests.servers import wait_until

pytestmark = pytest.mark.slow
COST = 9  # about 30 ms a comparison
CLIENTS = 40  # more than may wait of one address


def request(user: str, password: str) -> bytes:
    """Return a request with a user and a password, after which the connection is closed."""
    head = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    return f"{head}Authorization: {basic(user, password)}\r\n\r\n".encode()


def status(server: WebServer, address: str, sent: bytes) -> int:
    """Return the status of an answer to a client of an address; 0 where there was none."""
    with socket.socket() as connection:
        connection.settimeout(PATIENCE)
        connection.bind((address, 0))
        connection.connect(("127.0.0.1", port_of(server)))
        found = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            while data := connection.recv(1 << 16):
                found += data
    return next(iter(statuses(found)), 0)


@contextmanager
def flood(server: WebServer, address: str) -> Iterator[list[int]]:
    """Let clients of an address guess without end; gives the statuses of their answers."""
    stopped, numbers, found = threading.Event(), count(), list[int]()

    def guess() -> None:
        while not stopped.is_set():
            found.append(status(server, address, request("alice", f"guess {next(numbers)}")))

    threads = [threading.Thread(target=guess) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: 429 in found, "an address with too many guesses")
        yield found
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.1"])
def test_the_right_password_gets_through(tmp_path: Path, address: str) -> None:
    """From another address than the flood's, and from its own: a scraper that comes again is in."""
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(COST)).decode()
    (tmp_path / "web.yml").write_text(f"basic_auth_users: {{alice: {hashed}}}\n")
    options = ServerOptions(listen=LISTEN, deadlines=PATIENT, config_file=tmp_path / "web.yml")
    with serving(settings=options) as server, flood(server, "127.0.0.1") as guesses:
        right = request("alice", "wonder")
        wait_until(lambda: status(server, address, right) == 200, "an answer")
        assert status(server, address, right) == 200
        assert status(server, address, right.replace(b"/metrics", b"/-/healthy")) == 200
    assert set(guesses) <= {401, 429}
