"""Ports that are taken are named before anything starts."""

import contextlib
import socket
from pathlib import Path

import pytest

from exporter.errors import IonmonError
from exporter.stack.model import StackChoice, StackPorts
from exporter.stack.plan import processes
from exporter.stack.ports import require_free
from tests.servers import free_port


def chosen(offset: int) -> StackChoice:
    """Return a stack whose ports are moved."""
    return StackChoice(folder=Path("f"), config=Path("c"), ports=StackPorts(offset))


def free() -> StackChoice:
    """Return a stack whose ports are free, all of them."""
    for _ in range(200):
        found = chosen(free_port() - StackPorts().prometheus)
        with contextlib.suppress(IonmonError):
            require_free(processes(found))
            return found
    raise AssertionError("other programs have a port of every stack")


def test_every_port_that_is_taken_is_named() -> None:
    """With the process that needs it, and what to do."""
    choice = free()
    ports = choice.ports
    one = socket.create_server(("127.0.0.1", ports.prometheus))
    other = socket.create_server(("127.0.0.1", ports.sink.smtp))
    with one, other, pytest.raises(IonmonError) as refused:
        require_free(processes(choice))
    text = f"taken: port {ports.sink.smtp} of sink, port {ports.prometheus} of prometheus; find"
    assert str(refused.value).startswith(text)
    assert "--port-offset" in str(refused.value)


def test_no_two_processes_share_a_port() -> None:
    """Nor does an offset lead one to another's."""
    found = [port for process in processes(chosen(1000)) for port in process.ports]
    assert len(found) == len(set(found)) == 8
