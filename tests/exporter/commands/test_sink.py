"""ionmon sink: a real Alertmanager and bridge send to it what `make stack` would."""

import re
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import pytest

from exporter import cli
from exporter.prometheus.flag_watch import expected
from exporter.settings import load
from exporter.web.config import load as web_config
from generators.alertmanager.build import CONFIG, configuration, texts
from generators.rules.model import dumped
from tests.exporter.running import IONMON
from tests.generators.alertmanager import samples
from tests.generators.alertmanager.live import TIMERS, alert
from tests.servers import Alertmanager, alertmanager, answers, free_port, process, wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
REFERENCE = str(ROOT / "examples/reference.yaml")
BRIDGE = "127.0.0.1:9842"
FAILED = re.compile(r"^alertmanager_notifications_failed_total\S* (?!0$)", re.MULTILINE)


@dataclass(frozen=True)
class Stack:
    """The part of `make stack` that sends."""

    alertmanager: Alertmanager
    web: int
    log: Path

    def page(self, path: str = "/") -> str:
        """Return a page of the sink."""
        return _get(f"http://127.0.0.1:{self.web}{path}")

    def fire(self, severity: str, service: str) -> None:
        """Let an alert of a severity begin."""
        self.alertmanager.post([alert("ErrorRate", severity, service)])


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        found: str = answer.read().decode()
    return found


@contextmanager
def running(home: Path, *command: str, port: int) -> Iterator[Path]:
    """Run a command of ionmon until its port answers; end it, which has to be its own end."""
    log = home / f"{command[0]}.log"
    with process((*IONMON, *command), log) as started:
        wait_until(lambda: answers(port) or started.poll() is not None, command[0])
        assert started.poll() is None, log.read_text()
        yield log
        started.send_signal(signal.SIGTERM)
        assert started.wait(30) == 0, log.read_text()


@contextmanager
def stack(home: Path) -> Iterator[Stack]:
    """Run sink, bridge and Alertmanager on the settings of `make stack`, with hurried routes."""
    web, smtp, bridge = free_port(), free_port(), free_port()
    ports = ("--web-port", str(web), "--smtp-port", str(smtp))
    assert cli.run(["sink", "--config", REFERENCE, "--prepare", str(home), *ports]) == 0
    file = home / "monitoring.yaml"
    file.write_text(file.read_text().replace(BRIDGE, f"127.0.0.1:{bridge}"))
    settings = load(file)
    samples.write(home, texts(settings, samples.ALERTS))
    (home / CONFIG).write_text(dumped(configuration(settings, samples.ALERTS, TIMERS)))
    journal = ("--storage.journal-file", str(home / "journal.sqlite"))
    with (
        running(home, "sink", *ports, port=web) as log,
        running(home, "bridge", "--config", str(file), *journal, port=bridge),
        alertmanager(home, home / CONFIG) as manager,
    ):
        yield Stack(manager, web, log)


def test_what_a_team_would_read(tmp_path: Path) -> None:
    """Slack, PagerDuty, mail and Sentry's events are printed and shown; no delivery fails."""
    with stack(tmp_path) as found:
        found.alertmanager.post([{"labels": {"alertname": "Watchdog", "severity": "none"}}])
        for severity in ("critical", "high", "low"):
            found.fire(severity, f"{severity}-shop")
        expected = (
            "Slack (#ion-alerts): @oncall CRITICAL: Too many requests fail: 2.5% of critical-shop",
            "PagerDuty (critical, incident ",
            "Slack (#ion-alerts): HIGH: Too many requests fail: 2.5% of high-shop",
            "Mail (ion-team@example.com): HIGH: Too many requests fail: 2.5% of high-shop",
            "Sentry (info, production): ",
        )
        wait_until(lambda: all(line in found.log.read_text() for line in expected), "messages")
        wait_until(lambda: "Last heartbeat: " in found.page(), "a heartbeat")
        wait_until(lambda: "Last Sentry check-in: " in found.page(), "a check-in")
        page = found.page()
        for word in ("Acknowledge</a>", ">Dashboard</a>", '<span class="mention">@oncall</span>'):
            assert word in page
        (mail,) = re.findall(r"<b>Mail</b>.*?(/message/\d+)", page, re.DOTALL)
        assert "<base target='_top'>&lt;" in found.page(mail)
        metrics = _get(f"http://127.0.0.1:{found.alertmanager.port}/metrics")
        assert not FAILED.search(metrics)


@pytest.mark.parametrize("given", [(), ("--config", "/nowhere")])
def test_settings_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    """Without a file of settings nothing is written."""
    monkeypatch.delenv("IONMON_CONFIG", raising=False)
    assert cli.run(["sink", "--prepare", str(tmp_path / "new"), *given]) == 3
    assert not (tmp_path / "new").exists()


def test_a_port_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second sink says how it gets ports of its own."""
    ports = ("--web-port", str(port := free_port()), "--smtp-port", str(free_port()))
    with running(tmp_path, "sink", *ports, port=port):
        assert cli.run(["sink", *ports]) == 1
    assert "name free ports with --web-port and --smtp-port" in capsys.readouterr().err


def test_the_procfile_names_what_is_prepared() -> None:
    """Its comment has the commands that write the files it names."""
    lines = (ROOT / "Procfile").read_text()
    assert "# ionmon sink --config examples/reference.yaml --prepare .stack\n" in lines
    assert "# ionmon configs --config .stack/monitoring.yaml --root .stack/configs\n" in lines
    assert f"--config.file=.stack/configs/{CONFIG} " in lines
    assert "ionmon bridge --config .stack/monitoring.yaml " in lines
    for name in ("prometheus", "prometheus-longterm"):
        assert f"--config.file=.stack/configs/alertmanager/out/{name}.yml " in lines
    assert "ionmon simulate --config .stack/simulated.yaml " in lines


def test_make_stack_runs_the_command() -> None:
    """With the reference's settings, and what ARGS says."""
    rules = (ROOT / "Makefile").read_text()
    assert "/ionmon stack --config examples/reference.yaml $(ARGS)\n" in rules


@pytest.mark.parametrize(("server", "port"), [("prometheus", 9090), ("longterm", 9091)])
def test_links_of_the_stack_lead_to_where_its_servers_listen(server: str, port: int) -> None:
    """Without the flag they would lead to the machine's name, where no server listens."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    (command,) = (line.split() for line in lines if line.startswith(f"{server}: "))
    assert f"--web.listen-address=127.0.0.1:{port}" in command
    assert f"--web.external-url=http://127.0.0.1:{port}" in command


def test_somebody_may_acknowledge_in_the_stack(tmp_path: Path) -> None:
    """The bridge of the stack knows a user, whose password is in a file."""
    assert cli.run(["sink", "--config", REFERENCE, "--prepare", str(tmp_path)]) == 0
    users = web_config(tmp_path / "bridge-web.yaml").basic_auth_users
    password = (tmp_path / "secrets/me").read_bytes()
    assert bcrypt.checkpw(password, users["me"].encode())


def test_the_simulated_exporter_judges_flags_as_the_settings_mean_them(tmp_path: Path) -> None:
    """With a second server, the first one need not keep 90 days; all families are read."""
    assert cli.run(["sink", "--config", REFERENCE, "--prepare", str(tmp_path)]) == 0
    settings = load(tmp_path / "simulated.yaml")
    assert expected(settings) == expected(load(tmp_path / "monitoring.yaml"))
    assert settings.google.families["*"].enabled
