"""Label values are printable and short, and different originals stay different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.label_values import MAX_LABEL, clean

ANY = st.text(max_size=300) | st.text(min_size=MAX_LABEL - 2, max_size=MAX_LABEL + 60)


@given(ANY)
def test_a_cleaned_value_is_printable_and_short(value: str) -> None:
    """What is exposed has no control character and at most 200 characters; sound values stay."""
    found = clean(value)
    assert found.isprintable()
    assert len(found) <= MAX_LABEL
    assert (found == value) == (value.isprintable() and len(value) <= MAX_LABEL)
    assert clean(found) == found


@given(st.lists(ANY, unique=True))
def test_different_values_stay_different(values: list[str]) -> None:
    """No two originals are exposed as one value."""
    assert len({clean(value) for value in values}) == len(values)


def test_values_that_were_added_up_before_are_told_apart() -> None:
    """Newline, carriage return, no-break space, bidi mark, NUL, lone surrogate: six values."""
    originals = [f"two{odd}lines" for odd in "\n\r\u00a0\u202e\0\ud800"]
    found = [clean(value) for value in originals]
    assert len(set(found)) == len(originals)
    assert {value.partition("~")[0] for value in found} == {"two\N{REPLACEMENT CHARACTER}lines"}


@pytest.mark.parametrize("length", [MAX_LABEL + 1, 100_000])
def test_long_values_are_told_apart_by_their_end(length: int) -> None:
    """Values that are cut at the same place keep a hash of all of it."""
    one, two = clean("x" * length + "a"), clean("x" * length + "b")
    assert one != two
    assert len(one) == len(two) == MAX_LABEL
