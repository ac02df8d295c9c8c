"""What is written to Redis reads back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.recorder.layout import Keys, Shape, field, keys, parts, shape

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), max_size=9)
SHAPES = st.builds(
    Shape,
    type=TEXT,
    help=TEXT,
    labels=st.lists(TEXT).map(tuple),
    bounds=st.lists(st.floats(allow_nan=False)).map(tuple),
    rule=st.sampled_from(["sum", "max"]),
)


@given(TEXT, TEXT, st.lists(TEXT).map(tuple))
def test_fields_read_back(family: str, part: str, values: tuple[str, ...]) -> None:
    """Family, part and label values of a field are what it was made of."""
    assert (family, part, values) == parts(field(family, part, values))


def test_a_label_value_cannot_forge_a_field() -> None:
    """The separator in a label value becomes a space."""
    assert field("f", "", ("a\x1fb",)) == "f\x1f\x1fa b"


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
    """Every key has the application's hash tag, and the version of the layout."""
    start = "ionmon:1:{shop}:"
    names = ("totals", "gauges", "families", "seqs", "seen", "meta", "regions", "users")
    found = keys("shop")
    assert Keys(**{name: start + name for name in names}) == found
    assert found.slot("us", 60, 7) == "ionmon:1:{shop}:users:us:60:7"
