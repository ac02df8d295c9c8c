"""No secret is in anything that ionmon says, serves or writes, though every server repeats them."""

import base64
import json
import signal
import subprocess
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from exporter.catalog.alert_names import HEARTBEAT_RECEIVER, WATCHDOG
from exporter.settings import load
from generators.alertmanager.build import CONFIG
from tests import servers
from tests.e2e import marked_secrets
from tests.e2e.marked_secrets import IN_ALERTMANAGER, MARKS, USER, RepeatingServer
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.bridge.notified import entry
from tests.exporter.running import IONMON, Running, running
from tests.servers import Alertmanager, wait_until
from tests.smtp_server import MailRules, mail_server

pytestmark = pytest.mark.slow

LABELS = {"alertname": "ErrorRateCritical", "severity": "critical"}
DEBUG = ("--log.level", "debug")


@dataclass
class Said:
    """Everything that was said, served or written, by where; and which secrets it may not have."""

    home: Path
    server: RepeatingServer
    hidden: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def journal(self) -> tuple[str, str]:
        """The option that names the journal."""
        return "--storage.journal-file", str(self.home / "journal.sqlite")

    def run(self, *words: str, fails: bool = False) -> str:
        """Run a command on the settings; keep and return what it prints."""
        command = [*IONMON, *words, "--config", str(self.home / "monitoring.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.home)
        assert done.returncode == int(fails), done.stderr
        self.texts[" ".join(words)] = done.stdout + done.stderr
        return done.stdout + done.stderr

    def pages(self, found: RunningBridge | Running, *paths: str) -> None:
        """Keep what a program serves, and its answer to a reload of wrong settings."""
        name = type(found).__name__
        for path in ("/", "/metrics", "/-/ready", "/-/healthy", "/nothing", *paths):
            self.texts[f"{name} {path}"] = found.ask(path)[1]
        self.texts[f"{name} reload"] = found.ask("/-/reload", "POST")[1]

    def files(self) -> None:
        """Keep every file that a program wrote, whatever its form."""
        given = {*MARKS, "web.yml", "google.json", "monitoring.yaml", "am.yml"}
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in given:
                self.texts[str(path.relative_to(self.home))] = path.read_bytes().decode("latin-1")

    def places(self, mark: str) -> list[str]:
        """Return where a text is."""
        return sorted(name for name, text in self.texts.items() if mark in text)


def refuse(process: subprocess.Popen[bytes], log: Path) -> None:
    """Let a program load settings that are wrong."""
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload refused" in log.read_text(), "a reload that is refused")


def fire(manager: Alertmanager) -> tuple[str, str]:
    """Let an alert fire; return its fingerprint and its start."""
    manager.post([{"labels": LABELS, "startsAt": datetime.now(UTC).isoformat()}])
    (held,) = manager.alerts()
    return held["fingerprint"], held["startsAt"]


def notify(server: RepeatingServer, found: RunningBridge, fingerprint: str, start: str) -> None:
    """Post what Alertmanager would: a watchdog, an alert for Sentry, and one of PagerDuty."""
    one = entry(LABELS["alertname"], labels=LABELS, fingerprint=fingerprint, startsAt=start)
    found.headers = {"Authorization": f"Bearer {MARKS['bridge']}"}
    watchdog = entry(WATCHDOG, labels={"alertname": WATCHDOG, "severity": "none"})
    assert found.post(watchdog, receiver=HEARTBEAT_RECEIVER) == 200
    # Before anything fails: the bridge is silent then.
    wait_until(lambda: server.was_sent("heartbeat"), "a heartbeat")
    assert found.post(entry()) == 200
    assert found.post(one, receiver="critical-pagerduty", groupKey="{}:{}") == 200
    pair = base64.b64encode(f"{USER}:{MARKS['password']}".encode()).decode()
    found.headers = {"Authorization": f"Basic {pair}"}
    dead = 'ionmon_bridge_dead_letters{target="sentry"}'
    wait_until(lambda: found.metric(dead) == 1, "an alert that Sentry refused")
    page = f"/incident/{fingerprint}"
    wait_until(lambda: found.ask(page)[0] == 200, "what fires, at the bridge")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Said:
    """Let everything run and fail; with --deep, what needs longer, too."""
    home = tmp_path_factory.mktemp("secrets")
    with ExitStack() as stack:
        server = stack.enter_context(marked_secrets.repeating())
        found = Said(home, server, marked_secrets.write(home, server))
        (home / "am.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        manager = stack.enter_context(servers.alertmanager(home, home / "am.yml"))
        running_bridge = stack.enter_context(_bridge(stack, found, manager.port))
        alert = fire(manager)
        notify(server, running_bridge, *alert)
        own = ("--config", str(home / "monitoring.yaml"), "--web.enable-lifecycle", *DEBUG)
        exporter = stack.enter_context(running(home, *own))
        exporter.wait_for_log("refused: 127.0.0.1")
        _commands(found, alert[0])
        if request.config.getoption("deep"):
            _long_commands(found)
        wait_until(lambda: server.was_sent("pagerduty"), "an acknowledgement at PagerDuty")
        _fail(found, running_bridge, exporter, f"/incident/{alert[0]}")
    found.files()
    return found


def _bridge(
    stack: ExitStack, said: Said, alertmanager: int
) -> AbstractContextManager[RunningBridge]:
    """Run a bridge beside servers that refuse what they are sent, or do not answer."""
    redis = stack.enter_context(servers.redis(said.home, "--requirepass", "another"))
    refusing = MailRules(login=("ion", "other"), replies={"AUTH": f"535 not {MARKS['mail']}"})
    mail = stack.enter_context(mail_server(refusing))
    return bridge(
        said.home,
        marked_secrets.notifications(said.server, mail.port),
        *("--web.config.file", str(said.home / "web.yml"), "--web.enable-lifecycle", *DEBUG),
        **marked_secrets.sections(said.home, redis.port, servers.free_port(), alertmanager),
    )


def _commands(said: Said, alert: str) -> None:
    """Run what people run at a terminal; Prometheus does not answer, and mail is refused."""
    login = ("--user", USER, "--password-file", str(said.home / "password"))
    said.run("alerts", "--json", *login, fails=True)
    said.run("ack", alert, "--comment", "on it", *login)
    assert "not <secret>" in said.run("digest", "--send", *said.journal, fails=True)
    assert "<secret>" in said.run("bridge", "dead", *said.journal)


def _long_commands(said: Said) -> None:
    """Run what takes seconds, or says the same as another command."""
    login = ("--user", USER, "--password-file", str(said.home / "password"))
    out = ("--root", str(said.home / "out"))
    said.run("configs", *out)
    said.run("check", "--offline", *out)
    said.run("sink", "--prepare", str(said.home / "sink"))
    said.run("doctor", "--all", fails=True)
    said.run("doctor", "--json", fails=True)
    said.run("alerts", *login, fails=True)
    said.run("alerts", "--history", fails=True)
    said.run("explain", LABELS["alertname"], fails=True)
    html = ("--html", str(said.home / "digest.html"))
    said.run("digest", "--stdout", *html, *said.journal, fails=True)
    said.run("bridge", "dead", "--json", *said.journal)


def _fail(said: Said, found: RunningBridge, exporter: Running, incident: str) -> None:
    """Reload settings that are wrong, and keep what both programs serve."""
    path = said.home / "monitoring.yaml"
    good = path.read_text()
    path.write_text(yaml.safe_dump(marked_secrets.bad(yaml.safe_load(good))))
    assert found.process is not None
    refuse(found.process, said.home / "bridge.log")
    refuse(exporter.process, exporter.log)
    said.pages(found, incident, "/api/alerts")
    said.pages(exporter)
    path.write_text(good)


def test_no_secret_is_said_served_or_written(said: Said) -> None:
    """Logs, pages, metrics, commands, generated files, journal and state hold none."""
    found = {name: said.places(mark) for name, mark in said.hidden.items()}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.deep
def test_an_address_that_no_file_can_hold_is_in_one_place(said: Said) -> None:
    """Alertmanager 0.25 reads a webhook's address from its configuration alone."""
    assert said.places(MARKS[IN_ALERTMANAGER]) == [f"out/{CONFIG}"]


def test_each_secret_was_used(said: Said) -> None:
    """Servers were sent their own; every file that settings can name has a mark."""
    for name in ("sentry", "pagerduty", "heartbeat"):
        assert said.server.was_sent(name)
    assert marked_secrets.unmarked(load(said.home / "monitoring.yaml")) == set()
    assert json.loads(said.texts["RunningBridge /api/alerts"])["alerts"][0]["acknowledged"]
