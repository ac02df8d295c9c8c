"""Active users are counted, and nothing says who they are."""

from pathlib import Path

import pytest
from redis import Redis

from exporter.clock import WallClock
from exporter.recorder import Recorder
from tests import servers
from tests.exporter.recorder.reading import DURABLE, everything, page, recorder

NAMES = ("canary@example.com", "canary-2", "canary-\ud800")


def seen(of: Recorder, first: int, last: int) -> None:
    """Let users be active, and flush."""
    for number in range(first, last):
        of.users.add(f"user-{number}")
    assert of.flush()


def active(server: servers.Redis) -> dict[tuple[str, ...], int]:
    """Return the estimates of the page."""
    return page(server)["app_active_users"]


def test_users_of_all_instances_are_estimated(tmp_path: Path) -> None:
    """Users of two instances of a region, some the same, are within 3 % of the truth."""
    with servers.redis(tmp_path) as server:
        seen(recorder(server, region="us"), 0, 6000)
        seen(recorder(server, region="us"), 4000, 10000)
        seen(recorder(server, region="eu"), 0, 1)
        found = active(server)
    assert {key: n for key, n in found.items() if key[0] == "eu"} == {
        ("eu", window): 1 for window in ("5m", "1h", "1d")
    }
    assert [found["us", window] for window in ("5m", "1h", "1d")] == pytest.approx(
        [10000] * 3, rel=0.03
    )


def test_a_user_leaves_a_window(tmp_path: Path) -> None:
    """Someone who was here ten minutes, two hours or two days ago is in the longer windows only."""
    now = WallClock().now()
    with servers.redis(tmp_path) as server:
        for number, ago in enumerate((0, 600, 7200, 2 * 86400)):
            back = recorder(server, clock=lambda ago=ago: now - ago)
            seen(back, number, number + 1)
        assert active(server) == {("", "5m"): 1, ("", "1h"): 2, ("", "1d"): 3}


def test_nothing_in_redis_says_who(tmp_path: Path) -> None:
    """No key, no value, no log of slow commands and no file of Redis has a name."""
    with servers.redis(tmp_path, *DURABLE, "--slowlog-log-slower-than", "0") as server:
        flushing = recorder(server)
        for name in NAMES:
            flushing.users.add(name)
        assert flushing.flush()
        assert set(active(server).values()) == {3}
        keys = server.cli("KEYS", "*").splitlines()
        assert sum(":users:" in key for key in keys) == 3
        logged = repr(Redis(port=server.port).slowlog_get(100))
        assert server.cli("CONFIG", "SET", "rdbcompression", "no") == "OK"
        server.cli("SAVE")
        assert "PFADD" in logged
        assert "canary" not in "".join(keys) + logged
        assert b"canary" not in everything(tmp_path)


def test_slots_end_by_themselves(tmp_path: Path) -> None:
    """A slot lives as long as its window, and two slots longer."""
    with servers.redis(tmp_path) as server:
        seen(recorder(server), 0, 1)
        keys = [key for key in server.cli("KEYS", "*").splitlines() if ":users:" in key]
        lives = {int(key.split(":")[-2]): int(server.cli("TTL", key)) for key in keys}
    assert lives == {60: 7 * 60, 300: 14 * 300, 3600: 26 * 3600}


def test_a_fork_and_a_crowd_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Redis is away only so many users wait, and a fork forgets them."""
    monkeypatch.setattr("exporter.recorder.users.MOST_WAITING", 3)
    away = Recorder(f"redis://127.0.0.1:{servers.free_port()}")
    for number in range(9):
        away.users.add(str(number))
    assert not away.flush()
    assert list(away.users._waiting) == ["0", "1", "2"]
    away.users.forget()
    assert list(away.users._waiting) == []
