"""Checks for ionmon doctor whether a user may do to an application's keys what is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from hashlib import sha1

from redis.exceptions import NoPermissionError, ResponseError

from exporter.application.key_server import KeyServer
from exporter.doctor.finding import Finding, Verdict
from exporter.recorder.layout import VERSIONS, Keys, keys
from exporter.redis import rights
from exporter.redis.client import Command, Reply

_SCRIPT = "return 1"
_MULTI: Command = ("MULTI",)
_DISCARD: Command = ("DISCARD",)


async def allowed(server: KeyServer, application: str) -> Finding:
    """Queue every command in a transaction, which Redis checks, and discard it: nothing is run.

    Raises PollError where the server cannot be queried.
    """
    subject = f"application {application}: rights"
    fix = f"ACL SETUSER NAME {rights.APPLICATION}"
    opening = await server.query((_MULTI, _DISCARD))
    refused = _refused((_MULTI, _DISCARD), opening)
    if not refused:  # else the commands would be run one by one
        queued = tuple(needed(application))
        replies = await server.query((_MULTI, *queued, _DISCARD))
        refused = _refused(queued, replies[1:-1])
    if refused:
        text = f"this user may not run {', '.join(dict.fromkeys(refused))}"
        return Finding(subject, Verdict.FAIL, text, fix)
    return Finding(subject, Verdict.OK, "the keys and all commands are granted")


def needed(application: str) -> Iterator[Command]:
    """Yield every command of recorder, exporter and their scripts, and every key, once each."""
    for version in VERSIONS:
        names = keys(application, version)
        for key in (*(getattr(names, each.name) for each in fields(Keys)), names.slot("x", 60, 0)):
            yield ("HDEL", key, "x")
            yield ("HGETALL", key)
    meta = keys(application).meta
    yield from (("TIME",), ("INFO",), ("PING",), ("SCRIPT", "LOAD", _SCRIPT))
    yield ("EVAL", _SCRIPT, "1", meta)
    yield ("EVALSHA", sha1(_SCRIPT.encode()).hexdigest(), "1", meta)  # noqa: S324 - Redis' names
    yield ("MEMORY", "USAGE", meta)
    for name, *arguments in _ON_A_KEY:
        yield (name, meta, *arguments)


_ON_A_KEY: tuple[Command, ...] = (
    ("DEL",),
    ("EXISTS",),
    ("EXPIRE", "60"),
    ("HEXISTS", "x"),
    ("HGET", "x"),
    ("HINCRBY", "x", "0"),
    ("HINCRBYFLOAT", "x", "0"),
    ("HLEN",),
    ("HMGET", "x"),
    ("HSET", "x", "x"),
    ("HSETNX", "x", "x"),
    ("PFADD", "x"),
    ("PFCOUNT",),
    ("SADD", "x"),
    ("SMEMBERS",),
    ("ZADD", "0", "x"),
    ("ZRANGE", "0", "-1", "WITHSCORES"),
    ("ZRANGEBYSCORE", "-inf", "(0"),
    ("ZREM", "x"),
    ("ZSCORE", "x"),
)


def _refused(sent: Sequence[Command], replies: Sequence[Reply]) -> list[str]:
    """Return what was refused: commands by their names, keys by themselves."""
    found = []
    for command, reply in zip(sent, replies, strict=True):
        if isinstance(reply, NoPermissionError):
            about_key = "key" in str(reply)
            found.append(f"{command[0]} on {command[1]}" if about_key else command[0])
        elif isinstance(reply, ResponseError) and "unknown command" in str(reply):
            found.append(f"{command[0]}, which this server does not have")
    return found
