"""Tables line up, and no cell steers the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.commands.table import table

CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """Columns are two spaces apart, numbers to the right, and no line ends with spaces."""
    found = table(("name", "n", "text"), [("a", "1", ""), ("long name", "1000", "x")], right={1})
    assert found.split("\n") == [
        "name          n  text",
        "a             1",
        "long name  1000  x",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    """Nothing found is shown as the head alone."""
    assert table(("a", "b"), []) == "a  b"


@given(st.lists(st.tuples(CELL, CELL), max_size=4))
def test_a_row_is_one_printable_line(rows: list[tuple[str, str]]) -> None:
    """Whatever is in a cell, each row is one line that a terminal only prints."""
    lines = table(("a", "b"), rows).split("\n")
    assert len(lines) == 1 + len(rows)
    assert [line for line in lines if not line.isprintable()] == []
