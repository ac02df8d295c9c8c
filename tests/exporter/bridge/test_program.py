"""The bridge as a process: it starts, is killed, meets a full disk, and loses nothing."""

import asyncio
import http.client
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from exporter.bridge import program
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.journal import JournalLimits
from exporter.bridge.program import BridgeParts, BridgeProgram, configured, limits
from exporter.clock import Clock, WallClock
from exporter.errors import SettingsError
from exporter.settings import Overrides, Settings, load
from tests.exporter.bridge.bridges import RunningBridge, bridge
from tests.exporter.bridge.desks import Owing
from tests.exporter.bridge.notified import alerts_of, entry, journal
from tests.exporter.running import IONMON
from tests.exporter.web.certificates import Authority
from tests.exporter.web.serving import LISTEN
from tests.servers import answers, free_port, process, wait_until

pytestmark = pytest.mark.slow


def fingerprints(found: RunningBridge) -> list[tuple[str, str]]:
    """Return fingerprint and status of what the journal of an ended bridge has."""
    with journal(found.journal) as read:
        return [(r.alert.fingerprint, r.alert.status) for r in alerts_of(read, 0, float("inf"))]


def numbered(number: int, status: str = "firing") -> dict[str, Any]:
    """Return an alert by its number."""
    return entry(status=status, fingerprint=f"{number:016x}")


def test_it_serves_and_ends(tmp_path: Path) -> None:
    """It is ready, takes a notification, shows its metrics, and ends on SIGTERM with 0."""
    with bridge(tmp_path) as found:
        wait_until(lambda: found.ask("/-/ready")[0] == 200, "ready")
        assert found.post(numbered(1), numbered(2)) == 200
        assert found.ask("/-/healthy") == (200, "alive\n")
        wait_until(lambda: found.metric("ionmon_bridge_journal_bytes") > 0, "a size")
        journaled = 'ionmon_bridge_notifications_total{result="journaled"}'
        # Own metrics are up to a second old.
        wait_until(lambda: found.metric(journaled) == 1, "a notification that is counted")
        assert found.end() == 0
    assert fingerprints(found) == [(f"{n:016x}", "firing") for n in (1, 2)]


def test_it_does_without_what_reads_sources() -> None:
    """It starts quickly and is small: no client of Google or Redis is imported."""
    code = "import sys, exporter.commands.bridge; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"grpc", "redis", "exporter.poller", "generators"} & set(done.stdout.split())


def test_another_process_is_refused(tmp_path: Path) -> None:
    """Two bridges do not share a journal: the second one ends with 4, and says which has it."""
    with bridge(tmp_path) as found:
        command = [*IONMON, "bridge", "--config", str(tmp_path / "monitoring.yaml")]
        command += ["--storage.journal-file", str(found.journal)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, f"process {found.process.pid} uses it" in done.stderr) == (4, True)  # type: ignore[union-attr]  # it ran


def refused(home: Path, settings: str, **web: Path) -> str:
    """Return why a bridge does not start with these settings."""
    path = home / "monitoring.yaml"
    path.write_text(settings)
    flags = Overrides(journal_file=home / "journal", **web)
    with pytest.raises(SettingsError) as caught:
        asyncio.run(BridgeProgram(lambda: load(path, flags), WallClock(), LISTEN).run())
    return str(caught.value)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("log: {level: info}\n", "notifications:\n  bridge: {}"),
        (
            "notifications: {secrets_dir: /nowhere, bridge: {credentials_file: token}}\n",
            "/nowhere/token: cannot be read",
        ),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, settings: str, text: str) -> None:
    """The message has what is missing."""
    assert text in refused(tmp_path, settings)


def test_tls_that_alertmanager_does_not_expect_is_refused(tmp_path: Path) -> None:
    """Where the bridge would serve https and alertmanager.yml says http, it does not start."""
    Authority(tmp_path).issue("server")
    web = tmp_path / "web.yml"
    web.write_text("tls_server_config: {cert_file: server.pem, key_file: server.key}\n")
    text = refused(tmp_path, "notifications: {bridge: {}}\n", web_config_file=web)
    assert "set notifications.bridge.tls: true" in text


def test_it_starts_without_its_secrets(tmp_path: Path) -> None:
    """Those of the reference are nowhere on this machine; what they are for waits for them."""
    root = Path(__file__).parents[3]
    command = ("bridge", "--config", "examples/reference.yaml")
    port, log = free_port(), tmp_path / "log"
    own = ["--storage.journal-file", str(tmp_path / "journal")]
    own += ["--web.listen-address", f"127.0.0.1:{port}"]
    with process([*IONMON, *command, *own], log, cwd=root) as running:
        wait_until(lambda: answers(port) or running.poll() is not None, "a bridge")
        assert running.poll() is None, log.read_text()


