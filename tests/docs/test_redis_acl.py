"""The rules for users of Redis that documents name: real servers take them, and they suffice."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from exporter.clock import WallClock
from exporter.collectors.base import Delivery
from exporter.collectors.redis import RedisCollector
from exporter.recorder import Recorder
from exporter.recorder.layout import keys
from exporter.redis import rights
from exporter.redis.target import RedisTarget
from tests import servers
from tests.docs.reading import DocumentedCommand, commands
from tests.exporter.recorder.reading import Exporter

PASSWORD = "PASSWORD"
KEYS = keys("shop")
RULES = [c for c in sorted(set(commands(frozenset())), key=str) if "SETUSER" in c.words]


def rule(user: str, *, of_sentinel: bool = False) -> tuple[str, ...]:
    """Return the words that follow redis-cli in the documented rule of a user."""
    [found] = [c for c in RULES if user in c.words and ("-p" in c.words) is of_sentinel]
    return found.words[found.words.index("ACL") :]


@contextmanager
def watched(*nodes: servers.Redis) -> Iterator[None]:
    """Fail where a server refuses a command, meanwhile, for a right that is missing."""
    for server in nodes:
        server.cli("CONFIG", "RESETSTAT")
        server.cli("ACL", "LOG", "RESET")
    yield
    for server in nodes:
        assert "NOPERM" not in server.cli("INFO", "errorstats"), server.cli("ACL", "LOG")
        assert server.cli("ACL", "LOG") == ""


def secret(home: Path) -> Path:
    """Return a file with the password of the documents."""
    file = home / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    return file


def test_the_documented_rule_is_the_one_that_the_doctor_recommends() -> None:
    """One rule, one wording: what documents say and what the doctor prints is the same."""
    words = rule("ionmon")
    assert words[:5] == ("ACL", "SETUSER", "ionmon", "on", ">PASSWORD")
    assert " ".join(words[5:]) == rights.APPLICATION


@pytest.mark.parametrize("command", RULES, ids=str)
def test_redis_takes_every_documented_rule(command: DocumentedCommand, tmp_path: Path) -> None:
    """A category or a command that does not exist would be an error."""
    words = command.words[command.words.index("ACL") :]
    with servers.redis(tmp_path) as server:
        if "-p" in command.words:
            with servers.sentinel(tmp_path, server) as watcher:
                assert watcher.cli(*words) == "OK"
        else:
            assert server.cli(*words) == "OK"


def records(client: Any, registry: CollectorRegistry) -> Recorder:
    """Return a recorder as the documented user."""
    return Recorder(client, application="shop", region="eu", registry=registry, interval=3600)


def everything(make: Any, server: servers.Redis, options: dict[str, Any], home: Path) -> None:
    """Do all that recorders, the exporter and the commands do to an application's keys."""
    registry = CollectorRegistry()
    flushing = records(make(), registry)
    jobs = Counter("jobs", "Jobs.", ["kind"], registry=registry)
    level = Gauge("level", "Level.", ["of"], registry=registry)
    Histogram("wait", "Wait.", registry=registry).observe(0.1)
    jobs.labels("a").inc(5)
    level.labels("x").set(1)
    flushing.users.add("somebody")
    exporter = Exporter(server.port, **options)
    assert flushing.flush()
    assert exporter.total("app_jobs_total") == 5
    level.remove("x")
    jobs.labels("b").inc(2)
    assert flushing.flush()
    assert exporter.total("app_jobs_total") == 7
    server.cli("-c", "DEL", *(getattr(KEYS, name) for name in ("totals", "seqs", "meta")))
    flushing.flush()
    assert exporter.total("app_jobs_total") == 7
    jobs.labels("b").inc(1)
    servers.wait_until(flushing.flush, "a flush after seeding")
    assert exporter.total("app_jobs_total") == 8
    server.cli("-c", "ZADD", KEYS.seen, "1", "gone")
    exporter.poll._cleaned -= 1e6
    exporter.read()
    assert "gone" not in server.cli("-c", "ZRANGE", KEYS.seen, "0", "-1")
    flushing.start()
    assert flushing.stop()
    exporter.close()
    for words in (("doctor",), ("application", "show"), ("application", "forget", "shop", "--yes")):
        ionmon(home, server, options, *words)
    assert server.cli("-c", "HLEN", KEYS.totals) == "0"


