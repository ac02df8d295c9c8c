"""Basic authentication, and the limit on requests."""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web import access
from exporter.web.access import MAX_VERDICTS, Bucket, Passwords

LONG = "x" * 72


def hashed(password: str) -> str:
    """Return a bcrypt hash of the lowest cost."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


USERS = {"alice": hashed("wonder"), "zoë": hashed("grün: ja"), "bob": hashed(LONG)}


class Counting(ThreadPoolExecutor):
    """Counts what it is given to do."""

    calls = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        """Count the call and run it."""
        self.calls += 1
        return super().submit(work, *args, **more)


def encoded(raw: bytes) -> str:
    """Return an Authorization header of any bytes."""
    return "Basic " + base64.b64encode(raw).decode()


def basic(user: str, password: str) -> str:
    """Return an Authorization header."""
    return encoded(f"{user}:{password}".encode())


def verdicts(*headers: str, users: dict[str, str] | None = None) -> tuple[list[bool], int]:
    """Return the verdicts on headers, and how often bcrypt was asked."""
    with Counting(1) as executor:
        passwords = Passwords(USERS if users is None else users, executor)

        async def all_of_them() -> list[bool]:
            return [await passwords.allow(header) for header in headers]

        return asyncio.run(all_of_them()), executor.calls


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic("alice", "wonder"), True),
        (basic("alice", "wonder").replace("Basic", "bASIC"), True),
        (basic("alice", "wonder").replace(" ", "   "), True),
        (basic("zoë", "grün: ja"), True),
        (basic("bob", LONG + "what bcrypt does not look at"), True),
        (basic("bob", LONG[1:]), False),
        (basic("alice", "Wonder"), False),
        (basic("alice", ""), False),
        (basic("alice", "wonder\0"), False),
        (basic("zoë", "wonder"), False),
        (basic("mallory", "wonder"), False),
        (basic("", ""), False),
        ("", False),
        ("Basic", False),
        ("Basic !!!!", False),
        ("Basic " + base64.b64encode(b"alice").decode(), False),
        (basic("alice", "wonder").replace("Basic", "Bearer"), False),
        ("Basic é", False),
    ],
)
def test_who_may_read(header: str, expected: bool) -> None:
    """A known user with the right password, whatever the scheme's case; nobody else."""
    assert verdicts(header)[0] == [expected]


def test_an_unknown_user_with_the_first_users_password() -> None:
    """The hash that an unknown name is compared with, to cost as much, lets nobody in."""
    assert verdicts(basic("mallory", "wonder"), users={"alice": USERS["alice"]}) == ([False], 1)


def test_without_users_everybody_may_read() -> None:
    """Nothing is asked of anybody, and nothing is looked at."""
    assert verdicts("", "Basic ????", users={}) == ([True, True], 0)


def test_verdicts_are_kept() -> None:
    """Right or wrong, the same user and password are compared once."""
    right, wrong = basic("alice", "wonder"), basic("alice", "under")
    expected = [True, False, True, False, True]
    assert (expected, 2) == verdicts(right, wrong, right, wrong, right)


def test_a_verdict_is_of_user_and_password() -> None:
    """The same letters, divided otherwise between user and password, have their own verdict."""
    users = {"a": hashed("bc"), "ab": hashed("x")}
    assert verdicts(basic("a", "bc"), basic("ab", "c"), users=users) == ([True, False], 2)


def test_the_oldest_verdicts_are_forgotten() -> None:
    """Guesses do not fill the memory: the first of one too many is compared again."""
    guesses = [basic("alice", str(number)) for number in range(MAX_VERDICTS + 1)]
    found, calls = verdicts(
        *guesses, guesses[-1], guesses[1], guesses[0], users={"alice": USERS["alice"]}
    )
    assert calls == MAX_VERDICTS + 2
    assert verdicts(*guesses, guesses[-1], guesses[1])[1] == MAX_VERDICTS + 1
    assert not any(found)


def test_guesses_do_not_crowd_out_the_right_password() -> None:
    """Whoever has the password is compared once, however many guess meanwhile."""
    right = basic("alice", "wonder")
    guesses = [basic("alice", str(number)) for number in range(MAX_VERDICTS + 1)]
    found, calls = verdicts(right, *guesses, right, users={"alice": USERS["alice"]})
    assert (found[0], found[-1], calls) == (True, True, MAX_VERDICTS + 2)


def test_what_is_asked_for_again_is_kept() -> None:
    """The verdict that goes is the one that was not asked for longest."""
    guesses = [basic("alice", str(number)) for number in range(MAX_VERDICTS)]
    asked = (*guesses, guesses[0], basic("alice", "one more"), guesses[0])
    assert verdicts(*asked, users={"alice": USERS["alice"]})[1] == MAX_VERDICTS + 1


@given(st.text(st.characters(max_codepoint=255)) | st.binary().map(encoded))
def test_no_header_fails(header: str) -> None:
    """Whatever a client sends is a verdict, and without the password it is no."""
    assert verdicts(header)[0] == [False]


class Hand:
    """Monotonic time, set by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


def taken(bucket: Bucket, times: int) -> list[bool]:
    """Ask so many times at once."""
    return [bucket.take() for _ in range(times)]


@pytest.mark.parametrize("boot", [0.0, 1.0, 1_000_000.0])
def test_a_bucket_is_full_at_first_and_fills_at_its_pace(
    monkeypatch: pytest.MonkeyPatch, boot: float
) -> None:
    """Three at once, one more a minute, three at most after a pause, however old the machine is."""
    clock = Hand(boot)
    monkeypatch.setattr(access, "steady", clock.monotonic)
    bucket = Bucket(60.0, 3)
    assert taken(bucket, 4) == [True, True, True, False]
    clock.now += 59.0
    assert taken(bucket, 1) == [False]
    clock.now += 1.0
    assert taken(bucket, 2) == [True, False]
    clock.now += 600.0
    assert taken(bucket, 4) == [True, True, True, False]


def test_no_interval_is_no_limit() -> None:
    """With an interval of 0 every request is answered."""
    assert all(taken(Bucket(0.0, 1), 1000))


def test_users_are_not_told_apart_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the cost of a user's own hash, a wrong password costs as many rounds."""
    users = {
        name: bcrypt.hashpw(b"wonder", bcrypt.gensalt(cost)).decode()
        for name, cost in (("alice", 4), ("bob", 7))
    }
    compared: list[int] = []
    check = bcrypt.checkpw

    def counted(password: bytes, hashed_password: bytes) -> bool:
        compared.append(1 << int(hashed_password.split(b"$")[2]))
        return check(password, hashed_password)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    rounds = []
    for user in ("alice", "bob", "mallory"):
        assert verdicts(basic(user, "under"), users=users)[0] == [False]
        rounds.append(sum(compared))
        compared.clear()
    assert rounds == [1 << 7] * 3
    assert verdicts(basic("alice", "wonder"), users=users)[0] == [True]
