"""Active users by HyperLogLog: how many, never who.

Only a digest of each is sent, since Redis writes commands' arguments to its files and logs.
"""

import hashlib
from typing import Any

from .layout import WINDOWS, Keys
from .status import Status

MOST_WAITING = 100_000

# KEYS: one of the application's. Returns seconds and microseconds of the server's clock: instances
# whose clocks differ must count in the same slot.
CLOCK = "return redis.call('TIME')"


class Users:
    """Users that were seen since the last flush; Redis keeps no more than 12 KiB a slot."""

    def __init__(self, keys: Keys, region: str, status: Status) -> None:
        self._keys, self._region, self._status = keys, region, status
        self._waiting: dict[str, None] = {}

    def add(self, user: str) -> None:
        """Count a user as active; after MOST_WAITING in one interval, further ones are left out."""
        if len(self._waiting) < MOST_WAITING or user in self._waiting:
            self._waiting[user] = None
        else:
            self._status.users_left_out += 1

    def forget(self) -> None:
        """Forget the waiting users: a fork's parent sends them."""
        self._waiting = {}

    def send(self, client: Any) -> None:  # noqa: ANN401 - redis-py's clients share no type
        """Add the waiting users to the current slot of each width. Raises redis.RedisError."""
        waiting = list(self._waiting)
        if not waiting:
            return
        seconds, _ = client.register_script(CLOCK)(keys=[self._keys.regions])
        digests = [_digest(user) for user in waiting]
        pipeline = client.pipeline(transaction=False)
        pipeline.sadd(self._keys.regions, self._region)
        for _, width, slots in WINDOWS:
            key = self._keys.slot(self._region, width, int(seconds) // width)
            pipeline.pfadd(key, *digests)
            pipeline.expire(key, width * (slots + 2))
        pipeline.execute()
        for user in waiting:
            self._waiting.pop(user, None)


def _digest(user: str) -> bytes:
    return hashlib.blake2b(str(user).encode("utf-8", "surrogatepass"), digest_size=8).digest()
