"""Documents are held against pages: what either has more is named."""

import pytest

from tests.docs.json_keys import covers, paths


@pytest.mark.parametrize(
    ("row", "document"),
    [
        ("a", {"a": 1}),
        ("a", {"a": None}),
        ("a.b", {"a": {"b": "x"}}),
        ("a[].b", {"a": [{"b": 1}, {"b": 2}]}),
        ("a[]", {"a": ["x"]}),
        ("a[].b", {"a": []}),
        ("a.b", {"a": None}),
        ("a.*.c", {"a": {"x.y/z": {"c": 1}}}),
        ("a…", {"a": {"b": [{"c": 1}]}}),
        ("[].b", [{"b": 1}]),
    ],
)
def test_a_row_covers_what_it_says(row: str, document: object) -> None:
    """Lists, names and values of any kind are written as the pages explain."""
    assert all(covers(row, path) for path in paths(document))


@pytest.mark.parametrize(
    ("row", "document"),
    [
        ("a", {"b": 1}),
        ("a", {"a": {"b": 1}}),
        ("a.b", {"a": 1}),
        ("a[].b", {"a": [{"c": 1}]}),
        ("a", {"a": [1]}),
        ("a.*", {"a": {"x": {"c": 1}}}),
    ],
)
def test_a_row_covers_no_more(row: str, document: object) -> None:
    """A key that is documented does not document those below it."""
    assert not any(covers(row, path) for path in paths(document))
