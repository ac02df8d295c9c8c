"""Active users are counted, and nothing says who they are."""

import time
from pathlib import Path

import pytest
from prometheus_client import Counter
from redis import Redis

from exporter.clock import WallClock
from exporter.recorder import Recorder
from exporter.recorder.layout import WINDOWS, keys
from tests import servers
from tests.exporter.recorder.reading import DURABLE, everything, page, recorder

LOG = ("--slowlog-max-len", "9999")
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
    now, names = WallClock().now(), keys("shop")
    with servers.redis(tmp_path) as server:
        seen(recorder(server), 0, 1)
        for number, ago in enumerate((600, 7200, 2 * 86400), 1):
            for _, width, _ in WINDOWS:
                server.cli("PFADD", names.slot("", width, int(now - ago) // width), str(number))
        assert active(server) == {("", "5m"): 1, ("", "1h"): 2, ("", "1d"): 3}


@pytest.mark.parametrize("off", [3600, -3600])
def test_an_instance_whose_clock_is_wrong_counts_its_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: int
) -> None:
    """The slot is of the clock of Redis: a user who is here is in every window."""
    wrong = WallClock().now() + off
    with servers.redis(tmp_path) as server:
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda: wrong)
            seen(recorder(server), 0, 3)
        assert set(active(server).values()) == {3}


@pytest.mark.parametrize("key", ["regions", "users"])
def test_users_that_cannot_be_written_do_not_keep_counts_back(tmp_path: Path, key: str) -> None:
    """A key of another type is a failure that the application can see; counts are flushed."""
    with servers.redis(tmp_path) as server:
        flushing, names = recorder(server), keys("shop")
        Counter("c", "C.", registry=flushing.registry).inc(3)
        if key == "regions":
            server.cli("SET", names.regions, "x")
        else:
            now = int(WallClock().now())
            for minute in (0, 1):
                server.cli("SET", names.slot("", 60, now // 60 + minute), "x")
        flushing.users.add("someone")
        assert flushing.flush()
        assert "WRONGTYPE" in flushing.status.last_failure
        if key == "regions":
            server.cli("DEL", names.regions)
        assert page(server)["app_c_total"] == {("",): 3}


def test_counts_that_cannot_be_written_do_not_keep_users_back(tmp_path: Path) -> None:
    """Nor the other way round."""
    with servers.redis(tmp_path) as server:
        server.cli("SET", keys("shop").totals, "x")
        flushing = recorder(server)
        Counter("c", "C.", registry=flushing.registry).inc(3)
        flushing.users.add("someone")
        assert not flushing.flush()
        server.cli("DEL", keys("shop").totals)
        assert set(active(server).values()) == {1}
        assert flushing.flush()
        assert page(server)["app_c_total"] == {("",): 3}


def test_nothing_in_redis_says_who(tmp_path: Path) -> None:
    """No key, no value, no log of slow commands and no file of Redis has a name."""
    with servers.redis(tmp_path, *DURABLE, "--slowlog-log-slower-than", "0", *LOG) as server:
        flushing = recorder(server)
        for name in NAMES:
            flushing.users.add(name)
        assert flushing.flush()
        assert set(active(server).values()) == {3}
        found = server.cli("KEYS", "*").splitlines()
        assert sum(":users:" in key for key in found) == 3
        logged = repr(Redis(port=server.port).slowlog_get(9_999))
        assert server.cli("CONFIG", "SET", "rdbcompression", "no") == "OK"
        server.cli("SAVE")
        assert "PFADD" in logged
        assert "canary" not in "".join(found) + logged
        assert b"canary" not in everything(tmp_path)


def test_slots_end_by_themselves(tmp_path: Path) -> None:
    """A slot lives as long as its window, and two slots longer."""
    with servers.redis(tmp_path) as server:
        seen(recorder(server), 0, 1)
        slots = [key for key in server.cli("KEYS", "*").splitlines() if ":users:" in key]
        lives = {int(key.split(":")[-2]): int(server.cli("TTL", key)) for key in slots}
    assert lives == {60: 7 * 60, 300: 14 * 300, 3600: 26 * 3600}


def test_a_fork_and_a_crowd_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Redis is away only so many users wait, and a fork forgets them."""
    monkeypatch.setattr("exporter.recorder.users.MOST_WAITING", 3)
    away = Recorder(f"redis://127.0.0.1:{servers.free_port()}")
    for number in range(9):
        away.users.add(str(number))
    assert not away.flush()
    assert list(away.users._waiting) == ["0", "1", "2"]
    assert away.status.users_left_out == 6
    away.users.forget()
    assert list(away.users._waiting) == []
