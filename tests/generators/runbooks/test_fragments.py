"""Fragments stand in their place, each line knows where it is from, and a wrong name is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from generators.runbooks.fragments import Library, packaged, read
from generators.runbooks.text_error import FOLDER, TextError

SHARED = """# budget

About this file.

## causes

1. **One.** Sign.
   {command: look}

1. **Two.** Sign.

## loop

{include: budget#loop}
"""
COMMANDS = "# commands\n\n## look\n\n```sh\nls\n\ncat\n```\n"


def library(folder: Path, text: str) -> Library:
    """Return the texts of a folder that holds an alert's and two files of fragments."""
    shared = folder / "shared"
    shared.mkdir()
    (folder / "README.md").write_text("# How to write them\n")
    (folder / "Full.md").write_text(text)
    (shared / "budget.md").write_text(SHARED)
    (shared / "commands.md").write_text(COMMANDS)
    return read(folder)


def test_a_fragment_takes_the_place_of_its_line(tmp_path: Path) -> None:
    """Its lines have the indent of the line, and say in which file they are; empty ones stay so."""
    found = library(tmp_path, "# Full\n{include: budget#causes}\n  {command: look}\n").lines("Full")
    assert [line.text for line in found] == [
        "# Full",
        *(
            "1. **One.** Sign.",
            "   ```sh",
            "   ls",
            "",
            "   cat",
            "   ```",
            "",
            "1. **Two.** Sign.",
        ),
        *("  ```sh", "  ls", "", "  cat", "  ```"),
    ]
    assert found[0].location == f"{FOLDER}/Full.md:1"
    assert found[1].location == f"{FOLDER}/shared/budget.md:7"
    assert found[3].location == f"{FOLDER}/shared/commands.md:6"


def test_a_class_that_does_not_count_has_no_fragment(tmp_path: Path) -> None:
    """Its fragment is left out where `error_classes` lacks it; a wrong name is still refused."""
    found = library(tmp_path, "# Full\n{4xx: budget#causes}\n{5xx: commands#look}\n")
    assert "1. **Two.** Sign." in [line.text for line in found.lines("Full")]
    without = replace(found, error_classes=("5xx",))
    assert [line.text for line in without.lines("Full")] == [
        "# Full",
        "```sh",
        "ls",
        "",
        "cat",
        "```",
    ]
    (tmp_path / "Full.md").write_text("{4xx: budget#cause}\n")
    with pytest.raises(TextError, match="did you mean 'causes'"):
        replace(read(tmp_path), error_classes=("5xx",)).lines("Full")


def test_the_guide_is_no_alert(tmp_path: Path) -> None:
    """Every Markdown file of the folder is an alert's, but for the guide."""
    assert set(library(tmp_path, "# Full\n").texts) == {"Full"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{include: budgets#causes}", "unknown file of fragments 'budgets'; did you mean 'budget'"),
        ("{include: budget#cause}", "unknown fragment of shared/budget.md 'cause'; did you mean"),
        ("{command: lock}", "unknown command 'lock'; did you mean 'look'"),
        ("{includ: budget#causes}", "unknown directive 'includ'; did you mean 'include'"),
        ("1. See {command: look}", "need a line of their own"),
    ],
)
def test_a_wrong_reference_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """The error names the file, the line, and the nearest known name."""
    texts = library(tmp_path, f"# Full\n\n{line}\n")
    with pytest.raises(TextError, match=rf"^{FOLDER}/Full\.md:3: .*{message}"):
        texts.lines("Full")


def test_a_fragment_that_includes_itself_is_refused(tmp_path: Path) -> None:
    """It would have no end."""
    texts = library(tmp_path, "{include: budget#loop}\n")
    with pytest.raises(TextError, match=r"shared/budget\.md:14: budget#loop includes itself"):
        texts.lines("Full")


def test_every_fragment_and_command_is_used() -> None:
    """What no runbook uses any more is not kept."""
    found = packaged()
    every = list(found.texts.values())
    every += [lines for file in found.shared.values() for lines in file.values()]
    used = {line.text.strip(" {}") for lines in every for line in lines if "{" in line.text}
    used |= {f"include: {name[5:]}" for name in used if name.startswith(("4xx: ", "5xx: "))}
    named = {
        f"command: {heading}" if file == "commands" else f"include: {file}#{heading}"
        for file, headings in found.shared.items()
        for heading in headings
        if file not in ("template", "silence")
    }
    assert named - used == set()
