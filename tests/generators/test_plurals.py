"""Counts read as a person would write them."""

import pytest

from generators.plurals import counted


@pytest.mark.parametrize(
    ("count", "noun", "plural", "text"),
    [
        (0, "file", "", "0 files"),
        (1, "file", "", "1 file"),
        (2, "file", "", "2 files"),
        (1, "stretch", "stretches", "1 stretch"),
        (2, "stretch", "stretches", "2 stretches"),
    ],
)
def test_only_one_is_singular(count: int, noun: str, plural: str, text: str) -> None:
    """None and several take the plural, the noun's own where it has one."""
    assert counted(count, noun, plural) == text
