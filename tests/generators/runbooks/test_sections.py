"""Markdown becomes sections, whose sentences and code know their file and line."""

import pytest

from generators.runbooks.fragments import Line
from generators.runbooks.sections import sections
from generators.runbooks.text_error import TextError


def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a text with their locations."""
    return tuple(Line(line, f"X.md:{n}") for n, line in enumerate(text.splitlines(), 1))


def test_sentences_may_be_broken_anywhere() -> None:
    """A paragraph and an item are one text each, with the marks that are in them."""
    head, steps = sections(
        lines("# X\n\nOne *two*\nthree.\n\n## First\n1. Do\n   `a` b.\n1. Then\n")
    )
    assert [p.text for p in head.paragraphs] == ["One *two* three."]
    assert (head.level, head.title.text, steps.level, steps.title.text) == (1, "X", 2, "First")
    assert [item.paragraph.text for item in steps.items] == ["Do `a` b.", "Then"]
    assert [line.location for line in steps.items[0].paragraph.lines] == ["X.md:7", "X.md:8"]


def test_code_below_an_item_is_its_own() -> None:
    """Blocks keep their lines, their indent and their language; the line is the fence's."""
    (head,) = sections(lines("# X\n1. Do\n   ```sql\n   a\n     b\n\n   c\n   ```\n2. Next\n"))
    (fence,) = head.items[0].fences
    assert (fence.language, fence.code) == ("sql", Line("a\n  b\n\nc", "X.md:3"))
    assert head.items[1].fences == ()


def test_lists_one_after_the_other_are_one() -> None:
    """Numbers and dashes may be mixed, as they are where fragments meet; comments are left out."""
    (head,) = sections(lines("# X\n1. One\n\n<!-- not this -->\n\n- Two\n"))
    assert [item.paragraph.text for item in head.items] == ["One", "Two"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Text.\n", r"X\.md:1: the first line has to be the alert's name"),
        ("# X\n\n```sh\nls\n```\n", r"X\.md:3: a fence has no place here"),
        ("# X\n\n> Said.\n", r"X\.md:3: a blockquote has no place here"),
        ("# X\n1. Do\n\n   More.\n", r"X\.md:4: only code may follow an item's sentences"),
        ("# X\n1. Do\n   - this\n", r"X\.md:3: only code may follow an item's sentences"),
        ("# X\n-\n", r"X\.md:2: an item has to begin with a sentence"),
    ],
)
def test_what_has_no_place_is_refused(text: str, message: str) -> None:
    """Nothing that is written is dropped in silence."""
    with pytest.raises(TextError, match=f"^{message}"):
        list(sections(lines(text)))
