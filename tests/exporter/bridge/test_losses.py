"""Whatever is refused or lost on its way into the journal is a hole of the history, never calm."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.intake import MOST_BODY
from exporter.bridge.records import BREAK
from exporter.catalog import own_bridge
from exporter.errors import StateError
from exporter.web.bodies import MOST_BODIES
from tests.exporter.bridge.desks import Desk
from tests.exporter.bridge.notified import NOON, document, entry
from tests.exporter.web.serving import left, opened, rest

HOLE = [(NOON - BREAK - 1, NOON)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk whose bridge has lived for a day."""
    found = Desk(tmp_path)
    alive(found, NOON - 86_400, NOON)
    yield found
    found.close()


def alive(desk: Desk, began: float, until: float) -> None:
    """Note that a bridge was alive between two times."""
    with desk.journal.transaction() as db:
        db.execute("INSERT INTO presence (began_at, until) VALUES (?, ?)", (began, until))


def token(folder: Path) -> Path:
    """Write a token."""
    path = folder / "token"
    path.write_text("s3cret\n")
    path.chmod(0o600)
    return path


def head(path: str, size: int) -> bytes:
    """Return the head of a request with a body."""
    lines = (f"POST {path} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {size}")
    return "\r\n".join((*lines, "", "")).encode()


def too_large(desk: Desk, path: str) -> bytes:
    """Send more than is taken."""
    return rest(opened(desk.server, head(path, MOST_BODY + 1) + b"x" * (MOST_BODY + 1)))


def crowded(desk: Desk, path: str) -> bytes:
    """Send it while other bodies fill the memory."""
    desk.server._bodies._left = 0
    answer = rest(opened(desk.server, head(path, 9) + b"x" * 9))
    desk.server._bodies._left = MOST_BODIES
    return answer


def garbage(desk: Desk, path: str) -> bytes:
    """Send what is no notification, and no event."""
    return rest(opened(desk.server, head(path, 5) + b"hello"))


def cut_off(desk: Desk, path: str) -> bytes:
    """Go away in the middle of a body."""
    return left(opened(desk.server, head(path, 100) + b"x"))


def cut_in_its_head(desk: Desk, path: str) -> bytes:
    """Go away before it is known what it is to be."""
    return left(opened(desk.server, f"POST {path[:4]}".encode()))


def malformed(desk: Desk, path: str) -> bytes:
    """Send a head that is none."""
    return rest(opened(desk.server, f"POST {path} HTTP/1.1\r\nno colon\r\n\r\n".encode()))


def turned_away(desk: Desk, path: str) -> bytes:
    """Send it while the server has no seat."""
    del path
    take, desk.server._seats.take = desk.server._seats.take, lambda _: None  # type: ignore[method-assign]
    answer = rest(opened(desk.server))
    desk.server._seats.take = take  # type: ignore[method-assign]
    return answer


WAYS: dict[str, tuple[Callable[[Desk, str], bytes], int]] = {
    "too large": (too_large, 413),
    "crowded": (crowded, 503),
    "garbage": (garbage, 400),
    "cut off": (cut_off, 0),
    "cut in its head": (cut_in_its_head, 0),
    "malformed": (malformed, 400),
    "turned away": (turned_away, 0),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_notification_that_is_not_sent_again_is_a_hole(desk: Desk, way: str) -> None:
    """After a 4xx Alertmanager gives it up; after a 503, or nothing, it sends it again."""
    send, status = WAYS[way]
    assert desk.holes() == []
    assert (f" {status} ".encode() in send(desk, "/alerts")) is bool(status)
    assert desk.holes() == (HOLE if status in range(400, 500) else [])


@pytest.mark.parametrize("way", WAYS)
def test_an_event_that_did_not_come_in_is_a_hole(desk: Desk, way: str) -> None:
    """It is tried three times within two seconds: the next one begins a new sign of life."""
    send, _ = WAYS[way]
    for after in (0, 60, 90):
        at = datetime.fromtimestamp(NOON + after, UTC).isoformat()
        event = {"@timestamp": at, "instance": "a"}
        body = json.dumps({**event, "data": {"alertCreated": {}}}).encode()
        assert desk.ask("POST", "/events", body).status == 200
        if not after:
            send(desk, "/events")
            desk.settled()
    with desk.journal.transaction() as db:
        signs = db.execute("SELECT until - began_at FROM event_sign ORDER BY id").fetchall()
    assert signs == [(0.0,), (30.0,)]


@pytest.mark.parametrize("sent", [b"", b"GET /eve", b"POST /incident/1", b"\x16\x03\x01"])
def test_what_is_no_delivery_is_no_hole(desk: Desk, sent: bytes) -> None:
    """Whoever looks whether the port is open, or asks for something else, loses no event."""
    left(opened(desk.server, sent))
    desk.settled()
    assert desk.counted(own_bridge.EVENTS, "failed") == 0
    assert desk.holes() == []


def test_a_wrong_token_is_a_hole(tmp_path: Path) -> None:
    """Alertmanager drops what is answered 401; the next loss lengthens the hole."""
    desk = Desk(tmp_path, token(tmp_path))
    alive(desk, NOON - 86_400, NOON)
    body = json.dumps(document(entry())).encode()
    for _ in range(3):
        assert desk.ask("POST", "/alerts", body, Authorization="Bearer old").status == 401
        desk.settled()
        desk.clock.time += 60
    assert desk.ask("GET", "/alerts", Authorization="Bearer old").status == 405
    found = desk.holes()
    assert desk.counted(own_bridge.NOTIFICATIONS, "unauthorized") == 3
    desk.close()
    assert found == [(NOON - BREAK - 1, NOON + 120)]


def test_alerts_that_alertmanager_left_out_are_a_hole(desk: Desk) -> None:
    """With max_alerts, a notification has not all of its alerts."""
    assert desk.post(entry(), truncatedAlerts=3) == 200
    assert desk.holes() == HOLE


def test_a_loss_is_kept_until_it_can_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk loses no hole: it is written with the next notification that is journaled."""
    records = desk.journal.records

    def fails(since: float, until: float) -> None:
        del since, until
        raise StateError("no space left")

    with monkeypatch.context() as full:
        full.setattr(records, "lost", fails)
        garbage(desk, "/alerts")
        assert desk.holes() == []
    desk.clock.time += 30
    assert desk.post(entry()) == 200
    assert desk.holes() == [(NOON - BREAK - 1, NOON + 30)]
