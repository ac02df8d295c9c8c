"""The whole chain: simulated project, exporter, Prometheus, Alertmanager, bridge; and stand-ins.

All programs are real, and the generated files are in force with every duration as much shorter as
the simulated project's time is quicker. The bridge alone has no clock but the machine's.
"""

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from exporter.settings import load
from exporter.simulator.incidents import Aspect, Effect
from generators.alertmanager.build import CONFIG
from generators.alertmanager.plan import timers
from generators.rules.build import build
from tests.clocks import FastClock
from tests.e2e.drill import hurried
from tests.e2e.failing_project import failing, served
from tests.e2e.hurried_chain import (
    MAIL_PASSWORD,
    PASSWORD,
    SPEED,
    USER,
    notifications,
    passwords,
    sections,
    write_alertmanager,
    write_prometheus,
    write_secrets,
)
from tests.e2e.messages import FIRING, Message, accepted, mailed, messages, posted
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.running import IONMON
from tests.exporter.simulator.worlds import flat_world
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.generators.alertmanager import sinks
from tests.sentry import Answer, Sentry, sentry
from tests.servers import Prometheus, alertmanager, free_port, process, prometheus, wait_until
from tests.smtp_server import MailRules, MailServer, mail_server

ROOT = Path(__file__).parents[2]
BEFORE, LASTS = 10, 46  # minutes until it begins, and of it
US, EU, ASIA = "us-central1", "europe-west1", "asia-southeast1"
REGIONS = (US, EU, ASIA)
_SCENARIO = failing(
    Effect(Aspect.ERRORS, 0.15, US),
    Effect(Aspect.ERRORS, 0.15, EU),
    Effect(Aspect.LATENCY, 270.0, ASIA),
    Effect(Aspect.MEMORY, 0.91, US),
    before=BEFORE,
    lasts=LASTS,
)
# What Sentry answers to the first events, in turn; then it takes them.
FAULTS = (
    Answer(429, (("Retry-After", "2"),)),
    Answer(413),
    Answer(503),
    Answer(504, hang=60.0),
)


@dataclass(frozen=True)
class FiredRule:
    """When an alert fired first, Unix seconds, and how severe it is."""

    at: float
    severity: str


@dataclass(frozen=True)
class WholeChain:
    """What runs: the incident's clock, the programs, and the stand-ins."""

    home: Path
    clock: FastClock
    began: float
    server: Prometheus
    bridge: RunningBridge
    web: sinks.Web
    mail: MailServer
    sentry: Sentry
    faults: list[Answer] = field(default_factory=list)

    def minute(self, at: float) -> float:
        """Return the minute of the incident at a Unix time of the machine."""
        begins = self.clock.start + (self.began - self.clock.start) / SPEED
        return (at - begins) * SPEED / 60

    def until(self, minute: float) -> None:
        """Wait for a minute of the incident."""
        wait_until(lambda: self.minute(time.time()) >= minute, f"minute {minute}", within=240)

    def messages(self) -> list[Message]:
        """Return what every channel took until now, in minutes of the incident."""
        mails = ((one.at, one.to, one.message) for one in list(self.mail.mails))
        taken = (*posted(self.web), *mailed(mails), *accepted(self.sentry))
        return messages(taken, REGIONS, self.minute)

    def fired(self) -> Mapping[tuple[str, str], FiredRule]:
        """Return when each alert fired first, by its name and region."""
        found: dict[tuple[str, str], FiredRule] = {}
        query = 'ALERTS{alertstate="firing"}[10m]'
        for one in self.server.api("query", query=query)["result"]:
            labels = one["metric"]
            key = (labels["alertname"], labels.get("region", ""))
            first = FiredRule(float(one["values"][0][0]), labels["severity"])
            found[key] = min(first, found.get(key, first), key=lambda each: each.at)
        return found

    def late(self, one: Message) -> float | None:
        """Return how many seconds after its rule fired a first message came, less `group_wait`.

        None for what begins no incident, or has no rule of one place.
        """
        rule = self.fired().get((one.alert, "".join(one.of)))
        if rule is None or one.sent != FIRING:
            return None
        wait = timers(load(self.home / "monitoring.yaml")).of(rule.severity).wait
        return ((one.at - self.minute(rule.at)) * 60 - wait) / SPEED

    def incident(self, alert: str, region: str = "") -> str:
        """Return the id of what fires, once the bridge knows it and when it began."""
        ids: list[str] = []

        def known() -> bool:
            rows = json.loads(self.bridge.ask("/api/alerts")[1])["alerts"]
            ids.extend(
                row["id"]
                for row in rows
                if (row["alert"], dict(row["labels"]).get("region", "")) == (alert, region)
            )
            return bool(ids)

        wait_until(known, f"{alert} {region} at the bridge", within=90)
        return ids[0]

    def acknowledge(self, *alerts: str) -> None:
        """Acknowledge by the command, as somebody at a terminal does."""
        own = ("--config", str(self.home / "monitoring.yaml"), "--user", USER)
        command = [*IONMON, "ack", *alerts, *own, "--password-file", str(self.home / "password")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr

    def press(self, incident: str) -> None:
        """Acknowledge by the button of an incident's page, as somebody with a phone does."""
        page = f"/incident/{incident}"
        fields = r'<input type="hidden" name="(\w+)" value="([^"]*)">'
        form = dict(re.findall(fields, self.bridge.ask(page)[1]))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**form, "comment": "on it"}).encode()
        assert self.bridge.ask(f"{page}/acknowledge", "POST", body, headers)[0] == 303


