"""Documents lead somewhere: every relative link names a file that is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")


def documents() -> list[str]:
    """Return every tracked Markdown file; texts of runbooks lead somewhere in docs/runbooks."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split() if "/runbooks/texts/" not in name]


@pytest.mark.parametrize("name", documents())
def test_every_link_leads_to_a_file(name: str) -> None:
    """What a document links to below the project is a file of the project."""
    page = ROOT / name
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_there_are_documents() -> None:
    """The check above has something to look at."""
    assert {"README.md", "docs/operation.md", "docs/application.md"} <= set(documents())
