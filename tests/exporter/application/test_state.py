"""Replies become the application's state; what cannot be read is noted."""

import pytest
from redis.exceptions import NoPermissionError, ResponseError

from exporter.application.state import ApplicationState, commands, state
from exporter.errors import PollError, Reason
from exporter.recorder.layout import Shape, keys

SHAPE = Shape(type="counter", help="C.", labels=("region",))


def replies(*counts: int, shapes: tuple[bytes, ...] = ()) -> list[object]:
    """Return the replies to one transaction."""
    whole = [
        [b"1000", b"500000"],
        [b"epoch", b"e", b"created", b"7"],
        list(shapes),
        [b"c\x1f\x1fus", b"2.5"],
        [b"i\x1fg\x1f\x1fus", b"4"],
        [b"i", b"3"],
        [b"i", b"999.25"],
        [b"us", b"eu"],
        *counts,
    ]
    return [b"OK", *[b"QUEUED"] * len(whole), whole]


def test_replies_are_a_state() -> None:
    """Numbers are numbers, shapes are shapes, and counts of users have their region and window."""
    found = state(replies(1, 2, 3, shapes=(b"c", SHAPE.written().encode())), ["us"])
    size = found.size
    assert size > 100
    assert found == ApplicationState(
        now=1000.5,
        meta={"epoch": "e", "created": "7"},
        shapes={"c": SHAPE},
        totals={"c\x1f\x1fus": 2.5},
        gauges={("i", "g\x1f\x1fus"): 4.0},
        seqs={"i": 3},
        seen={"i": 999.25},
        regions=("eu", "us"),
        users={("us", "5m"): 1, ("us", "1h"): 2, ("us", "1d"): 3},
        size=size,
    )
    assert found.epoch == "e"


def test_a_shape_that_is_none_is_a_note() -> None:
    """Other families are read on."""
    found = state(replies(shapes=(b"x", b"{", b"c", SHAPE.written().encode())), [])
    assert (found.shapes, len(found.notes)) == ({"c": SHAPE}, 1)
    assert found.notes[0].startswith("x: ")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ([NoPermissionError("no"), ResponseError("EXECABORT")], Reason.PERMISSION),
        ([b"OK", [ResponseError("WRONGTYPE")]], Reason.INVALID),
        ([b"OK", None], Reason.INVALID),
    ],
)
def test_an_error_in_any_place_is_a_poll_error(reply: list[object], reason: Reason) -> None:
    """Refused when queued, failed when run, or not run at all."""
    with pytest.raises(PollError) as caught:
        state(reply, [])
    assert caught.value.reason is reason


def test_windows_are_made_of_whole_slots() -> None:
    """A window is read as the slots that end with the present one."""
    needed = commands(keys("shop"), ["us"], 86_400.0)
    minutes, quarters, hours = (c for c in needed if c[0] == "PFCOUNT")
    start = "ionmon:1:{shop}:users:us"
    assert minutes == ("PFCOUNT", *(f"{start}:60:{n}" for n in (1440, 1439, 1438, 1437, 1436)))
    assert quarters == ("PFCOUNT", *(f"{start}:300:{288 - back}" for back in range(12)))
    assert hours == ("PFCOUNT", *(f"{start}:3600:{24 - back}" for back in range(24)))
    assert (needed[0], needed[-1]) == (("MULTI",), ("EXEC",))
