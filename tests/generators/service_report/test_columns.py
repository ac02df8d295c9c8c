"""Tables of a report stay within the width: columns beyond it follow below."""

from rich.cells import cell_len

from generators.service_report.columns import WIDTH, shortened, table, wrapped


def test_columns_follow_below_where_they_do_not_fit() -> None:
    """Each part begins with the names of the rows."""
    head = ("name", *(f"column number {at}" for at in range(8)))
    lines = list(table(head, [("first", *(str(at) for at in range(8)))]))
    assert [line for line in lines if cell_len(line) > WIDTH] == []
    assert [line.split()[0] for line in lines if line] == ["name", "first"] * 2
    assert sum(f"number {at}" in line for line in lines for at in range(8)) == 8


def test_wide_letters_count_twice() -> None:
    """What a terminal shows in two columns takes two."""
    lines = list(table(("", "value"), [("東京", "1"), ("us", "22")]))
    assert {cell_len(line) for line in lines} == {13}


def test_a_name_is_cut_in_its_middle() -> None:
    """Both ends stay; what fits stays whole."""
    assert shortened("abcdefghij", 5) == "ab…ij"
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghij", 1) == "…"


def test_a_text_goes_on_in_the_next_line() -> None:
    """Words that are longer than a line are broken."""
    assert all(len(line) <= WIDTH for line in wrapped("x" * 300))
