"""The addresses that the server listens on, and what it says of those it cannot have."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.errors import IonmonError
from exporter.web.server import ServerOptions, WebServer, reachable
from tests import servers
from tests.exporter.web.serving import (
    GET,
    PATIENCE,
    PaperSite,
    ask,
    page,
    serving,
)


def test_all_addresses_are_listened_on() -> None:
    """IPv4, IPv6 and names, each with its own port."""
    with serving(
        settings=ServerOptions(listen=("127.0.0.1:0", "[::1]:0", "localhost:0"))
    ) as server:
        hosts = [host for host, _ in server.addresses]
        assert hosts[:2] == ["127.0.0.1", "::1"]
        assert len({port for _, port in server.addresses}) == 3
        for host, port in server.addresses:
            with socket.create_connection((host, port), PATIENCE) as connection:
                connection.sendall(GET)
                page(connection)
        assert not server.exposed


def test_no_host_is_all_interfaces() -> None:
    """A port alone is reached over IPv4 too, and counts as exposed."""
    with serving(settings=ServerOptions(listen=(":0",))) as server:
        assert ask(server).status == 200
        assert server.exposed


def test_a_password_covers_what_is_exposed(tmp_path: Path) -> None:
    """Who has to show a password is no stranger; nothing is exposed then."""
    path = tmp_path / "web.yml"
    path.write_text(f"basic_auth_users: {{alice: $2b$04${'a' * 21}.{'b' * 31}}}\n")
    with serving(settings=ServerOptions(listen=(":0",), config_file=path)) as server:
        assert not server.exposed


@pytest.fixture
def taken() -> Iterator[str]:
    """Return an address that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"


def test_an_address_that_is_taken(taken: str) -> None:
    """The refusal names the address and the fix; the addresses before it are free again."""
    free = f"127.0.0.1:{servers.free_port()}"
    server = WebServer(PaperSite(), ServerOptions(listen=(free, taken)))
    with pytest.raises(IonmonError) as refused:
        server.start()
    assert str(refused.value) == (
        f"{taken}: cannot listen: Address already in use; free it, or choose another with "
        "--web.listen-address"
    )
    with serving(settings=ServerOptions(listen=(free,))) as again:
        assert ask(again).status == 200


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("192.0.2.1:0", "not an address of this machine; choose one that is"),
        ("nowhere.invalid:0", "not an address of this machine; choose one that is"),
        ("127.0.0.1:65536", "invalid port; choose one up to 65535"),
    ],
)
def test_an_address_that_cannot_be_had(address: str, reason: str) -> None:
    """Another machine's address, a name without one, a port that does not exist are refused."""
    server = WebServer(PaperSite(), ServerOptions(listen=(address,)))
    with pytest.raises(IonmonError) as refused:
        server.start()
    expected = f"{address}: cannot listen: {reason} with --web.listen-address"
    assert str(refused.value) == expected


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("::1", "[::1]"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_an_address_is_shown_as_it_can_be_reached(host: str, shown: str) -> None:
    """What is listened on everywhere is reached on this machine, and IPv6 is in brackets."""
    assert reachable(host) == shown
