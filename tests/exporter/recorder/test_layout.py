"""What is written to Redis reads back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.recorder.layout import (
    Keys,
    RedisField,
    Shape,
    family_field,
    family_parts,
    field,
    keys,
    parts,
    shape,
    stamped,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), max_size=9)
ANY = st.text(st.characters() | st.sampled_from("\x1a\x1f0\ud800"), max_size=9)
SHAPES = st.builds(
    Shape,
    type=TEXT,
    help=TEXT,
    labels=st.lists(TEXT).map(tuple),
    bounds=st.lists(st.floats(allow_nan=False)).map(tuple),
    rule=st.sampled_from(["sum", "max"]),
)


@given(ANY, TEXT, TEXT, st.lists(ANY).map(tuple))
def test_fields_read_back(family: str, digest: str, part: str, values: tuple[str, ...]) -> None:
    """A field says what it was made of, whatever the values are, and encodes as UTF-8."""
    made = field(family, digest, part, values)
    assert parts(made.encode().decode()) == RedisField(family, digest, part, values)
    assert family_parts(family_field(family, digest)) == (family, digest)


@given(st.lists(st.lists(ANY).map(tuple), unique=True, max_size=4))
def test_a_label_value_cannot_forge_a_field(series: list[tuple[str, ...]]) -> None:
    """Series that differ have fields that differ, separators and lone surrogates or not."""
    assert len({field("f", "d", "", values) for values in series}) == len(series)


def test_fields_of_version_1_have_no_digest() -> None:
    """They are read as they were written: nothing in them is escaped."""
    assert parts("f\x1fs\x1fa\x1a001f\x1fb", 1) == RedisField("f", "", "s", ("a\x1a001f", "b"))


@pytest.mark.parametrize("text", ["f", "f\x1fd", ""])
def test_what_is_no_field_is_refused(text: str) -> None:
    """A field without a part is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        parts(text)


def test_a_value_has_its_time() -> None:
    """Time and value are apart; a value without a time is a ValueError."""
    assert stamped("12.5\x1fnan\x1fx") == (12.5, "nan\x1fx")
    for text in ("1", "x\x1f1", ""):
        with pytest.raises(ValueError, match=r".+"):
            stamped(text)


@given(SHAPES, SHAPES)
def test_a_digest_is_of_what_counting_depends_on(one: Shape, other: Shape) -> None:
    """Shapes of the same type, labels and bounds have the same digest, and only these."""
    same = (one.type, one.labels, one.bounds) == (other.type, other.labels, other.bounds)
    assert (one.digest == other.digest) == same
    assert replace(one, help="else", rule="min").digest == one.digest


@given(SHAPES)
def test_shapes_read_back(described: Shape) -> None:
    """A shape is the same after JSON, as text or as bytes."""
    assert described == shape(described.written())
    assert described == shape(described.written().encode())


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"type":"counter"}', b"\xff", "1"])
def test_what_is_no_shape_is_refused(text: str | bytes) -> None:
    """JSON of something else, and what is no JSON, is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        shape(text)


def test_keys_of_an_application_share_a_slot() -> None:
    """Every key has the application's hash tag and the version; those of users did not change."""
    users = {name: f"ionmon:1:{{shop}}:{name}" for name in ("regions", "users")}
    names = ("totals", "gauges", "families", "seqs", "seen", "meta")
    for version in (1, 2):
        start = f"ionmon:{version}:{{shop}}:"
        found = keys("shop", version)
        assert Keys(**{name: start + name for name in names}, **users) == found
        assert found.slot("us", 60, 7) == "ionmon:1:{shop}:users:us:60:7"
    assert keys("shop") == keys("shop", 2)
