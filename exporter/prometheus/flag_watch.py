"""Reads the flags of the configured Prometheus servers, and reports those that alerts rely on.

A server that does not answer is reported by nothing here: Prometheus' own health is no concern of
the exporter, and without a server there are no flags to be wrong.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from http.client import HTTPException
from urllib.request import Request

from exporter.catalog import own
from exporter.catalog.prometheus_flags import (
    LONG_RETENTION,
    RETENTION,
    Bound,
    Flag,
    flags,
)
from exporter.client.own_server import answer
from exporter.clock import Clock
from exporter.settings import Settings
from exporter.telemetry import Telemetry

EVERY = 300.0
_TIMEOUT = 5.0
_LARGEST = 1 << 20  # bytes of an answer
_RETENTION_FLAG = "storage.tsdb.retention.time"
_SCALES = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_DURATION = re.compile(r"(?:\d+(?:ms|[ywdhms]))+")
_PIECE = re.compile(r"(\d+)(ms|[ywdhms])")

log = logging.getLogger("ionmon.flags")


def expected(settings: Settings) -> dict[str, tuple[Flag, ...]]:
    """Return what each configured server's flags have to be, by its HOST:PORT."""
    servers, url = settings.prometheus, settings.links.prometheus
    keeps = LONG_RETENTION if servers.longterm is None else RETENTION
    scraping = servers.replicas.values() or (servers.address,)
    found = {address: flags(keeps=keeps, url=url, receives=False) for address in scraping}
    if servers.longterm is not None:
        found[servers.longterm] = flags(keeps=LONG_RETENTION, url=None, receives=True)
    return found


class FlagWatch:
    """Reads the flags of each server every five minutes."""

    def __init__(self, settings: Settings, clock: Clock, telemetry: Telemetry) -> None:
        """Read nothing yet."""
        self._expected = expected(settings)
        self._clock = clock
        self._telemetry = telemetry

    async def run(self) -> None:
        """Read again and again."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """Read the flags of all servers once, and expose which are as they have to be."""
        found: dict[tuple[str, ...], float] = {}
        for address, needed in self._expected.items():
            actual = await asyncio.to_thread(_read, address)
            for flag in needed if actual else ():
                right = _is_right(flag, actual.get(flag.name))
                if right is not None:
                    found[address, flag.name, flag.value] = float(right)
        self._telemetry.replace(own.PROMETHEUS_FLAG, found)


def _read(address: str) -> Mapping[str, str]:
    """Return the flags of a server; none where it does not answer as Prometheus does."""
    try:
        found = dict(_answer(address, "flags"))
        # The configuration file may set the retention, too: this is what holds.
        kept = _answer(address, "runtimeinfo").get("storageRetention", "")
    except (OSError, HTTPException, ValueError, TypeError, KeyError) as error:
        log.debug("%s: its flags cannot be read: %s", address, error)
        return {}
    return {str(name): str(value) for name, value in found.items()} | {_RETENTION_FLAG: str(kept)}


def _answer(address: str, what: str) -> Mapping[str, object]:
    request = Request(f"http://{address}/api/v1/status/{what}")
    data = json.loads(answer(request, _TIMEOUT, _LARGEST))["data"]
    if not isinstance(data, dict):
        raise TypeError("no flags in the answer")
    return data


def _is_right(flag: Flag, value: str | None) -> bool | None:
    """Return whether a value is as it has to be; None where it cannot be judged."""
    if value is None:
        return None
    if flag.bound is Bound.EQUAL:
        return value.rstrip("/") == flag.value.rstrip("/")
    actual, needed = _seconds(value), _seconds(flag.value)
    if actual is None or needed is None:
        return None
    return actual <= needed if flag.bound is Bound.AT_MOST else actual >= needed


def _seconds(text: str) -> float | None:
    """Return a duration as Prometheus writes it, such as 12w6d or 90d or 1GiB, in seconds."""
    first = text.partition(" or ")[0]
    if not _DURATION.fullmatch(first):
        return None
    return sum(int(number) * _SCALES[unit] for number, unit in _PIECE.findall(first))
