"""A real `ionmon bridge` on its own port, and what posts to it as Alertmanager does."""

import http.client
import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import yaml

from tests import servers
from tests.exporter.bridge.notified import document
from tests.exporter.running import IONMON


@dataclass
class RunningBridge:
    """A bridge that can be killed and started again: its port, its files, its process."""

    home: Path
    port: int
    options: tuple[str, ...] = ()
    process: Popen[bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """Return what it has logged."""
        return (self.home / "bridge.log").read_text()

    @property
    def journal(self) -> Path:
        """Return its journal."""
        return self.home / "journal.sqlite"

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = [*IONMON, "bridge", "--config", str(self.home / "monitoring.yaml")]
        command += ["--storage.journal-file", str(self.journal), *self.options]
        with (self.home / "bridge.log").open("ab") as output:
            self.process = Popen(command, stdout=output, stderr=output, cwd=self.home)
        servers.wait_until(self._started, f"a bridge on {self.port}")
        assert self.process.poll() is None, self.log

    def _started(self) -> bool:
        assert self.process is not None
        return servers.answers(self.port) or self.process.poll() is not None

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(servers.READY_WITHIN)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Return status and body of an answer. Raises OSError where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            found = connection.getresponse()
            return found.status, found.read().decode()
        finally:
            connection.close()

    def post(self, *entries: dict[str, Any], **changed: Any) -> int:
        """Post a notification; returns the status, 0 where no answer came."""
        body = json.dumps(document(*entries, **changed)).encode()
        try:
            return self.ask("/alerts", "POST", body)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def metric(self, sample: str) -> float:
        """Return the value of a sample on /metrics, 0 where it is not there."""
        lines = self.ask("/metrics")[1].splitlines()
        return float(next((li.split()[-1] for li in lines if li.startswith(f"{sample} ")), 0))


@contextmanager
def bridge(
    home: Path, notifications: Mapping[str, Any] | None = None, *options: str, **sections: Any
) -> Iterator[RunningBridge]:
    """Run a bridge with these settings of notifications, and other sections, on a free port."""
    port = servers.free_port()
    section = {"bridge": {"address": f"127.0.0.1:{port}"}, "secrets_dir": str(home)}
    section |= notifications or {}
    section["bridge"]["address"] = f"127.0.0.1:{port}"
    (home / "monitoring.yaml").write_text(yaml.safe_dump({"notifications": section, **sections}))
    found = RunningBridge(home, port, options)
    found.start()
    try:
        yield found
    finally:
        if found.process and found.process.poll() is None:
            found.end(signal.SIGKILL)