@contextmanager
def running(home: Path) -> Iterator[WholeChain]:
    """Run everything; give it when the incident is about to begin."""
    start = time.time()
    clock, world = FastClock(start, SPEED), flat_world(3, start, _SCENARIO)
    ports = {name: free_port() for name in ("exporter", "prometheus", "alertmanager")}
    with ExitStack() as stack:
        web, outside = stack.enter_context(sinks.web()), stack.enter_context(sentry())
        mail = stack.enter_context(_mail_server(home, stack))
        faults = list(FAULTS)
        outside.judge = lambda kind, _: faults.pop(0) if faults and kind == "event" else None
        write_secrets(home, web, outside)
        others = served(stack, world, clock) | sections(home, ports)
        acknowledging = stack.enter_context(
            bridge(home, notifications(web, mail), *passwords(home), **others)
        )
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        acknowledging.headers["Authorization"] = f"Basic {pair}"
        given = load(home / "monitoring.yaml")
        program = [sys.executable, "-m", "tests.e2e.exporter_at_speed", str(start), str(SPEED)]
        command = [*program, str(home / "monitoring.yaml")]
        stack.enter_context(process(command, home / "exporter.log", ROOT))
        rules = build(given)
        write_alertmanager(home, given, rules)
        stack.enter_context(alertmanager(home, home / CONFIG, port=ports["alertmanager"]))
        # Of one that was away the bridge waits minutes, of the machine's, for all that fires.
        acknowledging.end()
        acknowledging.start()
        resend = f"--rules.alert.resend-delay={hurried('1m', SPEED)}"
        text = write_prometheus(home, given, rules, ports)
        server = stack.enter_context(prometheus(home, text, resend, port=ports["prometheus"]))
        yield WholeChain(
            home=home,
            clock=clock,
            began=start // 60 * 60 + BEFORE * 60,
            server=server,
            bridge=acknowledging,
            web=web,
            mail=mail,
            sentry=outside,
            faults=faults,
        )


@contextmanager
def _mail_server(home: Path, stack: ExitStack) -> Iterator[MailServer]:
    """Serve mail with STARTTLS and a login; the environment lets Alertmanager trust it."""
    authority = Authority(home, "mail-authority")
    authority.issue("mail", ADDRESS)
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("SSL_CERT_FILE", str(authority.path))
    with mail_server(MailRules(certificate=home / "mail", login=("ion", MAIL_PASSWORD))) as found:
        yield found
