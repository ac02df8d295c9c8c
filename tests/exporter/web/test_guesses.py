"""Which password is compared next, and which are refused."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from exporter.web.guesses import MOST_NEW, WORKERS, Credentials, Guesses, TooManyGuesses

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Slow:
    """Compares when the test lets it, and records the order."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.go_on = asyncio.Semaphore(0)

    async def compare(self, credentials: Credentials) -> bool:
        """Return whether the password is right."""
        self.order.append(credentials[1].decode())
        await self.go_on.acquire()
        return credentials[1] == b"right"


class Queue:
    """Guesses under way."""

    def __init__(self) -> None:
        self.slow = Slow()
        self.guesses = Guesses(self.slow.compare)
        self.asked: dict[str, asyncio.Task[bool]] = {}

    async def ask(self, password: str, address: str = HERE) -> None:
        """Ask, and return once it waits."""
        work = self.guesses.verdict(password.encode(), (b"alice", password.encode()), address)
        self.asked[password] = asyncio.create_task(work)
        for _ in range(3):
            await asyncio.sleep(0)

    async def finish(self, times: int) -> None:
        """Let so many comparisons end, one after the other."""
        for _ in range(times):
            self.slow.go_on.release()
            for _ in range(5):
                await asyncio.sleep(0)

    def refused(self) -> list[str]:
        """Return the passwords that were refused."""
        done = {name: task for name, task in self.asked.items() if task.done()}
        return [n for n, task in done.items() if isinstance(task.exception(), TooManyGuesses)]


def run(scenario: Callable[[Queue], Awaitable[None]]) -> None:
    """Run a scenario in a loop of its own."""

    async def main() -> None:
        queue = Queue()
        await scenario(queue)
        for task in queue.asked.values():
            task.cancel()
        await asyncio.gather(*queue.asked.values(), return_exceptions=True)

    asyncio.run(main())


def test_another_address_does_not_wait_for_a_flood() -> None:
    """Beside a full queue of one address, the right password of another is compared next."""

    async def scenario(queue: Queue) -> None:
        for number in range(WORKERS + MOST_NEW):
            await queue.ask(f"guess {number}")
        await queue.ask("right", THERE)
        await queue.finish(WORKERS + 2)
        assert await queue.asked["right"]
        assert queue.slow.order.index("right") <= WORKERS + 1

    run(scenario)


def test_the_oldest_of_an_address_is_refused() -> None:
    """One more than may wait refuses the guess that has waited longest; the newest comes next."""

    async def scenario(queue: Queue) -> None:
        for number in range(WORKERS + MOST_NEW + 1):
            await queue.ask(f"guess {number}")
        assert queue.refused() == [f"guess {WORKERS}"]
        await queue.finish(1)
        assert queue.slow.order[WORKERS] == f"guess {WORKERS + MOST_NEW}"

    run(scenario)


def test_who_comes_again_comes_first() -> None:
    """The right password that was refused in a flood of its own address is compared next time."""

    async def scenario(queue: Queue) -> None:
        for number in range(WORKERS):
            await queue.ask(f"guess {number}")
        await queue.ask("right")
        for number in range(WORKERS, WORKERS + MOST_NEW):
            await queue.ask(f"guess {number}")
        assert queue.refused() == ["right"]
        await queue.ask("right")
        for number in range(100, 200):
            await queue.ask(f"guess {number}")
        await queue.finish(WORKERS + 1)
        assert await queue.asked["right"]

    run(scenario)


def test_the_same_guess_is_compared_once() -> None:
    """Clients that show the same user and password share a comparison."""

    async def scenario(queue: Queue) -> None:
        await queue.ask("right")
        first = queue.asked["right"]
        await queue.ask("right", THERE)
        await queue.finish(1)
        assert await asyncio.gather(first, queue.asked["right"]) == [True, True]
        assert queue.slow.order == ["right"]

    run(scenario)


def test_a_client_that_left_is_not_compared() -> None:
    """A guess nobody waits for is dropped from its queue."""

    async def scenario(queue: Queue) -> None:
        for number in range(WORKERS + 2):
            await queue.ask(f"guess {number}")
        queue.asked[f"guess {WORKERS + 1}"].cancel()
        await asyncio.sleep(0)
        await queue.finish(WORKERS + 2)
        assert queue.slow.order == [f"guess {number}" for number in range(WORKERS + 1)]

    run(scenario)


def test_a_defect_of_a_comparison_reaches_its_client_only() -> None:
    """Who asked gets the error; the next guess is compared."""

    async def scenario(_: Queue) -> None:
        async def compare(credentials: Credentials) -> bool:
            return bool(1 // len(credentials[1]))

        guesses = Guesses(compare)
        with pytest.raises(ZeroDivisionError):
            await guesses.verdict(b"a", (b"alice", b""), HERE)
        assert await guesses.verdict(b"b", (b"alice", b"x"), HERE)

    run(scenario)
