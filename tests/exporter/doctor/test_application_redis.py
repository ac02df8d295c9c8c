"""The doctor finds what may lose an application's metrics: rights, eviction, restarts, odd keys."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter

from exporter.application import scripts as exporters
from exporter.collectors.application import ApplicationTarget
from exporter.doctor.application_redis import application_redis
from exporter.doctor.application_rights import needed
from exporter.doctor.finding import Finding, Verdict
from exporter.recorder import scripts as recorders
from exporter.recorder.layout import keys
from exporter.redis import rights
from exporter.redis.client import RedisTarget
from tests import servers
from tests.exporter.recorder.reading import DURABLE, recorder

KEYS = keys("shop")


def found(port: int, **options: Any) -> dict[str, Finding]:
    """Return the findings of the application `shop`, by what they are about."""
    target = RedisTarget(
        name="metrics", url=f"redis://127.0.0.1:{port}", **{"timeout": 20.0, **options}
    )
    findings = asyncio.run(application_redis(ApplicationTarget(name="shop", redis=target)))
    assert len({finding.subject for finding in findings}) == len(findings)
    return {
        finding.subject.removeprefix("application shop").lstrip(": "): finding
        for finding in findings
    }


def password(home: Path) -> Path:
    """Return a file with the password of the test's user."""
    file = home / "password"
    file.write_text("own\n")
    file.chmod(0o600)
    return file


def test_a_durable_redis_with_an_application_is_ok(tmp_path: Path) -> None:
    """All is ok once something was flushed; before, the name is what to check."""
    with servers.redis(tmp_path, *DURABLE) as server:
        before = found(server.port)
        assert before[""].verdict is Verdict.EMPTY
        assert "check the application's name" in before[""].text
        flushing = recorder(server)
        Counter("jobs", "Jobs.", registry=flushing.registry).inc()
        assert flushing.flush()
        findings = found(server.port)
        assert list(findings) == ["", "rights", "eviction", "persistence", "keys"]
        assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
        errors = server.cli("INFO", "errorstats").splitlines()[1:]
        assert not [line for line in errors if "NOPERM" in line]


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    """The commands that are tried are queued and discarded: keys and values stay."""
    with servers.redis(tmp_path) as server:
        assert recorder(server).flush()
        before = [server.cli("HGETALL", key) for key in (KEYS.totals, KEYS.seqs, KEYS.families)]
        found(server.port)
        after = [server.cli("HGETALL", key) for key in (KEYS.totals, KEYS.seqs, KEYS.families)]
        assert before == after
        assert server.cli("HEXISTS", KEYS.meta, "x") == "0"
        assert server.cli("TTL", KEYS.meta) == "-1"


@pytest.mark.parametrize("without", ["time", "hincrbyfloat", "script|load", "multi", "info"])
def test_a_right_that_is_missing_is_named_with_all_that_are_needed(
    tmp_path: Path, without: str
) -> None:
    """Whatever a user may not run is in the finding, and its fix is the documented rule."""
    user = ("--user", "shop", "on", ">own", *rights.APPLICATION.split(), f"-{without}")
    with servers.redis(tmp_path, *user) as server:
        assert recorder(server).flush()
        findings = found(server.port, username="shop", password_file=password(tmp_path))
    assert findings["rights"].verdict is Verdict.FAIL
    assert without.partition("|")[0].upper() in findings["rights"].text
    assert findings["rights"].fix == f"ACL SETUSER NAME {rights.APPLICATION}"


def test_keys_that_a_user_may_not_touch_are_named(tmp_path: Path) -> None:
    """A rule for another application's keys is found, key by key."""
    granted = rights.APPLICATION.replace("~ionmon:*", "~ionmon:2:*")
    user = ("--user", "shop", "on", ">own", *granted.split())
    with servers.redis(tmp_path, *user) as server:
        findings = found(server.port, username="shop", password_file=password(tmp_path))
    assert "HGETALL on ionmon:1:{shop}:totals" in findings["rights"].text


