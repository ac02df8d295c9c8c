"""Joined checksums are those of the whole."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.checksum import joined, shift_of


@given(st.binary(), st.binary() | st.integers(0, 100_000).map(bytes))
def test_a_joined_checksum_is_that_of_both(first: bytes, second: bytes) -> None:
    """Whatever two pieces hold, their checksums give that of their bytes after each other."""
    found = joined(zlib.crc32(first), zlib.crc32(second), shift_of(len(second)))
    assert found == zlib.crc32(first + second)
