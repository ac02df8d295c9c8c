"""Who may read: basic authentication by bcrypt, and a limit on requests."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Executor

import bcrypt

from exporter.clock import steady
from exporter.web.guesses import Credentials, Guesses

MAX_VERDICTS = 500
MAX_PASSWORD = 72  # bytes; bcrypt ignores the rest


class Passwords:
    """Checks basic authentication; verdicts are cached, since bcrypt is slow on purpose."""

    def __init__(self, users: Mapping[str, str], executor: Executor) -> None:
        self._users = {name: value.encode() for name, value in users.items()}
        self._cost = max(map(_cost, self._users.values()), default=0)
        self._executor = executor
        self._guesses = Guesses(self._compare)
        self._salt = secrets.token_bytes(32)
        # Two caches: wrong guesses must not evict the users who know the password.
        self._cached = {True: OrderedDict[bytes, None](), False: OrderedDict[bytes, None]()}

    @property
    def needed(self) -> bool:
        """Return whether a password is required."""
        return bool(self._users)

    def user(self, authorization: str) -> str:
        """Return the user in the header of an allowed request, "" where no password is needed."""
        found = _credentials(authorization) if self._users else None
        return found[0].decode("utf-8", "replace") if found else ""

    def named(self, authorization: str) -> bool:
        """Return whether a header names a known user; the password is not compared."""
        return self.user(authorization) in self._users

    async def allow(self, authorization: str, address: str = "") -> bool:
        """Return whether an Authorization header has a known user and the right password.

        Raises TooManyGuesses where too many of the client's address wait for a comparison.
        """
        if not self._users:
            return True
        credentials = _credentials(authorization)
        if credentials is None:
            return False
        # Keyed by a salted hash, so that no password stays in memory.
        key = hmac.new(self._salt, b"\0".join(credentials), hashlib.sha256).digest()
        verdict = next((v for v, keys in self._cached.items() if key in keys), None)
        if verdict is None:
            verdict = await self._guesses.verdict(key, credentials, address)
        self._cache(key, verdict)
        return verdict

    def _cache(self, key: bytes, verdict: bool) -> None:  # noqa: FBT001 - what is cached
        """Cache a verdict as the most recently used; the least recently used is evicted."""
        keys = self._cached[verdict]
        keys[key] = None
        keys.move_to_end(key)
        if len(keys) > MAX_VERDICTS:
            keys.popitem(last=False)

    async def _compare(self, credentials: Credentials) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._check, *credentials)

    def _check(self, user: bytes, password: bytes) -> bool:
        """Compare with the user's hash; every user, known or not, takes as long as the slowest."""
        known, secret = self._users.get(user.decode("utf-8", "replace")), password[:MAX_PASSWORD]
        if known is None:
            bcrypt.checkpw(secret, _dummy(self._cost))
            return False
        matches = bcrypt.checkpw(secret, known)
        # The work doubles with the cost: c, c + 1, ... and the highest less one add up to it.
        for cost in range(_cost(known), self._cost):
            bcrypt.checkpw(secret, _dummy(cost))
        return matches


def _cost(hashed: bytes) -> int:
    """Return the cost in a bcrypt hash, the power of two of its rounds."""
    return int(hashed.split(b"$")[2])


def _dummy(cost: int) -> bytes:
    """Return a hash of a cost that no password has."""
    return b"$2b$%02d$" % cost + b"." * 53


def _credentials(authorization: str) -> Credentials | None:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon and b"\0" not in password else None


class Bucket:
    """A token bucket: one more request every `interval` seconds, at most `burst` at once."""

    def __init__(self, interval: float, burst: int) -> None:
        self._interval, self._burst = interval, burst
        self._free_at = -math.inf

    def take(self) -> bool:
        """Return whether one more request may be answered now."""
        if not self._interval:
            return True
        now = steady()
        free = max(self._free_at, now - self._interval * self._burst)
        if free + self._interval > now:
            return False
        self._free_at = free + self._interval
        return True