def test_every_command_of_every_script_is_tried() -> None:
    """What a script runs, the doctor tries: a new command has to be added to its list."""
    texts = [text for module in (recorders, exporters) for text in vars(module).values()]
    pattern = r"(?:call|try)\('([A-Z]+)'"
    used = {name for text in texts if isinstance(text, str) for name in re.findall(pattern, text)}
    assert {"TIME", "HINCRBYFLOAT", "ZADD", "MEMORY"} <= used
    assert used - {command[0] for command in needed("shop")} == set()


def test_a_redis_that_evicts_any_key_is_warned_of(tmp_path: Path) -> None:
    """The policy counts once there is a limit; one that spares keys without expiry is ok."""
    with servers.redis(tmp_path, "--maxmemory-policy", "allkeys-lru") as server:
        assert found(server.port)["eviction"].verdict is Verdict.OK
        server.cli("CONFIG", "SET", "maxmemory", "100mb")
        evicting = found(server.port)["eviction"]
        assert evicting.verdict is Verdict.WARN
        assert evicting.fix.startswith("CONFIG SET maxmemory-policy volatile-lru")
        server.cli("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
        assert found(server.port)["eviction"].verdict is Verdict.OK
        server.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
        server.cli("CONFIG", "SET", "maxmemory", server.info("used_memory"))
        full = found(server.port)["eviction"]
        assert (full.verdict, "refuses all flushes" in full.text) == (Verdict.WARN, True)


def test_a_redis_without_persistence_is_warned_of(tmp_path: Path) -> None:
    """A snapshot or the append-only file is enough; a save that failed is not."""
    with servers.redis(tmp_path) as server:
        missing = found(server.port)["persistence"]
        assert (missing.verdict, "appendonly yes" in missing.fix) == (Verdict.WARN, True)
        servers.wait_until(
            lambda: int(server.info("uptime_in_seconds")) > 3, "some seconds of life"
        )
        assert server.cli("SAVE") == "OK"
        assert found(server.port)["persistence"].verdict is Verdict.OK
        server.cli("CONFIG", "SET", "dbfilename", "other")
        server.cli("CONFIG", "SET", "appendonly", "yes")
        servers.wait_until(lambda: server.info("aof_rewrite_in_progress") == "0", "a rewrite")
        assert found(server.port)["persistence"].text == "the append-only file is on"


def test_keys_that_recorders_did_not_write_are_named(tmp_path: Path) -> None:
    """A key of another type makes flushes fail; one that is gone beside totals was evicted."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        assert flushing.flush()
        server.cli("HSET", KEYS.totals, "x", "1")
        server.cli("DEL", KEYS.seqs)
        server.cli("DEL", KEYS.gauges)
        server.cli("SET", KEYS.gauges, "x")
        findings = found(server.port)
        gone = findings[f"key {KEYS.seqs}"]
        assert (gone.verdict, "evicted or deleted" in gone.text) == (Verdict.WARN, True)
        odd = findings[f"key {KEYS.gauges}"]
        assert (odd.verdict, "is a string, not a hash" in odd.text) == (Verdict.FAIL, True)


def test_a_redis_that_is_away_is_one_finding(tmp_path: Path) -> None:
    """Its address and the reason are named, for each kind of target."""
    port = servers.free_port()
    away = found(port)
    assert away[""].verdict is Verdict.FAIL
    assert f"127.0.0.1:{port}" in away[""].text
    del tmp_path


def test_a_cluster_is_looked_at_where_the_keys_are(tmp_path: Path) -> None:
    """Any node leads to the one with the keys, whose settings count."""
    with servers.redis_cluster(tmp_path) as nodes:
        found_at = [found(server.port, mode="cluster") for server in nodes]
    assert [list(each) for each in found_at] == [
        ["", "rights", "eviction", "persistence", "keys"]
    ] * 3
    assert {each["rights"].verdict for each in found_at} == {Verdict.OK}
