"""Literals of Terraform's language."""

from generators.terraform import literal


def test_nothing_in_a_literal_is_a_template() -> None:
    """Quotes, backslashes and both beginnings of a template are escaped."""
    assert literal('a "b" \\ ${c} %{d}\n') == '"a \\"b\\" \\\\ $${c} %%{d}\\n"'


def test_letters_beyond_ascii_are_written_as_they_are() -> None:
    """Terraform knows no escape of two halves: "Cannot encode character U+d83d in UTF-8"."""
    assert literal("é 😀") == '"é 😀"'
