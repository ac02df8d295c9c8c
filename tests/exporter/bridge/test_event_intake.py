"""What Alertmanager's event recorder is answered, and what is counted; over the real server."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.recorded_events import MOST_EVENTS
from exporter.catalog import own_bridge
from tests.exporter.bridge.desks import Desk
from tests.exporter.bridge.test_recorded_events import bodies

RECORDED_AT = 1_795_968_300.0  # 2026-11-29 16:05 UTC, soon after the bodies were
STRANGE = b'{"@timestamp": "2026-11-29T16:01:01Z", "data": {"routeChanged": {}}}'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk without a token."""
    found = Desk(tmp_path)
    found.clock.time = RECORDED_AT
    yield found
    found.close()


def post(desk: Desk, body: bytes, **headers: str) -> int:
    """Post events; returns the status."""
    return desk.ask("POST", "/events", body, **headers).status


def counts(desk: Desk) -> dict[str, float]:
    """Return the events by what became of them."""
    results = own_bridge.EVENTS.labels[0].values
    found = {result: desk.counted(own_bridge.EVENTS, result) for result in results}
    return {result: count for result, count in found.items() if count}


@pytest.mark.parametrize("name", ["v1-0.33", "v2-0.35"])
def test_events_are_journaled_before_they_are_answered(desk: Desk, name: str) -> None:
    """200 means on disk; of seventeen bodies one came twice, and the journal's own are left out."""
    assert [post(desk, body) for body in bodies(name)] == [200] * 17
    assert counts(desk) == {"journaled": 5, "passed_over": 12}
    assert desk.journal.events.size() == 5


def test_what_is_posted_again_is_known(desk: Desk) -> None:
    """A batch that is repeated, whole or in part, changes nothing."""
    for body in bodies("v1-0.34-batch"):
        assert post(desk, body) == 200
    before = desk.journal.events.size()
    journaled = counts(desk)["journaled"]
    for body in bodies("v1-0.34-batch"):
        assert post(desk, body) == 200
    assert (desk.journal.events.size(), counts(desk)["journaled"]) == (before, journaled)
    assert counts(desk)["known"] > 0


def test_an_unknown_kind_is_counted(desk: Desk) -> None:
    """It is answered 200: another try would tell no more."""
    assert post(desk, STRANGE) == 200
    assert desk.counted(own_bridge.EVENTS_UNKNOWN) == 1


def test_unknown_kinds_fill_neither_log_nor_memory(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """All are counted, and the first are logged, each once."""
    kinds = [STRANGE.replace(b"routeChanged", f"kind{n}".encode()) for n in range(200)]
    for _ in range(2):
        assert post(desk, b"[" + b",".join(kinds) + b"]") == 200
    assert desk.counted(own_bridge.EVENTS_UNKNOWN) == 400
    assert len([line for line in caplog.messages if "are not known" in line]) == 20


@pytest.mark.parametrize("body", [b"", b"hello", b"{}", b"[7]"])
def test_garbage_is_refused(desk: Desk, body: bytes) -> None:
    """It says what is wrong, and is counted."""
    assert post(desk, body) == 400
    assert counts(desk) == {"bad_request": 1}


def test_what_cannot_be_journaled_is_tried_again(desk: Desk) -> None:
    """While another program holds the file it is a 503, which is a hole; then the same is taken."""
    posted = bodies("v2-0.35")
    assert post(desk, posted[0]) == 200
    with closing(sqlite3.connect(desk.journal.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert post(desk, posted[1]) == 503
    assert post(desk, posted[2]) == 200
    assert counts(desk)["failed"] == 1
    with desk.journal.transaction() as db:
        assert db.execute("SELECT count(*) FROM event_sign").fetchone()[0] == 2


def signs(desk: Desk) -> list[tuple[float, float]]:
    """Return from when to when events are whole, in seconds after the first."""
    with desk.journal.transaction() as db:
        found = db.execute(
            "SELECT began_at, until FROM event_sign ORDER BY began_at, id"
        ).fetchall()
    return [(began - RECORDED_AT, until - RECORDED_AT) for began, until in found]


def sign(after: float, **changed: object) -> dict[str, object]:
    """Return an event of an Alertmanager, so many seconds after the others."""
    at = datetime.fromtimestamp(RECORDED_AT + after, UTC).isoformat()
    return {"@timestamp": at, "instance": "a", "data": {"alertCreated": {}}, **changed}


def say(desk: Desk, *events: object) -> int:
    """Post a batch."""
    return post(desk, json.dumps(events).encode())


@pytest.mark.parametrize(
    ("lost", "status"),
    [
        ([sign(30, data={})], 400),
        ([sign(10), sign(30, data={}), sign(50)], 200),
        ([sign(30)] * (MOST_EVENTS + 1), 400),
    ],
    ids=["unreadable", "one of a batch", "too many"],
)
def test_what_is_refused_for_good_is_a_hole(desk: Desk, lost: list[object], status: int) -> None:
    """Alertmanager drops it: of the time between its neighbours nothing is said."""
    assert say(desk, sign(0)) == 200
    assert say(desk, *lost) == status
    assert say(desk, sign(60)) == 200
    assert say(desk, sign(90)) == 200
    assert signs(desk) == [(0, 0), (60, 90)]


def test_a_loss_is_one_of_every_alertmanager(desk: Desk) -> None:
    """Whose events were lost is not known: each begins a new sign, whichever comes first."""
    assert say(desk, sign(0), sign(0, instance="b")) == 200
    assert post(desk, b"hello") == 400
    for after, instance in ((60, "a"), (70, "b"), (80, "a")):
        assert say(desk, sign(after, instance=instance)) == 200
    assert signs(desk) == [(0, 0), (0, 0), (60, 80), (70, 70)]


def test_a_clock_that_is_ahead_gives_no_sign(desk: Desk) -> None:
    """Of the hour that was not yet lived through nothing is said, neither then nor later."""
    assert say(desk, sign(0)) == 200
    for after in (60, 120):
        desk.clock.time = RECORDED_AT + after
        assert say(desk, sign(after + 3_600)) == 200
    desk.clock.time = RECORDED_AT + 3_700
    assert say(desk, sign(3_700)) == 200
    assert signs(desk) == [(0, 0), (3_700, 3_700)]


def test_events_need_the_token(tmp_path: Path) -> None:
    """As notifications do; nothing is journaled without it."""
    path = tmp_path / "token"
    path.write_text("s3cret-token\n")
    path.chmod(0o600)
    desk = Desk(tmp_path, path)
    try:
        body = bodies("v2-0.35-batch")[0]
        found = [post(desk, body, Authorization=a) for a in ("", "Bearer x", "Bearer s3cret-token")]
        assert counts(desk)["unauthorized"] == 2
        assert desk.counted(own_bridge.NOTIFICATIONS, "unauthorized") == 0
        assert desk.ask("GET", "/events", Authorization="Bearer s3cret-token").status == 405
    finally:
        desk.close()
    assert found == [401, 401, 200]


def test_events_of_a_former_token_are_a_hole(tmp_path: Path) -> None:
    """Alertmanager drops what is answered 401, too."""
    path = tmp_path / "token"
    path.write_text("s3cret-token\n")
    path.chmod(0o600)
    desk = Desk(tmp_path, path)
    desk.clock.time = RECORDED_AT
    try:
        for after, token in ((0, "s3cret-token"), (30, "former"), (60, "s3cret-token")):
            post(desk, json.dumps(sign(after)).encode(), Authorization=f"Bearer {token}")
        assert signs(desk) == [(0, 0), (60, 60)]
    finally:
        desk.close()
