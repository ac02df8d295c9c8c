"""What an instance takes a Redis to have, by its reply."""

from typing import Any

import pytest

from exporter.recorder.scripts import REMEMBERED
from exporter.recorder.standing import SEED_WAIT, Reply, Standing, reply

OK: dict[str, Any] = {
    "state": "ok",
    "number": 7,
    "epoch": "e1",
    "created": 5_000.0,
    "seeded": "",
    "generation": "g1",
    "time": 10_000.0,
    "interval": 0.0,
    "refused": (),
    "errors": (),
}


def known(**options: Any) -> Standing:
    """Return what an instance knows after its seventh flush, at 100 s of its own clock."""
    found = Standing()
    found.confirmed(Reply(**OK | options), 100.0)
    return found


def counted(standing: Standing, now: float = 101.0, **options: Any) -> int | None:
    """Return what is counted of 7 flushes that are answered, and one that is not."""
    return standing.counted(Reply(**OK | {"state": "behind", **options}), 7, 8, now)


def test_a_script_s_reply_reads_back() -> None:
    """Bytes and text alike, and what is not there is empty or unknown."""
    raw = ["ok", b"3", b"e", b"", b"", b"g", b"12.5", b"", [b"f"], ["ERR x"]]
    assert reply(raw) == Reply(
        state="ok",
        number=3,
        epoch="e",
        created=None,
        seeded="",
        generation="g",
        time=12.5,
        interval=0.0,
        refused=("f",),
        errors=("ERR x",),
    )


@pytest.mark.parametrize(
    ("what", "options", "expected"),
    [
        ("an older snapshot", {"number": 4}, 4),
        ("a snapshot from before its birth", {"number": 0}, 0),
        ("numbers that were evicted", {"number": 0, "generation": "g2"}, 8),
        ("meta that was evicted", {"state": "epoch", "epoch": "e2", "seeded": "kept"}, 7),
        (
            "numbers and meta that were evicted",
            {
                "state": "epoch",
                "number": 0,
                "epoch": "e2",
                "seeded": "kept",
                "generation": "g2",
            },
            8,
        ),
        (
            "an exporter's totals that lack it",
            {"state": "epoch", "number": 0, "epoch": "e2", "seeded": "e1", "generation": "g2"},
            0,
        ),
        (
            "an exporter's totals that have some of it",
            {"state": "epoch", "number": 5, "epoch": "e2", "seeded": "e1", "generation": "g2"},
            5,
        ),
        (
            "a snapshot of an epoch from before its birth",
            {"state": "epoch", "number": 0, "epoch": "e0", "generation": "g0"},
            0,
        ),
        (
            "a snapshot of the first minutes, whose epoch it never saw",
            {"state": "epoch", "number": 0, "epoch": "e0", "created": 9_999.0},
            0,
        ),
        (
            "an emptied Redis",
            {
                "state": "epoch",
                "number": 0,
                "epoch": "e2",
                "created": 9_999.0,
                "generation": "g2",
            },
            None,
        ),
        ("a number that was retired", {"number": 0, "time": 10_000.0 + REMEMBERED}, 8),
    ],
)
def test_what_redis_has(what: str, options: dict[str, Any], expected: int | None) -> None:
    """Only what is surely not in the totals is sent again."""
    assert counted(known(), **options) == expected, what


def test_an_instance_that_was_silent_for_long_may_be_forgotten() -> None:
    """By its own clock, too, where the server's was set back."""
    assert counted(known(), now=100.0 + REMEMBERED, number=0) == 8


@pytest.mark.parametrize(("silent", "expected"), [(0.5, 8), (0.4999, 0)])
def test_half_of_what_redis_remembers_is_recent(silent: float, expected: int) -> None:
    """The clocks of two machines may differ: the other half is the margin."""
    assert counted(known(), now=100.0 + silent * REMEMBERED, number=0) == expected


def test_an_epoch_that_comes_back_is_a_snapshot() -> None:
    """An epoch in which Redis once acknowledged a flush is not an emptied Redis."""
    standing = known()
    standing.confirmed(Reply(**OK | {"epoch": "e2", "created": 9_000.0}), 100.0)
    assert counted(standing, state="epoch", number=4) == 4


@pytest.mark.parametrize(("interval", "wait"), [(0.0, SEED_WAIT), (1.0, SEED_WAIT), (30.0, 65.0)])
def test_an_emptied_redis_waits_for_two_polls(interval: float, wait: float) -> None:
    """The interval is what the exporter wrote before; then instances go on with what is new."""
    standing = known(interval=interval)
    emptied = {"epoch": "e2", "created": 9_999.0, "generation": "g2"}
    emptied |= {"state": "epoch", "number": 0}
    assert counted(standing, 200.0, **emptied) is None
    assert counted(standing, 200.0 + wait - 0.1, **emptied) is None
    assert counted(standing, 200.0 + wait, **emptied) == 7


@pytest.mark.parametrize(
    ("text", "number"), [(b"5000.5", 5000.5), ("7", 7.0), (b"", None), (b"soon", None)]
)
def test_when_redis_began_to_count_may_be_unknown(text: bytes | str, number: float | None) -> None:
    """A number, or nothing where another program wrote something else."""
    raw = ["ok", b"3", b"e", text, b"", b"g", b"12.5", b"", [], []]
    assert reply(raw).created == number
