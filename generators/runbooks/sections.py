"""The sections of a runbook's Markdown: headings, and below each its paragraphs and lists."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from generators.runbooks.fragments import Line
from generators.runbooks.text_error import TextError

_MARKDOWN = MarkdownIt("commonmark").disable("inline")  # sentences stay as written
_LISTS = ("ordered_list", "bullet_list")


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code, and the language that its fence names."""

    language: str
    code: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, by the lines on which they are written."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The sentences on one line: where they are broken does not matter."""
        return " ".join(line.text for line in self.lines)

    @property
    def location(self) -> str:
        """The file and line of its beginning."""
        return self.lines[0].location


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: one paragraph, and the code below it."""

    paragraph: Paragraph
    fences: tuple[Fence, ...] = ()


@dataclass(frozen=True, slots=True)
class RunbookSection:
    """A heading of some level, and what stands below it up to the next."""

    level: int
    title: Paragraph
    paragraphs: tuple[Paragraph, ...] = ()
    items: tuple[Item, ...] = ()


def sections(lines: tuple[Line, ...]) -> Iterator[RunbookSection]:
    """Yield the sections. Raises TextError for what is neither paragraph nor list."""
    tree = SyntaxTreeNode(_MARKDOWN.parse("\n".join(line.text for line in lines) + "\n"))
    section: RunbookSection | None = None
    for node in tree.children:
        location = _location(node, lines)
        if node.type == "heading":
            if section is not None:
                yield section
            section = RunbookSection(int(node.tag.removeprefix("h")), _inline(node, lines))
        elif section is None:
            raise TextError(f"{location}: the first line has to be the alert's name: # NAME")
        elif not _is_comment(node):
            section = _added(section, node, lines)
    if section is not None:
        yield section


def _added(
    section: RunbookSection, node: SyntaxTreeNode, lines: tuple[Line, ...]
) -> RunbookSection:
    if node.type == "paragraph":
        return replace(section, paragraphs=(*section.paragraphs, _inline(node, lines)))
    if node.type in _LISTS:
        items = (_item(child, lines) for child in node.children)
        return replace(section, items=(*section.items, *items))
    raise TextError(
        f"{_location(node, lines)}: {_shown(node)} has no place here, only below an item"
    )


def _is_comment(node: SyntaxTreeNode) -> bool:
    return node.type == "html_block" and node.content.startswith("<!--")


def _item(node: SyntaxTreeNode, lines: tuple[Line, ...]) -> Item:
    location = _location(node, lines)
    if not node.children or node.children[0].type != "paragraph":
        raise TextError(f"{location}: an item has to begin with a sentence")
    first, *rest = node.children
    for child in rest:
        if child.type != "fence":
            raise TextError(f"{_location(child, lines)}: only code may follow an item's sentences")
    return Item(_inline(first, lines), tuple(_fence(child, lines) for child in rest))


def _fence(node: SyntaxTreeNode, lines: tuple[Line, ...]) -> Fence:
    return Fence(node.info.strip(), Line(node.content.removesuffix("\n"), _location(node, lines)))


def _inline(node: SyntaxTreeNode, lines: tuple[Line, ...]) -> Paragraph:
    """Return the Markdown of a heading or paragraph as it is written, less its marks and indent."""
    written = node.children[0].content.split("\n") if node.children else [""]
    first = node.map[0] if node.map else 0
    locations = (lines[first + n].location for n in range(len(written)))
    return Paragraph(tuple(Line(t.strip(), p) for t, p in zip(written, locations, strict=True)))


def _location(node: SyntaxTreeNode, lines: tuple[Line, ...]) -> str:
    return lines[node.map[0]].location if node.map else lines[0].location


def _shown(node: SyntaxTreeNode) -> str:
    return f"a {node.type.replace('_', ' ')}"
