"""A real Alertmanager, bridge and stand-ins of all channels, and ionmon drill run on them."""

import io
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from exporter import cli
from generators.alertmanager.plan import Pace, Timers
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.running import IONMON
from tests.generators.alertmanager.live import Live, live
from tests.sentry import Sentry, sentry

# Short, but longer than the drill looks: what is counted is what came after it.
PACE = Pace(0.7, 1, 3600)
TIMERS = Timers(
    heartbeat=Pace(0, 0.4, 0.5),
    critical=PACE,
    high=PACE,
    medium=PACE,
    low=PACE,
    escalation=PACE,
    journal=Pace(0, 0.2, 3600),
)


@dataclass(frozen=True)
class Drills:
    """What a drill goes through, and the settings that name it."""

    live: Live
    bridge: RunningBridge
    sentry: Sentry
    settings: Path

    def begun(self, *options: str) -> subprocess.Popen[str]:
        """Begin a drill."""
        return subprocess.Popen(
            [*IONMON, *self._arguments(options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str) -> tuple[int, str, str]:
        """Run a drill in this process; returns its exit code and what it printed."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.run(self._arguments(options))
        return code, out.getvalue(), err.getvalue()

    def _arguments(self, options: Sequence[str]) -> list[str]:
        arguments = ["drill", "--config", str(self.settings)]
        return [*arguments, "--storage.journal-file", str(self.bridge.journal), *options]

    def results(self, *options: str) -> tuple[int, dict[tuple[str, str, str], Any]]:
        """Run a drill; returns its exit code, and each channel by severity, team and integration.

        Those of the journal are left out.
        """
        code, out, err = self.run("--yes", "--json", *options)
        assert out, err
        named = ("severity", "team", "integration")
        return code, {
            tuple(each[name] for name in named): each
            for each in json.loads(out)["channels"]
            if each["receiver"] != "journal"
        }


@contextmanager
def drills(home: Path, services: dict[str, Any] | None = None, **more: Any) -> Iterator[Drills]:
    """Run all that a drill goes through."""
    (home / "bridge").mkdir()
    (home / "am").mkdir()
    with sentry() as taken:
        (home / "bridge" / "sentry").write_text(taken.dsn)
        own = {"sentry": {"dsn_file": "sentry"}}
        with bridge(home / "bridge", dict(own)) as running:
            address = {"bridge": {"address": f"127.0.0.1:{running.port}"}}
            with live(
                home / "am",
                timers=TIMERS,
                services=services,
                sentry={"dsn_file": "/s/sentry"},
                **address,
                **more,
            ) as found:
                path = home / "drill.yaml"
                server = [f"127.0.0.1:{found.alertmanager.port}"]
                document = {"notifications": {**own, **address, "secrets_dir": str(home)}}
                path.write_text(
                    yaml.safe_dump({**document, "prometheus": {"alertmanagers": server}})
                )
                yield Drills(found, running, taken, path)
