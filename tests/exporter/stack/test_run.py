"""Real processes of a stack: gates, order, and every way in which it ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import free_port, process, wait_until

pytestmark = pytest.mark.slow

# A server that writes when it starts and ends; it is ready once a file is there.
SERVER = """
import signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
name, port, gate, stubborn = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if gate.exists() else 503)
        self.end_headers()
    def log_message(self, *_): pass
def end(*_):
    print(name, "ends", flush=True)
    if not stubborn:
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
server = HTTPServer(("127.0.0.1", port), Answer)
print(name, "starts", flush=True)
server.serve_forever()
"""
RUNNER = """
import asyncio, json, sys
from pathlib import Path
from exporter.errors import IonmonError
from exporter.stack import run
from exporter.stack.model import StackProcess
run.STOP_WITHIN = float(sys.argv[2])
planned = [StackProcess(**one) for one in json.loads(sys.argv[3])]
show = lambda name, line: print(f"{name}: {line}", flush=True)
stack = run.Stack(planned, Path(sys.argv[1]), show, lambda: print("all ready", flush=True))
try:
    asyncio.run(stack.run())
except IonmonError as error:
    sys.exit(str(error))
"""


class Running:
    """A stack of two servers: `second` needs `first`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.ports = {"first": free_port(), "second": free_port()}
        self.stack: subprocess.Popen[bytes] | None = None

    def planned(self, *stubborn: str) -> str:
        """Return both processes as JSON."""
        found = []
        for name, port in self.ports.items():
            words = [SERVER, name, str(port), str(self.folder / name)]
            own = ["stubborn"] if name in stubborn else []
            found.append({
                "name": name,
                "title": name,
                "command": [sys.executable, "-c", *words, *own],
                "ready": f"http://127.0.0.1:{port}/",
                "ports": [port],
                "needs": [] if name == "first" else ["first"],
            })  # fmt: skip
        return json.dumps(found)

    def said(self) -> list[str]:
        """Return the lines that were printed."""
        return self.log.read_text().splitlines()

    def ready(self) -> None:
        """Let both become ready."""
        for name in self.ports:
            (self.folder / name).touch()
        wait_until(lambda: "all ready" in self.said(), "all ready")

    def pid(self, name: str) -> int:
        """Return the process of a server."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            if f"\0{self.folder / name}".encode() in path.read_bytes():
                return int(path.parent.name)
        return 0

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the stack."""
        assert self.stack is not None
        self.stack.send_signal(number)

    def code(self) -> int:
        """Return the exit code of the stack; nothing that it started is left."""
        assert self.stack is not None
        found = self.stack.wait(60)
        assert [name for name in self.ports if self.pid(name)] == []
        assert "Traceback" not in self.log.read_text()
        return found


@contextmanager
def running(folder: Path, *stubborn: str, stop_within: float = 30.0) -> Iterator[Running]:
    """Run a stack."""
    found = Running(folder)
    words = (str(folder), str(stop_within), found.planned(*stubborn))
    root = Path(__file__).parents[3]
    with process((sys.executable, "-c", RUNNER, *words), found.log, root) as found.stack:
        wait_until(lambda: "first: first starts" in found.said(), "a start")
        yield found


def test_each_waits_for_what_it_needs(tmp_path: Path) -> None:
    """The second starts when the first says that it is ready, and both end in reverse order."""
    with running(tmp_path) as found:
        assert "second: second starts" not in found.said()
        found.ready()
        found.send(signal.SIGINT)
        assert found.code() == 0
    order = [line.split(": ")[1] for line in found.said() if line.endswith(("starts", "ends"))]
    assert order == ["first starts", "second starts", "second ends", "first ends"]
    assert (tmp_path / "second.log").read_text() == "second starts\nsecond ends\n"


def test_a_stop_before_all_are_ready(tmp_path: Path) -> None:
    """What has not been started is not; the rest ends."""
    with running(tmp_path) as found:
        found.send(signal.SIGTERM)
        assert found.code() == 0
    assert "second: second starts" not in found.said()


def test_a_process_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    """With its exit and last lines; the others are ended, and the stack has failed."""
    with running(tmp_path) as found:
        found.ready()
        subprocess.run(["kill", "-KILL", str(found.pid("first"))], check=True)
        assert found.code() == 1
    text = found.log.read_text()
    assert "first ended by itself, with signal SIGKILL; its last lines:\n  first starts\n" in text
    assert f"its whole log: {tmp_path / 'first.log'}\n" in text
    assert "second: second ends" in found.said()


def test_a_second_signal_kills(tmp_path: Path) -> None:
    """Where one does not end; the first signal would wait for it."""
    with running(tmp_path, "second", stop_within=600.0) as found:
        found.ready()
        found.send(signal.SIGINT)
        wait_until(lambda: "second: second ends" in found.said(), "the first signal")
        assert "stack: ending all; a second Ctrl-C kills them" in found.said()
        found.send(signal.SIGINT)
        assert found.code() == 0


def test_who_does_not_end_in_time_is_killed(tmp_path: Path) -> None:
    """And is named."""
    with running(tmp_path, "first", stop_within=0.2) as found:
        found.ready()
        found.send(signal.SIGINT)
        assert found.code() == 0
    assert "first: was killed" in found.said()


def test_nothing_is_left_where_the_stack_is_killed(tmp_path: Path) -> None:
    """The kernel ends its processes: it can end nothing itself."""
    with running(tmp_path) as found:
        found.ready()
        found.send(signal.SIGKILL)
        wait_until(lambda: not any(map(found.pid, found.ports)), "an end of both")


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    """As any process that fails."""
    one = {
        "name": "a",
        "title": "a",
        "command": ["no-such-program"],
        "ready": "http://127.0.0.1:1/",
        "ports": [],
    }
    command = [sys.executable, "-c", RUNNER, str(tmp_path), "1", json.dumps([one])]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert (done.returncode, done.stderr) == (1, "a: no-such-program: No such file or directory\n")
