"""A real bridge process, a real Sentry stand-in: what arrives, through failures and kills."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from exporter.cli import DEFECT, cli
from tests.docs.json_keys import unlike_page
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.bridge.notified import entry
from tests.exporter.bridge.samples import SHOP
from tests.sentry import KEY, Answer, Sentry, sentry
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.slow

# The program, with a defect in what tends its journal.
DEFECTIVE = """
from exporter import cli
from exporter.bridge import tending
tending.Tending.once = lambda self: 1 / 0
cli.main()
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningBridge, Sentry]]:
    """Run a Sentry, and a bridge that delivers to it."""
    home = tmp_path_factory.mktemp("bridge")
    with sentry() as server:
        (home / "dsn").write_text(server.dsn)
        (home / "dsn").chmod(0o600)
        with bridge(home, {"sentry": {"dsn_file": "dsn"}}, services=SHOP) as found:
            yield found, server


@pytest.fixture
def server(started: tuple[RunningBridge, Sentry]) -> Sentry:
    """Return that Sentry, without what it was sent before."""
    found = started[1]
    found.posts.clear()
    found.answered.clear()
    found.always = None
    return found


@pytest.fixture
def running(started: tuple[RunningBridge, Sentry]) -> RunningBridge:
    """Return that bridge; it is started where a test ended it."""
    found = started[0]
    assert found.process is not None
    if found.process.poll() is not None:
        found.start()
    return found


def names(server: Sentry) -> list[str]:
    """Return the alerts of the events that Sentry took."""
    return [event["tags"]["alertname"] for event in server.accepted]


def dead(running: RunningBridge, *options: str) -> str:
    """Return what `ionmon bridge dead` prints."""
    words = ["bridge", "dead", "--config", str(running.home / "monitoring.yaml")]
    words += ["--storage.journal-file", str(running.journal), *options]
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    return result.output


def test_what_sentry_is_owed_arrives_there(running: RunningBridge, server: Sentry) -> None:
    """What the receivers of Sentry get arrives once, however often it is posted; nothing else."""
    for receiver in ("low-sentry", "shop-low-sentry", "unrouted", "journal", "critical-webhook"):
        for _ in range(2):
            assert running.post(entry(receiver), receiver=receiver) == 200
    assert running.post(entry("over", "resolved"), receiver="low-sentry") == 200
    wait_until(lambda: len(server.events) >= 3, "three events")
    wait_until(
        lambda: (
            running.metric('ionmon_bridge_deliveries_total{target="sentry",outcome="sent"}') == 3
        ),
        "three deliveries",
    )
    assert sorted(names(server)) == ["low-sentry", "shop-low-sentry", "unrouted"]


def test_what_failed_is_a_dead_letter_and_sent_again(
    running: RunningBridge, server: Sentry
) -> None:
    """`ionmon bridge dead` lists it beside the running bridge, and `--retry` has it sent."""
    server.always = Answer(400, body=b"bad\x1b[2J envelope")
    running.post(entry("DiskTrend"))
    wait_until(lambda: "DiskTrend" in dead(running), "a dead letter")
    assert "Sentry answered 400: bad [2J envelope" in dead(running)
    body = json.loads(dead(running, "--json"))
    assert unlike_page("bridge dead", body) == []
    (letter,) = body["deliveries"]
    assert (letter["alert"], letter["target"], letter["tries"]) == ("DiskTrend", "sentry", 1)
    server.always = None
    assert KEY not in running.log + dead(running) + running.ask("/metrics")[1]
    assert "1 deliveries are tried again" in dead(running, "--retry")
    wait_until(lambda: names(server) == ["DiskTrend"], "the alert")
    wait_until(lambda: dead(running) == "No delivery was given up.\n", "no dead letter")


def test_dead_letters_of_a_bridge_that_is_down(running: RunningBridge, server: Sentry) -> None:
    """They can be listed and made due again without a running bridge, which sends them later."""
    server.always = Answer(400)
    running.post(entry("MemoryTrend"))
    wait_until(lambda: "MemoryTrend" in dead(running), "a dead letter")
    running.end()
    server.always = None
    assert "1 deliveries are tried again" in dead(running, "--retry")
    running.start()
    wait_until(lambda: names(server) == ["MemoryTrend"], "the alert")


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error names the file and the flag, and makes no file."""
    (tmp_path / "monitoring.yaml").write_text("{}")
    words = ["bridge", "dead", "--config", str(tmp_path / "monitoring.yaml")]
    words += ["--storage.journal-file", str(tmp_path / "none.sqlite")]
    result = CliRunner().invoke(cli, words)
    assert "none.sqlite: there is no such file; name the bridge's journal" in str(result.exception)
    assert not (tmp_path / "none.sqlite").exists()


def test_a_watchdog_checks_in(running: RunningBridge, server: Sentry) -> None:
    """The Watchdog's notification is a check-in at Sentry Crons, and is not journaled."""

    def journaled() -> float:
        return running.metric('ionmon_bridge_alerts_total{status="firing"}')

    before = journaled()
    assert running.post(entry("Watchdog"), receiver="heartbeat") == 200
    wait_until(lambda: len(server.check_ins) == 1, "a check-in")
    assert server.check_ins[0]["status"] == "ok"
    assert journaled() == before
    assert server.events == []


