"""Checks for ionmon doctor of the Redis that has an application's metrics, and of its keys."""

import asyncio
from collections.abc import Iterator, Mapping

from exporter.application.contents import contents
from exporter.application.key_server import KeyServer
from exporter.application.reading import ApplicationReader
from exporter.clock import WallClock, steady
from exporter.collectors.application import ApplicationTarget, nearly_full
from exporter.doctor.application_rights import allowed
from exporter.doctor.finding import UNREADABLE, Finding, Verdict
from exporter.errors import PollError
from exporter.recorder.layout import VERSIONS, keys
from exporter.redis import info as redis_info
from exporter.redis import rights
from exporter.redis.client import Reply

_TYPES = {
    "totals": "hash",
    "gauges": "hash",
    "families": "hash",
    "seqs": "hash",
    "seen": "zset",
    "meta": "hash",
}
_WITH_TOTALS = ("meta", "seqs", "families", "seen")  # written with the first flush, and kept
_FULL = 0.9
_AT_START = 2.0  # seconds
_MOST_SHOWN = 5


async def application_redis(target: ApplicationTarget) -> list[Finding]:
    """Return the findings about the application's Redis, as the exporter's user."""
    subject = f"application {target.name}"
    server = KeyServer(target.redis)
    try:
        async with asyncio.timeout(target.redis.timeout * 3):
            reading = await _reading(target)
            [info] = await server.query((("INFO",),))
            granted = await allowed(server, target.name)
            types = await _key_types(server, target.name)
    except (PollError, TimeoutError) as error:
        text = str(error) or f"no reply within {target.redis.timeout:g} s, check the network"
        return [Finding(subject, Verdict.FAIL, text, UNREADABLE)]
    finally:
        await server.close()
    odd = list(_odd_keys(target.name, types)) or [
        Finding(f"{subject}: keys", Verdict.OK, "each has the type that recorders write")
    ]
    return [reading, granted, *_server(subject, info), *odd]


async def _reading(target: ApplicationTarget) -> Finding:
    """Read the application as the exporter does."""
    subject = f"application {target.name}"
    reader = ApplicationReader(target.redis, target.name, 0.0, None)
    try:
        state = await reader.read(steady())
    except PollError as error:
        return Finding(subject, Verdict.FAIL, str(error), UNREADABLE)
    finally:
        await reader.close()
    found = contents(target.name, state)
    left_out = [f"{row.exported}: {row.left_out}" for row in found.schemas if row.left_out]
    notes = (*nearly_full(target.name, state), *found.notes, *left_out)
    if notes:
        text = "; ".join(notes[:_MOST_SHOWN])
        return Finding(subject, Verdict.WARN, text, f"ionmon application show {target.name}")
    if not found.fields:
        text = "Redis has no metrics of it yet: check the application's name in its recorder"
        return Finding(subject, Verdict.EMPTY, text)
    return Finding(subject, Verdict.OK, f"{found.fields} fields, {found.instances} instances")


def _server(subject: str, reply: Reply) -> Iterator[Finding]:
    """Yield whether the server may lose the keys: by eviction, or at a restart."""
    if not isinstance(reply, bytes):
        text = f"INFO is refused, so eviction and persistence are unknown: {str(reply)[:200]}"
        fix = f"ACL SETUSER NAME {rights.APPLICATION}"
        yield Finding(f"{subject}: server", Verdict.WARN, text, fix)
        return
    info: dict[str, str] = {}
    for rows in redis_info.parse(reply.decode("utf-8", "replace")).values():
        info |= dict(rows[0]) if rows else {}
    yield _eviction(f"{subject}: eviction", info)
    yield _persistence(f"{subject}: persistence", info)


def _eviction(subject: str, info: Mapping[str, str]) -> Finding:
    policy = info.get("maxmemory_policy", "unknown")
    most, used = _number(info, "maxmemory"), _number(info, "used_memory")
    evicted = f"{_number(info, 'evicted_keys'):.0f} keys were evicted since the server started"
    if policy.startswith("allkeys") and most:
        text = f"maxmemory-policy is {policy}: counts are lost with any key; {evicted}"
        fix = f"CONFIG SET maxmemory-policy {policy.replace('allkeys', 'volatile')}"
        return Finding(subject, Verdict.WARN, text, f"{fix}, or use another Redis for metrics")
    if most and used > _FULL * most and policy == "noeviction":
        text = f"{used / most:.0%} of maxmemory is used, and a full Redis refuses all flushes"
        return Finding(subject, Verdict.WARN, text, "raise maxmemory, or remove other keys")
    limit = "" if most else ", and maxmemory is not set"
    return Finding(subject, Verdict.OK, f"maxmemory-policy is {policy}{limit}")


def _persistence(subject: str, info: Mapping[str, str]) -> Finding:
    failing = [
        name
        for name in ("aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status")
        if info.get(name, "ok") != "ok"
    ]
    if failing:
        text = f"{', '.join(failing)} is not ok: the server may refuse all writes"
        return Finding(subject, Verdict.WARN, text, "look at the server's log and its disk")
    if _number(info, "aof_enabled"):
        return Finding(subject, Verdict.OK, "the append-only file is on")
    now = _number(info, "server_time_usec") / 1e6 or WallClock().now()
    started = now - _number(info, "uptime_in_seconds")
    if _number(info, "rdb_last_save_time") > started + _AT_START:
        text = "there are snapshots; what is newer, living instances send again"
        return Finding(subject, Verdict.OK, text)
    text = "neither an append-only file nor a snapshot: a restart empties this Redis"
    return Finding(subject, Verdict.WARN, text, "CONFIG SET appendonly yes, then CONFIG REWRITE")


async def _key_types(server: KeyServer, application: str) -> dict[tuple[int, str], str]:
    named = [(version, name) for version in VERSIONS for name in _TYPES]
    commands = [("TYPE", getattr(keys(application, version), name)) for version, name in named]
    replies = await server.query(commands)
    return {
        which: reply.decode()
        for which, reply in zip(named, replies, strict=True)
        if isinstance(reply, bytes)
    }


def _odd_keys(application: str, types: Mapping[tuple[int, str], str]) -> Iterator[Finding]:
    """Yield a finding for each key of another type, or that is missing beside totals."""
    for (version, name), kind in types.items():
        key = getattr(keys(application, version), name)
        subject = f"application {application}: key {key}"
        if kind not in ("none", _TYPES[name]):
            text = f"is a {kind}, not a {_TYPES[name]}: another program wrote it, flushes fail"
            yield Finding(subject, Verdict.FAIL, text, f"redis-cli RENAME '{key}' 'odd:{key}'")
        elif kind == "none" and name in _WITH_TOTALS and types.get((version, "totals")) == "hash":
            text = "is missing, although there are totals: it was evicted or deleted"
            fix = "use noeviction or volatile-*; instances write it again"
            yield Finding(subject, Verdict.WARN, text, fix)


def _number(info: Mapping[str, str], name: str) -> float:
    return redis_info.number(info.get(name, "")) or 0.0
