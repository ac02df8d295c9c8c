"""Whatever a value is, Markdown shows it as text: read back by another program."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from exporter.summary.label_text import one_line
from generators.service_report.markdown_text import drawn, escaped, item, paragraph, table, tidy

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = st.text(
    st.one_of(
        st.sampled_from("\\`*_[]<>|~#+-=.)(!&;:$\"'{}@/\n\r\t 0123abz"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)
WORDS = (
    *("checkout|2", "`rm -rf`", "**bold** _it_", "<b onclick=x>", "[a](http://b)", "![i](j)"),
    *(
        "1. x",
        "2) y",
        "- x",
        "+ 1",
        "# x",
        "a\n\n- b",
        "> quoted",
        "```\ncode",
        "---",
        "===",
        "___",
    ),
    *("&amp; &#42;", "~~gone~~", "\\", "\\|", "$x$", "a_b"),
)


def texts(tokens: Sequence[Token]) -> list[str]:
    """Return the text of each block; fails where a text has become anything else."""
    found = []
    for token in tokens:
        assert token.type not in {"html_block", "code_block", "fence", "hr", "blockquote_open"}
        if token.type == "inline":
            children = token.children or []
            assert {child.type for child in children} <= {"text", "softbreak", "text_special"}
            found.append("".join(" " if c.type == "softbreak" else c.content for c in children))
    return found


def in_a_list(value: str) -> None:
    """Check an item, long enough to break anywhere, and one below it."""
    said = one_line(value)
    lines = [*item(escaped(f"{value} {'word ' * 18} {value}")), *item(escaped(value), depth=1)]
    outer = f"{said} {'word ' * 18}{said}".strip()
    assert texts(READER.parse(tidy(lines))) == [one for one in (outer, said) if one]


def in_a_paragraph(value: str) -> None:
    """Check a text that stands alone."""
    said = one_line(value)
    found = texts(READER.parse(tidy(paragraph(escaped(value)))))
    assert found == ([said] if said else [])


def in_a_cell(value: str) -> None:
    """Check a head and a cell: a pipe ends none, a line break ends no row."""
    text = tidy(table([escaped(value), "n"], [[escaped(value), "1"]], right=[1]))
    said = one_line(value)
    assert texts(READER.parse(text)) == [said, "n", said, "1"]


PLACES = (in_a_list, in_a_paragraph, in_a_cell)


@pytest.mark.parametrize("place", PLACES)
@given(value=NASTY)
def test_any_value_stays_text(place: Callable[[str], None], value: str) -> None:
    """Whatever characters it is made of."""
    place(value)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", WORDS)
def test_markup_stays_text(place: Callable[[str], None], value: str) -> None:
    """What would be a list, a heading, a rule, HTML, a link, code or a table."""
    place(value)


def test_what_means_nothing_stays_readable() -> None:
    """Names of metrics, signs, prices and dashes are pasted as they are."""
    for text in ("error_rate (4xx and 5xx)", "+3.1% - MISSED", "$12.40", "a & b", "eu-west1: 5/s"):
        assert escaped(text) == text


def test_a_line_has_one_width() -> None:
    """Blocks stand in characters of one width; without a line there is nothing."""
    assert drawn("▁·█") == "`▁·█`"
    assert drawn("") == ""
