"""A connection that is watched ends in time, and stays as it is where it was done in time."""

import socket
from collections.abc import Iterator

import pytest

from exporter.client.deadline import ConversationDeadline


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    """Return one end of a connection, whose other end says nothing."""
    one, other = socket.socketpair()
    one.settimeout(30.0)
    with one, other:
        yield one


def test_a_silent_server_ends_at_the_deadline(connection: socket.socket) -> None:
    """What reads meets the end of the connection, and `over` says why."""
    with ConversationDeadline(0.05, "a server") as limit:
        limit.watch(connection)
        assert connection.recv(1) == b""
        assert limit.over


def test_a_connection_that_came_too_late_ends_at_once(connection: socket.socket) -> None:
    """Names and connections cost time, too."""
    with ConversationDeadline(0.0, "a server") as limit:
        limit._watch.join()
        limit.watch(connection)
        assert connection.recv(1) == b""


def test_what_is_done_in_time_is_left_alone() -> None:
    """After `with`, the connection goes on without a deadline."""
    one, other = socket.socketpair()
    with one, other:
        with ConversationDeadline(60.0, "a server") as limit:
            limit.watch(one)
        limit._end()
        other.sendall(b"x")
        assert one.recv(1) == b"x"
