"""Envelopes at a stand-in for Sentry that fails in every way."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.bridge import outgoing
from exporter.bridge.outcome import Later, Refused, Sent
from exporter.bridge.sentry.alert_event import EventSettings
from exporter.bridge.sentry.alerts import SentryAlerts
from exporter.bridge.sentry.crons import SentryCrons
from exporter.bridge.sentry.transport import SentryTransport
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN, firing, journaled
from tests.sentry import KEY, Answer, Sentry, sentry
from tests.servers import free_port

pytestmark = pytest.mark.slow

CHUNKED = {"headers": (("Transfer-Encoding", "chunked"),), "body": b"9\r\n{}"}


@pytest.fixture
def server() -> Iterator[Sentry]:
    """Run a Sentry."""
    with sentry() as running:
        yield running


class Sender:
    """Sends alerts and check-ins to one Sentry, at a time that is set by hand."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.file = folder / "dsn"
        self.file.write_text(dsn)
        self.file.chmod(0o600)
        self.clock = HandClock(BEGAN)
        transport = SentryTransport(self.file, self.clock)
        self.alerts = SentryAlerts(transport, EventSettings("production"), self.clock)
        self.crons = SentryCrons(transport, "production", self.clock)

    def send(self, number: int = 0, **labels: str) -> Sent | Later | Refused:
        """Send an alert."""
        return self.alerts.deliver(journaled(firing(number, **labels)))


def test_an_alert_arrives(tmp_path: Path, server: Sentry) -> None:
    """An event is sent, with the key, and its 200 is read."""
    assert Sender(tmp_path, server.dsn).send() == Sent()
    assert [event["tags"]["alertname"] for event in server.events] == ["DiskTrend"]


@pytest.mark.parametrize("status", [500, 502, 503, 401, 403, 404, 301, 307, 408])
def test_what_may_change_is_tried_later(tmp_path: Path, server: Sentry, status: int) -> None:
    """A server's fault, a wrong key and a redirect leave the alert for later, with the reason."""
    server.always = Answer(status, (("Location", server.dsn),), b"over\r\n capacity\x1b[2J")
    outcome = Sender(tmp_path, server.dsn).send()
    assert isinstance(outcome, Later)
    assert f"Sentry answered {status}: over capacity [2J" in outcome.why
    assert len(server.events) == 1


def test_what_sentry_repeats_betrays_nothing(tmp_path: Path, server: Sentry) -> None:
    """The key is not in the reason, in base64 or another case either."""
    written = (KEY, KEY.upper(), b64encode(KEY.encode()).decode(), server.dsn.replace("/", "\\/"))
    server.always = Answer(403, body=" ".join(written).encode())
    outcome = Sender(tmp_path, server.dsn).send()
    assert isinstance(outcome, Later)
    assert "<secret> <secret> <secret> " in outcome.why
    assert not any(each in outcome.why for each in written)


def test_garbage_is_not_sent_again(tmp_path: Path, server: Sentry) -> None:
    """A 400 is for good."""
    server.always = Answer(400, (("X-Sentry-Error", "invalid envelope"),))
    assert Sender(tmp_path, server.dsn).send() == Refused("Sentry answered 400: invalid envelope")


def test_a_full_sentry_is_left_alone(tmp_path: Path, server: Sentry) -> None:
    """Until Retry-After is over nothing is sent, and a try says how long that is."""
    server.script = [Answer(429, (("Retry-After", "30"),))]
    sender = Sender(tmp_path, server.dsn)
    assert sender.send() == Later("Sentry answered 429: {}", 30.0)
    sender.clock.time += 29
    assert sender.send(1) == Later("Sentry takes no event for 1 s", 1.0)
    assert len(server.posts) == 1
    sender.clock.time += 1
    assert sender.send(1) == Sent()


def test_a_step_of_the_wall_clock_does_not_end_a_wait(tmp_path: Path, server: Sentry) -> None:
    """Retry-After stands on the monotonic clock."""
    server.script = [Answer(429, (("Retry-After", "30"),))]
    sender = Sender(tmp_path, server.dsn)
    sender.send()
    sender.clock.off = 86_400.0
    assert isinstance(sender.send(), Later)
    assert len(server.posts) == 1