def ionmon(home: Path, server: servers.Redis, options: dict[str, Any], *words: str) -> None:
    """Run a command of ionmon on settings that name the documented user; doctor finds no fault."""
    settings = home / "monitoring.yaml"
    login = f"username: ionmon, password_file: {home / 'password'}"
    mode = options.get("mode", "standalone")
    settings.write_text(
        f"redis: {{timeout: 30s, targets: [{{name: m, url: 'redis://127.0.0.1:{server.port}', "
        f"mode: {mode}, {login}, collect: false}}]}}\n"
        "application: {redis: m, name: shop}\n"
        f"storage: {{state_file: {home / 'state.sqlite'}}}\n"
    )
    program = Path(sys.executable).parent / "ionmon"
    command = [str(program), *words, "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    assert "NOPERM" not in done.stdout + done.stderr
    assert "permission" not in done.stdout + done.stderr
    if words[0] != "doctor":
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_documented_user_does_everything_on_a_server(tmp_path: Path) -> None:
    """Flush, users, seed, retire, leave, doctor and forget: nothing is refused."""
    options: dict[str, Any] = {"username": "ionmon", "password_file": secret(tmp_path)}
    with servers.redis(tmp_path) as server:
        assert server.cli(*rule("ionmon")) == "OK"
        with watched(server):
            url = f"redis://ionmon:{PASSWORD}@127.0.0.1:{server.port}"
            everything(lambda: url, server, options, tmp_path)


@pytest.mark.deep
def test_the_documented_user_does_everything_in_a_cluster(tmp_path: Path) -> None:
    """Clients of a cluster ask for its nodes, and follow the keys: that is granted, too."""
    options: dict[str, Any] = {
        "username": "ionmon",
        "password_file": secret(tmp_path),
        "mode": "cluster",
    }
    with servers.redis_cluster(tmp_path) as nodes:
        for server in nodes:
            assert server.cli(*rule("ionmon")) == "OK"

        def client() -> Any:
            login: dict[str, Any] = {"username": "ionmon", "password": PASSWORD}
            return redis_py.RedisCluster(host="127.0.0.1", port=nodes[0].port, **login)

        with watched(*nodes):
            everything(client, nodes[1], options, tmp_path)


def test_the_documented_user_watches_servers(tmp_path: Path) -> None:
    """A server and a cluster are read without a refused command."""
    with servers.redis(tmp_path) as server, servers.redis_cluster(tmp_path) as nodes:
        for watched_by_user in (server, *nodes):
            assert watched_by_user.cli(*rule("watcher")) == "OK"
        with watched(server, *nodes):
            for port, mode in ((server.port, "standalone"), (nodes[0].port, "cluster")):
                delivery = read(port, secret(tmp_path), mode=mode)
                assert delivery.notes == ()
                names = {part.family.name for part in delivery.parts}
                assert {"redis_slowlog_length", "redis_memory_max_bytes"} <= names


def test_the_documented_user_asks_sentinels(tmp_path: Path) -> None:
    """Sentinels and the servers that they name are read without a refused command."""
    with servers.redis(tmp_path) as server, servers.sentinel(tmp_path, server) as watcher:
        assert server.cli(*rule("watcher")) == "OK"
        assert watcher.cli(*rule("watcher", of_sentinel=True)) == "OK"
        with watched(server):
            options: dict[str, Any] = {"mode": "sentinel", "sentinel_master": "cache"}
            delivery = read(watcher.port, secret(tmp_path), **options)
        assert delivery.notes == ()
        assert watcher.cli("ACL", "LOG") == ""


def read(port: int, file: Path, **options: Any) -> Delivery:
    """Return the second poll of a target, as the user `watcher`."""
    url = f"redis://127.0.0.1:{port}"
    login: dict[str, Any] = {"username": "watcher", "password_file": file, "timeout": 30.0}

    async def run() -> Delivery:
        target = RedisTarget(name="cache", url=url, **login, **options)
        collector = RedisCollector([target], WallClock())
        await collector.polls()[0].run()
        delivery = await collector.polls()[0].run()
        await collector.close()
        return delivery

    return asyncio.run(run())
