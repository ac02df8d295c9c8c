"""From a fresh clone: the stack, an incident, its alert everywhere, acknowledged, and its end.

What a newcomer does in the first minutes, with the commands that they type. It takes about twelve
minutes: the alert's window of five minutes has to be calm again.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.stack.model import StackPorts
from exporter.summary.limits import LimitState
from exporter.summary.service_json import read_service_json
from generators.commands.report import FORMATS
from tests.servers import process, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.deep]

ROOT = Path(__file__).parents[2]
# So all ports lie above those that tests are given, and below those of connections.
OFFSET = 22_910
PORTS = StackPorts(OFFSET)
ALERT, EU = "ErrorRateCritical", "europe-west1"
LOGIN = ("--config", ".stack/monitoring.yaml", "--user", "me", "--password-file")
IONMON = (sys.executable, "-m", "exporter")  # in the clone's folder it is the clone's code
ENOUGH = 900.0  # seconds


class Clone:
    """A clone of this repository, in which a stack runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, self.folder], check=True)
        self.log = folder / "log"

    def run(self, *words: str, known: bool = True) -> str:
        """Run a command of ionmon as a user does; return what it prints."""
        command = [*IONMON, *words]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0 or not known, done.stderr
        return done.stdout

    def alerts(self) -> dict[str, dict[str, object]]:
        """Return the alerts that fire in europe-west1, by name."""
        text = self.run("alerts", *LOGIN, ".stack/secrets/me", "--json", known=False)
        found = json.loads(text or "{}").get("alerts", [])
        return {one["alert"]: one for one in found if EU in one["place"]}

    def messages(self) -> str:
        """Return what a team would read."""
        return _read(PORTS.sink.url("/"))

    def said(self) -> str:
        """Return what the stack has printed."""
        return self.log.read_text()


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read()).decode()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Run the stack of a fresh clone until it says that it is ready, and end it by Ctrl-C."""
    found = Clone(tmp_path_factory.mktemp("first"))
    words = ("stack", "--config", "examples/reference.yaml", "--port-offset", str(OFFSET))
    with process((*IONMON, *words), found.log, found.folder) as stack:
        wait_until(
            lambda: "\nready in " in found.said() or stack.poll() is not None, "a stack", ENOUGH
        )
        assert stack.poll() is None, found.said()
        yield found
        stack.send_signal(signal.SIGINT)
        assert stack.wait(60) == 0, found.said()
    assert "Traceback" not in found.said()
    assert [line for line in _commands() if str(found.folder) in line] == []


def _commands() -> Iterator[str]:
    """Yield the command line and the folder of every process but this one."""
    for path in Path("/proc").glob("[0-9]*"):
        if path.name != str(os.getpid()):
            try:
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield f"{words} {(path / 'cwd').readlink()}"
            except OSError:
                continue


@pytest.fixture(scope="module")
def incident(clone: Clone) -> float:
    """Begin an incident; return when."""
    began = time.time()
    words = ("incident", "error_burst", "--port-offset", str(OFFSET), "--json")
    found = json.loads(clone.run(*words))
    assert [one["name"] for one in found["incidents"]] == ["error_burst"]
    assert ALERT in [one["alert"] for one in found["expected"]]
    return began


def test_the_stack_says_where_everything_is(clone: Clone) -> None:
    """Each address that it prints answers, and its times are said to be a demo's."""
    found = re.findall(r"  (http://127\.0\.0\.1:\d+/)", clone.said().partition("ready in")[2])
    assert len(found) == 6
    assert "Demo times: " in clone.said()
    assert "Demo times: " in _read(f"http://127.0.0.1:{PORTS.exporter}/")
    assert "Demo times: " in clone.messages()


def test_the_alert_reaches_the_team(clone: Clone, incident: float) -> None:
    """A page and a message in the sink; how long that took is printed."""
    wait_until(lambda: "<b>PagerDuty</b>" in clone.messages(), "a page", within=ENOUGH)
    print(f"\nfrom the incident to the first page: {time.time() - incident:.0f} s")  # noqa: T201 - a figure
    wait_until(lambda: "@oncall" in clone.messages(), "a message", within=ENOUGH)
    assert "CRITICAL: Too many requests fail" in clone.messages()
    assert "PagerDuty (critical" in clone.said()


@pytest.mark.usefixtures("incident")
def test_the_landing_page_says_what_is_wrong() -> None:
    """In its headline and in /service.json: which signal, where, beyond which limit."""
    url = f"http://127.0.0.1:{PORTS.exporter}/service.json"
    service = read_service_json(_read(url), url)
    assert service is not None
    (rate,) = (signal for signal in service.signals if signal.name == "error_rate")
    states = {dict(place.labels)["region"]: place.state for place in rate.places}
    assert states.pop(EU) is LimitState.CRITICAL
    assert set(states.values()) == {LimitState.WITHIN}
    page = _read(f"http://127.0.0.1:{PORTS.exporter}/")
    assert re.search(rf"<title>error rate [\d.]+% in {EU}, limit 1%", page)


@pytest.mark.usefixtures("incident")
def test_the_report_has_the_alert(clone: Clone) -> None:
    """In every format that the command has."""
    for form in FORMATS:
        own = ("--since", "1h", "--format", form, "--user", "me")
        words = ("report", "--config", ".stack/monitoring.yaml", *own, "--password-file")
        assert ALERT in clone.run(*words, ".stack/secrets/me", known=False), form


@pytest.mark.usefixtures("incident")
def test_it_is_acknowledged(clone: Clone) -> None:
    """By the command, as the user of the stack; everybody sees by whom."""
    wait_until(lambda: ALERT in clone.alerts(), "the alert", within=ENOUGH)
    assert not clone.alerts()[ALERT].get("acknowledged")
    clone.run("ack", ALERT, *LOGIN, ".stack/secrets/me")
    wait_until(lambda: bool(clone.alerts()[ALERT].get("acknowledged")), "an acknowledgement")
    assert "me" in json.dumps(clone.alerts()[ALERT]["acknowledged"])


@pytest.mark.usefixtures("incident")
def test_it_ends(clone: Clone) -> None:
    """The team is notified, nothing fires in the region, and the page is calm again."""
    clone.run("incident", "--end", "--port-offset", str(OFFSET))
    wait_until(
        lambda: "Resolved: Too many requests failed" in clone.messages(), "the end", within=ENOUGH
    )
    wait_until(lambda: ALERT not in clone.alerts(), "nothing that fires", within=ENOUGH)
    url = f"http://127.0.0.1:{PORTS.exporter}/service.json"

    def calm() -> bool:
        return json.loads(_read(url))["headline"] == "the service is within its limits"

    wait_until(calm, "a calm page", within=ENOUGH)
