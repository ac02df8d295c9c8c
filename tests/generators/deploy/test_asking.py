"""A server that stopped holds nobody longer than it was given."""

import socket
from collections.abc import Iterator

import pytest

from exporter.clock import steady
from generators.deploy.asking import ServerAway, answered, metrics, post_reload
from generators.deploy.model import DeployedServer, ServerKind
from generators.deploy.reloading import settled
from generators.deploy.state import state

pytestmark = pytest.mark.slow


@pytest.fixture
def stopped() -> Iterator[DeployedServer]:
    """Return a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield DeployedServer(
            kind=ServerKind.PROMETHEUS,
            url=f"http://127.0.0.1:{listening.getsockname()[1]}",
            reload_command=(),
            config=None,
        )


def test_every_question_ends_in_time(stopped: DeployedServer) -> None:
    """The error has the seconds that there were, not those of a fixed limit."""
    for ask in (
        lambda: metrics(stopped, steady()),
        lambda: answered(stopped, "/api/v1/rules", steady()),
        lambda: state(stopped, steady()),
        lambda: post_reload(stopped, 0.5),
        lambda: settled(stopped, lambda _: (), 0.5),
    ):
        with pytest.raises(ServerAway, match=r"within 0\.5 s"):
            ask()
