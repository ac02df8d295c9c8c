"""The passwords that wait to be compared: a limited queue for each address, served in turn.

Comparing takes up to a second on purpose. In a flood of guesses the newest is compared first, since
its client still waits; the oldest is refused. Who was refused comes first when the same user and
password come again, as a scraper's do and guesses do not.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MOST_NEW, MOST_REPEATED = 16, 64  # waiting, for each address
MOST_REFUSED = 50_000
WORKERS = 2

Credentials = tuple[bytes, bytes]


class TooManyGuesses(Exception):
    """An address has more passwords waiting than are compared."""


@dataclass(slots=True, eq=False)
class _Guess:
    """A user and password that wait, their key, who waits for the verdict, and the verdict."""

    key: bytes
    credentials: Credentials
    verdict: asyncio.Future[bool]
    waiters: int = 0


class _Queue:
    """What waits of one address."""

    def __init__(self) -> None:
        self.new: OrderedDict[bytes, _Guess] = OrderedDict()
        self.repeated: OrderedDict[bytes, _Guess] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self.new or self.repeated)

    def next(self) -> _Guess:
        """Take the oldest that came again, else the newest."""
        if self.repeated:
            return self.repeated.popitem(last=False)[1]
        return self.new.popitem()[1]

    def remove(self, key: bytes) -> None:
        """Remove what nobody waits for."""
        self.new.pop(key, None)
        self.repeated.pop(key, None)


class Guesses:
    """Compares passwords, as many at once as there are threads for it."""

    def __init__(self, compare: Callable[[Credentials], Awaitable[bool]]) -> None:
        """Compare with `compare`; one event loop uses the queues."""
        self._compare = compare
        self._queues: OrderedDict[str, _Queue] = OrderedDict()
        self._pending: dict[bytes, _Guess] = {}
        self._refused: OrderedDict[bytes, None] = OrderedDict()
        self._workers: set[asyncio.Task[None]] = set()

    async def verdict(self, key: bytes, credentials: Credentials, address: str) -> bool:
        """Return whether user and password are right. Raises TooManyGuesses.

        Requests with the same `key` at the same time share one comparison.
        """
        guess = self._pending.get(key) or self._enqueue(key, credentials, address)
        guess.waiters += 1
        try:
            return await asyncio.shield(guess.verdict)
        finally:
            guess.waiters -= 1
            if not guess.waiters and not guess.verdict.done():
                self._abandon(guess, address)

    def _enqueue(self, key: bytes, credentials: Credentials, address: str) -> _Guess:
        queue = self._queues.setdefault(address, _Queue())
        guess = _Guess(key, credentials, asyncio.get_running_loop().create_future())
        if key in self._refused:
            if len(queue.repeated) >= MOST_REPEATED:
                raise TooManyGuesses
            queue.repeated[key] = guess
        else:
            queue.new[key] = guess
            if len(queue.new) > MOST_NEW:
                self._refuse(queue.new.popitem(last=False)[1])
        self._pending[key] = guess
        if len(self._workers) < WORKERS:
            worker = asyncio.get_running_loop().create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return guess

    def _refuse(self, guess: _Guess) -> None:
        self._pending.pop(guess.key, None)
        self._refused[guess.key] = None
        if len(self._refused) > MOST_REFUSED:
            self._refused.popitem(last=False)
        guess.verdict.set_exception(TooManyGuesses())

    def _abandon(self, guess: _Guess, address: str) -> None:
        """Forget a guess whose clients are gone, unless it is being compared."""
        queue = self._queues.get(address)
        if queue and (guess.key in queue.new or guess.key in queue.repeated):
            queue.remove(guess.key)
            self._pending.pop(guess.key, None)

    async def _work(self) -> None:
        """Compare until nothing waits: one of each address in turn."""
        while guess := self._next():
            try:
                verdict = await self._compare(guess.credentials)
            except Exception as error:  # noqa: BLE001 - whoever waits for the verdict raises it
                _settle(guess.verdict, error)
            else:
                _settle(guess.verdict, verdict)
            finally:
                self._pending.pop(guess.key, None)
                self._refused.pop(guess.key, None)

    def _next(self) -> _Guess | None:
        while self._queues:
            address, queue = self._queues.popitem(last=False)
            if queue:
                guess = queue.next()
                if queue:
                    self._queues[address] = queue
                return guess
        return None


def _settle(verdict: asyncio.Future[bool], found: bool | Exception) -> None:  # noqa: FBT001 - a value
    if verdict.done():
        return
    if isinstance(found, Exception):
        verdict.set_exception(found)
    else:
        verdict.set_result(found)
