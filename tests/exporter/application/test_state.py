"""Replies become the application's state; what cannot be read is noted and counted."""

import pytest
from redis.exceptions import NoPermissionError, ResponseError

from exporter.application.state import (
    ApplicationState,
    LayoutState,
    Schema,
    StoredLevel,
    layout_state,
    refusal,
    size,
)
from exporter.errors import Reason
from exporter.recorder.layout import Shape, family_field, field

SHAPE = Shape(type="counter", help="C.", labels=("region",))
NAME = field("c", SHAPE.digest, "", ("us",))


def replies(version: int) -> dict[str, object]:
    """Return the replies to reading the keys of a layout."""
    name = "c\x1f\x1fus" if version == 1 else NAME
    family = "c" if version == 1 else family_field("c", SHAPE.digest)
    stamp = "" if version == 1 else "5.5\x1f"
    return {
        "meta": [b"epoch", b"e", b"created", b"7", b"forgotten", b"2"],
        "families": [family.encode(), f"{stamp}{SHAPE.written()}".encode()],
        "totals": [name.encode(), b"2.5"],
        "gauges": [f"i\x1f{name}".encode(), f"{stamp}4".encode()],
        "seqs": [b"i", b"3", b"~", b"token"],
        "seen": [b"i", b"999.25"],
    }


@pytest.mark.parametrize(
    ("version", "digest", "name", "at"),
    [(1, "", "c\x1f\x1fus", 0.0), (2, SHAPE.digest, NAME, 5.5)],
)
def test_replies_are_a_state(version: int, digest: str, name: str, at: float) -> None:
    """Numbers are numbers, shapes are shapes; version 2 has times and digests."""
    found = layout_state(version, replies(version))
    assert found == LayoutState(
        version=version,
        meta={"epoch": "e", "created": "7", "forgotten": "2"},
        schemas={("c", digest): Schema(SHAPE, at)},
        totals={name: 2.5},
        gauges={("i", name): StoredLevel(at, 4.0)},
        seqs={"i": 3},
        generation="token",
        seen={"i": 999.25},
    )
    assert (found.epoch, found.number("forgotten"), found.number("dropped")) == ("e", 2.0, 0.0)


def test_a_description_that_is_none_is_a_note() -> None:
    """Other families are read on."""
    given = replies(2)
    given["families"] = [b"x\x1fd", b"1\x1f{", *given["families"]]  # type: ignore[misc]
    found = layout_state(2, given)
    assert found.schemas == layout_state(2, replies(2)).schemas
    assert (found.odd, len(found.notes)) == ({"x": 1}, 1)
    assert found.notes[0].startswith("families: x d: ")


def test_many_odd_rows_are_one_note_and_all_are_counted() -> None:
    """By family, as far as a field names one."""
    names = [f"c\x1f{n}\x1f\x1fus" for n in range(9)]
    odd = [text for name in names for text in (name.encode(), b"many")]
    found = layout_state(2, {**replies(2), "totals": odd})
    assert (found.odd, len(found.notes)) == ({"c": 9}, 1)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(NoPermissionError("no"), Reason.PERMISSION), (ResponseError("x"), Reason.INVALID)],
)
def test_a_refusal_has_a_reason(error: Exception, reason: Reason) -> None:
    """A missing right is one, anything else is another."""
    assert refusal(error).reason is reason


@pytest.mark.parametrize("error", [NoPermissionError, ResponseError])
def test_of_a_long_reply_the_beginning_is_kept(error: type[Exception]) -> None:
    """A reply may quote a whole command: 200 characters of it say what it is about."""
    found = str(refusal(error("x" * 1_000)))
    assert found.count("x" * 200) == 1
    assert "x" * 201 not in found


def test_odd_rows_of_a_key_without_families_count_under_the_key() -> None:
    """A number of a flush that is no number belongs to no family."""
    found = layout_state(2, {**replies(2), "seqs": [b"i", b"third"]})
    assert (found.odd, found.seqs, len(found.notes)) == ({"seqs": 1}, {}, 1)


def test_fields_of_both_layouts_are_counted() -> None:
    """All fields cost memory; the limit is for each layout, so the fuller one decides."""
    more = replies(1)
    more["totals"] = [b"c\x1f\x1fus", b"2", b"c\x1f\x1feu", b"3"]
    state = ApplicationState(now=9.0, layouts=(layout_state(1, more), layout_state(2, replies(2))))
    assert (state.fields, state.most_fields) == (3, 2)


@pytest.mark.parametrize(
    ("reply", "bytes_"),
    [(b"abc", 3), (b"", 0), (7, 8), (None, 8), ([b"abc", [b"de", 1]], 13), ([], 0)],
)
def test_a_reply_s_size_is_that_of_what_is_in_it(reply: object, bytes_: int) -> None:
    """Text counts by its bytes, a number as eight."""
    assert size(reply) == bytes_  # type: ignore[arg-type]