def test_passwords_without_a_token_are_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What Alertmanager would get is 401, since it has no password to send."""
    hashed = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()
    web = tmp_path / "web.yml"
    web.write_text(f"basic_auth_users: {{alice: {hashed}}}\n")
    settings = Settings(
        notifications={"bridge": {}},
        storage={"journal_file": tmp_path / "journal"},
        web={"config_file": web},
    )
    running = BridgeProgram(lambda: settings, WallClock(), LISTEN)
    with caplog.at_level("WARNING", "ionmon.bridge"):
        asyncio.run(running.run(lambda _: running.lifecycle.stopping.set()))
    assert "set notifications.bridge.credentials_file" in caplog.text


def test_a_reload(tmp_path: Path) -> None:
    """SIGHUP applies other limits; settings that are wrong are refused, and the old ones stay."""
    with bridge(tmp_path) as found:
        path = tmp_path / "monitoring.yaml"
        good = path.read_text()
        path.write_text(good.replace("bridge:", "bridge:\n    max_alerts: 5000"))
        assert found.process is not None
        found.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "settings loaded" in found.log, "a reload")
        path.write_text("nonsense: 1\n")
        found.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload refused, the old settings stay" in found.log, "a refusal")
        assert found.post(entry()) == 200


class Poster:
    """Posts alerts one by one as Alertmanager does: again until it is answered 200."""

    def __init__(self, found: RunningBridge, alerts: int) -> None:
        self._found, self._alerts = found, alerts
        self.answers: list[int] = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        for number in range(self._alerts):
            for pause in count():
                status = self._found.post(numbered(number))
                self.answers.append(status)
                if status == 200:
                    break
                threading.Event().wait(min(0.01 * pause, 0.1))

    @property
    def journaled(self) -> int:
        """Return how many were answered with 200."""
        return self.answers.count(200)


def drill(tmp_path: Path, alerts: int, kills: int) -> None:
    """Post alerts while the bridge is killed so often; each has to be in the journal once."""
    with bridge(tmp_path) as found:
        poster = Poster(found, alerts)
        for kill in range(kills):
            part = alerts * (kill + 1) // (kills + 1)
            wait_until(lambda part=part: poster.journaled >= part, f"{part} alerts")  # type: ignore[misc]  # mypy cannot infer it
            found.end(signal.SIGKILL)
            found.start()
        poster.thread.join(60)
        assert found.end() == 0
    assert fingerprints(found) == [(f"{n:016x}", "firing") for n in range(alerts)]
    assert set(poster.answers) <= {0, 200}


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """Whatever a SIGKILL hits, each alert that was answered is journaled, and none is twice."""
    drill(tmp_path, alerts=30, kills=2)


@pytest.mark.deep
def test_many_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """The same of 200 alerts, with 20 kills."""
    drill(tmp_path, alerts=200, kills=20)


def test_a_journal_that_is_gone_is_a_503_until_it_is_back(tmp_path: Path) -> None:
    """What would be written to a removed file is refused; it is on disk once it can be."""
    with bridge(tmp_path) as found:
        assert found.post(numbered(1)) == 200
        aside = tmp_path / "aside"
        found.journal.rename(aside)
        assert found.post(numbered(2)) == 503
        status, text = found.ask("/-/ready")
        assert (status, "was removed or replaced while it is in use" in text) == (503, True)
        found.journal.write_bytes(b"another file")
        assert found.post(numbered(2)) == 503
        aside.replace(found.journal)
        assert found.post(numbered(2)) == 200
        assert found.ask("/-/ready")[0] == 200
        Path(f"{found.journal}-wal").unlink()
        assert found.post(numbered(3)) == 503
        found.end(signal.SIGKILL)
    with bridge(tmp_path) as found:
        assert found.post(numbered(3)) == 200


def test_a_full_disk_is_a_503_until_there_is_room(tmp_path: Path) -> None:
    """While its file cannot grow, nothing is answered 200; with room the same posts succeed."""
    with bridge(tmp_path) as found:
        assert found.post(numbered(0)) == 200
        assert found.process is not None
        pid = found.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        size = found.journal.with_name("journal.sqlite-wal").stat().st_size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
        refused = [found.post(numbered(n)) for n in range(1, 4)]
        wait_until(lambda: found.ask("/-/ready")[0] == 503, "not ready")
        assert found.ask("/-/healthy")[0] == 200
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        taken = [found.post(numbered(n)) for n in range(4)]
        wait_until(lambda: found.ask("/-/ready")[0] == 200, "ready")
        assert "notifications are journaled again" in found.log
        assert found.end() == 0
    assert (refused, taken) == ([503] * 3, [200] * 4)
    assert fingerprints(found) == [(f"{n:016x}", "firing") for n in range(4)]


class Failing:
    """A part that ends with a defect."""

    async def run(self) -> None:
        """Fail."""
        raise ZeroDivisionError

    def apply(self, settings: Settings) -> None:
        """Apply nothing."""


def test_a_part_that_fails_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bridge that would go on and deliver nothing ends, so that it is started again."""
    settings = Settings(
        notifications={"bridge": {}},
        storage={"journal_file": tmp_path / "journal"},
    )

    def failing(_: object, __: object, clock: Clock, ___: object) -> BridgeParts:
        return BridgeParts(
            dispatching=Owing(), journal_faults=DeliveryFaults(clock), running=(Failing(),)
        )

    monkeypatch.setattr(program, "parts", failing)
    failed = BridgeProgram(lambda: settings, WallClock(), LISTEN)
    with pytest.raises(RuntimeError, match="stopped by a defect"):
        asyncio.run(failed.run())


def test_a_post_under_way_is_answered_at_the_end(tmp_path: Path) -> None:
    """SIGTERM in the middle of notifications: each is answered or its connection is refused."""
    with bridge(tmp_path) as found:
        poster = Poster(found, 1_000)
        wait_until(lambda: poster.journaled > 20, "some alerts")
        assert found.end() == 0
        with suppress(OSError, http.client.HTTPException):
            found.ask("/")
        answered = poster.journaled
        found.start()
        wait_until(lambda: poster.journaled > answered, "more alerts")
        found.end()
    kept = fingerprints(found)
    assert len(kept) == len(set(kept))
    assert len(kept) >= poster.journaled


def test_limits_come_from_the_settings() -> None:
    """The journal keeps what notifications.bridge says."""
    settings = Settings(notifications={"bridge": {"keep": "30d", "max_alerts": 5_000}})
    assert limits(configured(settings)) == JournalLimits(keep=30 * 86_400.0, max_alerts=5_000)