def test_a_limit_of_events_leaves_check_ins(tmp_path: Path, server: Sentry) -> None:
    """Sentry's limits are by category: check-ins go on while events wait."""
    server.script = [Answer(200, (("X-Sentry-Rate-Limits", "60:error:organization"),))]
    sender = Sender(tmp_path, server.dsn)
    assert sender.send() == Sent(60.0)
    assert isinstance(sender.send(1), Later)
    assert sender.crons.check_in(works=True) == Sent()
    assert [kind for kind, _ in server.posts] == ["event", "check_in"]


def test_a_check_in_makes_its_monitor(tmp_path: Path, server: Sentry) -> None:
    """A check-in says ok or error, and carries the monitor's schedule."""
    sender = Sender(tmp_path, server.dsn)
    for works in (True, False):
        assert sender.crons.check_in(works=works) == Sent()
    one, two = server.check_ins
    assert (one["status"], two["status"]) == ("ok", "error")
    assert one["check_in_id"] != two["check_in_id"]
    assert one["monitor_slug"] == "ionmon-alerts"
    assert one["monitor_config"]["schedule"] == {"type": "interval", "value": 1, "unit": "minute"}


def test_too_large_is_sent_once_more_cut(tmp_path: Path, server: Sentry) -> None:
    """After a 413 the same event is sent with shorter texts; a second 413 is for good."""
    server.script = [Answer(413)]
    sender = Sender(tmp_path, server.dsn)
    assert sender.send(summary_of_it="x" * 150) == Sent()
    assert [event["event_id"] for event in server.events] == [server.events[0]["event_id"]] * 2
    server.always = Answer(413)
    outcome = sender.send(1)
    assert isinstance(outcome, Refused)
    assert "413" in outcome.why
    assert len(server.events) == 4


@pytest.mark.parametrize(
    "answer", [Answer(hang=20.0), Answer(drip=True), Answer(close=True)], ids=str
)
def test_a_sentry_that_hangs_costs_a_deadline(
    tmp_path: Path, server: Sentry, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence, a byte now and then, and a closed connection end in time, for later."""
    monkeypatch.setattr(outgoing, "DEADLINE", 0.4)
    server.always = answer
    outcome: list[object] = []
    sender = Sender(tmp_path, server.dsn)
    thread = threading.Thread(target=lambda: outcome.append(sender.send()), daemon=True)
    thread.start()
    thread.join(15.0)
    assert isinstance(outcome[0], Later)
    assert KEY not in outcome[0].why
    assert f"127.0.0.1:{server.port}" in outcome[0].why


@pytest.mark.parametrize("answer", [{"lacking": 9}, {"lacking": 9, "hold": True}, CHUNKED], ids=str)
def test_a_body_that_breaks_off_changes_nothing(
    tmp_path: Path, server: Sentry, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    """The status says what became of an event: one that was taken is not sent again."""
    monkeypatch.setattr(outgoing, "DEADLINE", 0.4)
    sender = Sender(tmp_path, server.dsn)
    server.always = Answer(**answer)
    assert sender.send() == Sent()
    server.always = Answer(400, **answer)
    assert isinstance(sender.send(1), Refused)


def test_a_sentry_that_is_away_is_later(tmp_path: Path) -> None:
    """Nothing listens: later, with the address and no key."""
    port = free_port()
    outcome = Sender(tmp_path, f"http://{KEY}@127.0.0.1:{port}/42").send()
    assert isinstance(outcome, Later)
    assert f"127.0.0.1:{port}" in outcome.why
    assert KEY not in outcome.why


def test_a_new_dsn_needs_no_restart(tmp_path: Path, server: Sentry) -> None:
    """The file is read each time: a key that was wrong is corrected in it."""
    sender = Sender(tmp_path, server.dsn.replace(KEY, "0" * 32))
    outcome = sender.send()
    assert isinstance(outcome, Later)
    assert "check the DSN in notifications.sentry.dsn_file" in outcome.why
    sender.file.write_text(server.dsn)
    assert sender.send() == Sent()


def test_a_missing_dsn_is_later(tmp_path: Path, server: Sentry) -> None:
    """Without its file nothing is lost, and the reason names the setting."""
    sender = Sender(tmp_path, server.dsn)
    sender.file.unlink()
    outcome = sender.send()
    assert isinstance(outcome, Later)
    assert "notifications.sentry.dsn_file" in outcome.why
