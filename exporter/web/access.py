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

MAX_VERDICTS = 100
MAX_PASSWORD = 72  # bytes; bcrypt ignores the rest


class Passwords:
    """Checks basic authentication; verdicts are cached, since bcrypt is slow on purpose."""

    def __init__(self, users: Mapping[str, str], executor: Executor) -> None:
        self._users = {name: value.encode() for name, value in users.items()}
        self._executor = executor
        self._salt = secrets.token_bytes(32)
        # Two caches: wrong guesses must not evict the users who know the password.
        self._cached = {True: OrderedDict[bytes, None](), False: OrderedDict[bytes, None]()}

    @property
    def needed(self) -> bool:
        """Return whether a password is required."""
        return bool(self._users)

    async def allow(self, authorization: str) -> bool:
        """Return whether an Authorization header has a known user and the right password."""
        if not self._users:
            return True
        credentials = _credentials(authorization)
        if credentials is None:
            return False
        # Keyed by a salted hash, so that no password stays in memory.
        key = hmac.new(self._salt, b"\0".join(credentials), hashlib.sha256).digest()
        verdict = next((v for v, keys in self._cached.items() if key in keys), None)
        if verdict is None:
            loop = asyncio.get_running_loop()
            verdict = await loop.run_in_executor(self._executor, self._check, *credentials)
        self._cache(key, verdict)
        return verdict

    def _cache(self, key: bytes, verdict: bool) -> None:  # noqa: FBT001 - what is cached
        """Cache a verdict as the most recently used; the least recently used is evicted."""
        keys = self._cached[verdict]
        keys[key] = None
        keys.move_to_end(key)
        if len(keys) > MAX_VERDICTS:
            keys.popitem(last=False)

    def _check(self, user: bytes, password: bytes) -> bool:
        """Compare with the user's hash; an unknown user takes as long as a known one."""
        known = self._users.get(user.decode("utf-8", "replace"))
        # An unknown user is compared, too: the time of an answer must not reveal who exists.
        expected = known or next(iter(self._users.values()))
        matches = bcrypt.checkpw(password[:MAX_PASSWORD], expected)
        return matches and known is not None


def _credentials(authorization: str) -> tuple[bytes, bytes] | None:
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