def test_a_term_finishes_what_is_being_sent(running: RunningBridge, server: Sentry) -> None:
    """SIGTERM while Sentry is slow: the event is marked before the end, and not sent again."""
    server.script = [Answer(hang=1.0)]
    running.post(entry("Slow"))
    wait_until(lambda: len(server.events) == 1, "a request")
    assert running.end() == 0
    running.start()
    running.post(entry("Next"))
    wait_until(lambda: "Next" in names(server), "the next alert")
    assert names(server) == ["Slow", "Next"]


def test_a_restart_keeps_what_sentry_asked_for(tmp_path: Path) -> None:
    """After Retry-After of two hours and a restart, neither the old nor a new alert is sent."""
    with sentry() as server:
        (tmp_path / "dsn").write_text(server.dsn)
        (tmp_path / "dsn").chmod(0o600)
        server.script = [Answer(429, (("Retry-After", "7200"),))]
        with bridge(tmp_path, {"sentry": {"dsn_file": "dsn"}}) as running:
            running.post(entry("DiskTrend"))
            wait_until(lambda: len(server.posts) == 1, "a request")
            running.end()
            running.start()
            running.post(entry("MemoryTrend"))
            wait_until(lambda: "takes no event for 7" in running.log, "a wait that was kept")
    assert len(server.posts) == 1


def test_a_full_disk_sends_nothing_twice(tmp_path: Path) -> None:
    """What Sentry refuses while the journal cannot grow is asked once, and noted in the end."""
    with sentry() as server:
        (tmp_path / "dsn").write_text(server.dsn)
        (tmp_path / "dsn").chmod(0o600)
        server.script = [Answer(400, hang=1.0)]
        with bridge(tmp_path, {"sentry": {"dsn_file": "dsn"}}) as running:
            assert running.process is not None
            running.post(entry("DiskTrend"))
            wait_until(lambda: len(server.events) == 1, "a request")
            limits = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
            wait_until(lambda: "wait for the journal" in running.log, "a full disk")
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, limits)
            wait_until(lambda: "DiskTrend" in dead(running), "a dead letter")
    assert len(server.events) == 1


def test_a_defect_of_the_bridge_is_an_event_of_its_own(tmp_path: Path) -> None:
    """With own_errors, what ends the bridge is sent before it ends."""
    with sentry() as server:
        (tmp_path / "dsn").write_text(server.dsn)
        (tmp_path / "dsn").chmod(0o600)
        section = {"sentry": {"dsn_file": "dsn", "own_errors": True}}
        section |= {"bridge": {"address": f"127.0.0.1:{free_port()}"}, "secrets_dir": str(tmp_path)}
        config = tmp_path / "monitoring.yaml"
        config.write_text(yaml.safe_dump({"notifications": section}))
        command = [sys.executable, "-c", DEFECTIVE, "bridge", "--config", str(config)]
        command += ["--storage.journal-file", str(tmp_path / "journal.sqlite")]
        done = subprocess.run(command, check=False, timeout=30, capture_output=True)
    assert done.returncode == DEFECT
    event = server.events[-1]
    assert event["level"] == "fatal"
    assert event["exception"]["values"][-1]["type"] == "ZeroDivisionError"


@pytest.mark.deep
def test_kills_lose_nothing_and_double_only_what_was_not_marked(
    running: RunningBridge, server: Sentry
) -> None:
    """Alerts over kills and failures each arrive; a second time has the id of the first."""
    alerts, kills = [f"alert{number}" for number in range(40)], 4
    server.judge = _one_in_three(server)
    for at, name in enumerate(alerts):
        while running.post(entry(name)) != 200:
            running.start()
        if at % (len(alerts) // kills) == 5:
            running.end(signal.SIGKILL)
            running.start()
    server.judge = lambda *_: None
    wait_until(lambda: set(names(server)) == set(alerts), "every alert")
    twice = len(names(server)) - len(alerts)
    assert twice <= kills
    assert len({event["event_id"] for event in server.accepted}) == len(alerts)


def _one_in_three(server: Sentry) -> Any:
    return lambda *_: Answer(503) if len(server.posts) % 3 == 0 else None
