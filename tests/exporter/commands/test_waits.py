"""A command whose servers hang says whom it waits for, and leaves with 1 if they never answer."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml

from exporter import cli
from exporter.client import deadline
from tests.http_server import answering

pytestmark = pytest.mark.slow
CONFIG = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"
COMMANDS = {
    "alerts": ("alerts",),
    "history": ("alerts", "--history"),
    "ack": ("ack", "ErrorRateCritical"),
    "explain": ("explain", "ErrorRateCritical"),
    "digest": ("digest",),
    "drill": ("drill", "--yes"),
    "plan of a drill": ("drill", "--dry-run"),
}


class Noted(logging.Handler):
    """Knows when somebody was said to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.said = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note it; the command's own handler has printed it by then."""
        del record
        self.said.set()


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a server that says nothing until it is waited for, and then hangs up."""
    noted = Noted()
    monkeypatch.setattr(deadline, "PATIENCE", 0.02)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            noted.said.wait(30.0)
            self.close_connection = True

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    deadline.waits.addHandler(noted)
    with answering(Handler) as server:
        yield f"127.0.0.1:{server.server_port}"
    deadline.waits.removeHandler(noted)


def configured(hanging: str, folder: Path) -> str:
    """Write settings whose servers hang; return their path."""
    body = {
        "service": {"name": "ion"},
        "prometheus": {"address": hanging, "alertmanagers": [hanging]},
        "storage": {"monitoring_config": str(CONFIG), "journal_file": str(folder / "none")},
        "notifications": {"bridge": {"address": hanging}},
    }
    path = folder / "monitoring.yaml"
    path.write_text(yaml.safe_dump(body))
    return str(path)


@pytest.mark.parametrize("name", COMMANDS)
def test_it_is_said_whom_a_command_waits_for(
    name: str, hanging: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for the server; then its answer is not known, and the exit code is no success."""
    code = cli.run([*COMMANDS[name], "--config", configured(hanging, tmp_path)])
    said = capsys.readouterr().err
    assert code == 1, said
    assert said.count(f"ionmon: waiting for http://{hanging}\n") == 1


def test_a_quick_server_is_not_mentioned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that answers, or refuses, within two seconds is not waited for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        assert cli.run(["alerts", "--url", url, "--config", _empty(tmp_path)]) == 1
    assert "waiting" not in capsys.readouterr().err


def _empty(folder: Path) -> str:
    (folder / "monitoring.yaml").write_text("service: {name: ion}\n")
    return str(folder / "monitoring.yaml")


@pytest.mark.parametrize("words", [("drill", "--dry-run"), ("report",)], ids=" ".join)
def test_quiet_is_quiet_about_it(
    words: tuple[str, ...], hanging: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who asked for silence reads why it failed, and nothing before."""
    cli.run([*words, "--quiet", "--config", configured(hanging, tmp_path)])
    assert "waiting for" not in capsys.readouterr().err
