"""Who may read: basic authentication by bcrypt, and a limit on requests."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Executor

import bcrypt

MOST_KEPT = 100
LONGEST_PASSWORD = 72  # bytes that bcrypt looks at


class Passwords:
    """Checks basic authentication; verdicts are kept, since bcrypt is slow on purpose."""

    def __init__(self, users: Mapping[str, str], executor: Executor) -> None:
        self._users = {name: value.encode() for name, value in users.items()}
        self._executor = executor
        self._salt = secrets.token_bytes(32)
        # Two stores: guesses must not crowd out those who have the password.
        self._kept = {True: OrderedDict[bytes, None](), False: OrderedDict[bytes, None]()}

    @property
    def needed(self) -> bool:
        """Say whether anyone has to show a password."""
        return bool(self._users)

    async def allow(self, authorization: str) -> bool:
        """Say whether an Authorization header names a user with its password."""
        if not self._users:
            return True
        given = _credentials(authorization)
        if given is None:
            return False
        mark = hmac.new(self._salt, b"\0".join(given), hashlib.sha256).digest()
        verdict = next((v for v, marks in self._kept.items() if mark in marks), None)
        if verdict is None:
            loop = asyncio.get_running_loop()
            verdict = await loop.run_in_executor(self._executor, self._check, *given)
        self._keep(mark, verdict)
        return verdict

    def _keep(self, mark: bytes, verdict: bool) -> None:  # noqa: FBT001 - what is kept
        """Note a verdict as the last that was asked for; the one not asked for longest goes."""
        marks = self._kept[verdict]
        marks[mark] = None
        marks.move_to_end(mark)
        if len(marks) > MOST_KEPT:
            marks.popitem(last=False)

    def _check(self, user: bytes, password: bytes) -> bool:
        """Compare with the user's hash; an unknown user costs as much as a known one."""
        known = self._users.get(user.decode("utf-8", "replace"))
        wanted = known or next(iter(self._users.values()))
        right = bcrypt.checkpw(password[:LONGEST_PASSWORD], wanted)
        return right and known is not None


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
    """A token bucket: one request more each `interval` seconds, `burst` at most."""

    def __init__(self, interval: float, burst: int) -> None:
        self._interval, self._burst = interval, burst
        self._free_at = -math.inf

    def take(self) -> bool:
        """Say whether one more request may be answered now."""
        if not self._interval:
            return True
        now = time.monotonic()
        free = max(self._free_at, now - self._interval * self._burst)
        if free + self._interval > now:
            return False
        self._free_at = free + self._interval
        return True
