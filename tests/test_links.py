"""Documents lead somewhere: every relative link names a file and a heading that are there."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
ANCHOR = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)")
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH = re.compile(r"`((?:alertmanager|docs|examples|exporter|generators|tests)/[\w./-]+)`")


def documents() -> list[str]:
    """Return every tracked Markdown file; texts of runbooks lead somewhere in docs/runbooks."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split() if "/runbooks/texts/" not in name]


def anchors(text: str) -> Iterator[str]:
    """Yield the name of each heading as a code host and the site make it."""
    met = Counter[str]()
    for title in _HEADING.findall(_FENCED.sub("", text)):
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        yield f"{name}-{met[name]}" if met[name] else name
        met[name] += 1


@pytest.mark.parametrize("name", documents())
def test_every_link_leads_to_a_file(name: str) -> None:
    """What a document links to is a file of the project; of a folder the site makes no page."""
    page = ROOT / name
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).is_file()] == []


@pytest.mark.parametrize("name", documents())
def test_every_link_to_a_part_leads_to_a_heading(name: str) -> None:
    """The part is a heading of the page itself, or of the one that is named."""
    page = ROOT / name
    dead = [
        f"{link}#{anchor}"
        for link, anchor in ANCHOR.findall(page.read_text(encoding="utf-8"))
        for target in (page.parent / link if link else page,)
        if anchor not in anchors(target.read_text(encoding="utf-8"))
    ]
    assert dead == []


@pytest.mark.parametrize("name", documents())
def test_every_path_is_there(name: str) -> None:
    """A file or folder of the project that running text names is there."""
    paths = _PATH.findall((ROOT / name).read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_headings_are_named_as_on_a_code_host() -> None:
    """Points and quotes go, spaces are hyphens, a second one of a name is numbered."""
    text = "# `a.json`, it's 2\n```\n# no heading\n```\n## To add\n## To add\n"
    assert list(anchors(text)) == ["ajson-its-2", "to-add", "to-add-1"]


def test_there_are_documents() -> None:
    """The check above has something to look at."""
    assert {"README.md", "docs/operation.md", "docs/application.md"} <= set(documents())
