"""What Alertmanager is answered, and what the journal has then; over the real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from exporter.catalog import own_bridge
from tests.exporter.bridge.desks import Desk
from tests.exporter.bridge.notified import NOON, alerts_of, document, entry


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk without a token."""
    found = Desk(tmp_path)
    yield found
    found.close()


def test_a_notification_is_journaled_before_it_is_answered(desk: Desk) -> None:
    """200 means on disk: the alert is there, owed where its receiver is Sentry's, and counted."""
    assert desk.post(entry()) == 200
    assert desk.post(entry(), receiver="journal", groupKey="{}") == 200
    rows = alerts_of(desk.journal, 0, 2 * NOON)
    assert [row.receiver for row in rows] == ["low-sentry", "journal"]
    assert [o.journaled.receiver for o in desk.journal.deliveries.due(NOON)] == ["low-sentry"]
    assert desk.counted(own_bridge.NOTIFICATIONS, "journaled") == 2
    assert desk.counted(own_bridge.ALERTS, "firing") == 2
    assert [receiver for receiver, _ in desk.owing.seen] == ["low-sentry", "journal"]


def test_a_repeat_is_counted_as_one(desk: Desk) -> None:
    """What is posted again is answered the same, and owed once."""
    assert [desk.post(entry()) for _ in range(3)] == [200] * 3
    assert len(desk.journal.deliveries.due(NOON)) == 1
    assert desk.counted(own_bridge.REPEATS) == 2


def test_the_watchdog_is_no_news(desk: Desk) -> None:
    """A heartbeat is answered and passed on, and leaves nothing in the journal."""
    assert desk.post(entry("Watchdog"), receiver="heartbeat") == 200
    assert alerts_of(desk.journal, 0, 2 * NOON) == ()
    assert desk.owing.seen == [("heartbeat", None)]


@pytest.mark.parametrize("body", [b"", b"hello", b"{}", b'{"version": "5", "alerts": []}'])
def test_garbage_is_a_400(desk: Desk, body: bytes) -> None:
    """It says what is wrong, and is counted; Alertmanager does not send it again."""
    got = desk.ask("POST", "/alerts", body)
    assert (got.status, len(got.body) > 10) == (400, True)
    assert desk.counted(own_bridge.NOTIFICATIONS, "bad_request") == 1


def test_a_full_journal_is_a_503(desk: Desk) -> None:
    """While all wait for Sentry nothing is taken; once they are delivered, the same succeeds."""
    every = [entry(fingerprint=f"{n:016x}") for n in range(200)]
    assert desk.post(*every) == 200
    assert desk.post(entry(), receiver="journal") == 503
    assert desk.counted(own_bridge.NOTIFICATIONS, "full") == 1
    assert desk.counted(own_bridge.JOURNAL_SUCCESS) == 0
    for owed in desk.journal.deliveries.due(NOON, 2_000):
        desk.journal.deliveries.done(owed.row, NOON)
    ends = [each | {"status": "resolved", "endsAt": "2026-11-18T10:00:00Z"} for each in every[:60]]
    assert desk.post(*ends) == 200
    assert desk.post(entry(), receiver="journal") == 200
    assert desk.counted(own_bridge.JOURNAL_SUCCESS) == 1


def test_a_dead_letter_that_leaves_is_counted(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing else can make room it goes, undelivered: metric and log say so."""
    every = [entry(fingerprint=f"{n:016x}") for n in range(100)]
    ends = [each | {"status": "resolved", "endsAt": "2026-11-18T10:00:00Z"} for each in every]
    assert desk.post(*every) == 200
    for owed in desk.journal.deliveries.due(NOON, 2_000):
        desk.journal.deliveries.dead(owed.row, "400")
    assert desk.post(*ends) == 200
    assert desk.counted(own_bridge.LETTERS_REMOVED) == 0
    assert desk.post(entry(), receiver="journal") == 200
    assert desk.counted(own_bridge.LETTERS_REMOVED) == 1
    assert "1 dead letters left the journal and are not delivered any more" in caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posting_is_allowed(desk: Desk, method: str) -> None:
    """Any other method is refused with the one that is allowed."""
    got = desk.ask(method, "/alerts")
    assert (got.status, got.headers["allow"]) == (405, "POST")


def test_a_large_notification_is_taken(desk: Desk) -> None:
    """Labels of 100 kB in fifty alerts are cut, counted, and harm nothing."""
    long = [
        entry(fingerprint=f"{n:016x}", labels={"alertname": "A", "path": "x\r\n<b>" * 20_000})
        for n in range(50)
    ]
    assert desk.post(*long) == 200
    assert desk.counted(own_bridge.VALUES_CUT) == 50
    assert desk.site.healthy() == (True, "alive")


HASH = bcrypt.hashpw(b"wonder", bcrypt.gensalt(4)).decode()


def test_a_token_is_required(tmp_path: Path) -> None:
    """Without it, and with another, a notification is a 401 that leaves no trace in the journal."""
    path = tmp_path / "token"
    path.write_text("s3cret-token\n")
    path.chmod(0o600)
    desk = Desk(tmp_path, path, f"basic_auth_users: {{alice: {HASH}}}\n")
    try:
        body = json.dumps(document(entry())).encode()
        shown = ("", "Bearer other", "Bearer", "Basic s3cret-token", "Bearer s3cret-token")
        found = [desk.ask("POST", "/alerts", body, Authorization=each) for each in shown]
        scraped = [desk.ask("GET", "/metrics", Authorization=each) for each in shown]
        other = desk.ask("GET", "/", Authorization=shown[-1])
        assert len(alerts_of(desk.journal, 0, 2 * NOON)) == 1
    finally:
        desk.close()
    assert [got.status for got in found] == [401, 401, 401, 401, 200]
    assert [got.status for got in scraped] == [401, 401, 401, 401, 200]
    assert other.status == 401


def test_a_token_is_required_where_no_password_is(tmp_path: Path) -> None:
    """Metrics are free then, notifications are not; another content of the file is in force."""
    path = tmp_path / "token"
    path.write_text("one")
    path.chmod(0o600)
    desk = Desk(tmp_path, path)
    try:
        body = json.dumps(document(entry())).encode()
        assert desk.ask("GET", "/metrics").status == 200
        refused = desk.ask("POST", "/alerts", body)
        assert (refused.status, alerts_of(desk.journal, 0, 2 * NOON)) == (401, ())
        assert b"notifications.bridge.credentials_file" in refused.body
        path.write_text("another")
        got = [
            desk.ask("POST", "/alerts", body, Authorization=f"Bearer {t}")
            for t in ("one", "another")
        ]
        path.unlink()
        kept = desk.ask("POST", "/alerts", body, Authorization="Bearer another")
    finally:
        desk.close()
    assert [each.status for each in (*got, kept)] == [401, 200, 200]
