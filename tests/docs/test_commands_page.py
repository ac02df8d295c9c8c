"""docs/commands.md has a row for each command, which says what the command has."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from exporter.cli import cli
from exporter.json_output import SCHEMAS
from generators.command_reference import contexts
from tests.docs.json_keys import PAGE, ROOT

_ROW = re.compile(r"^\| `([a-z ]+)` \|(.*)\|$", re.MULTILINE)
ROWS = {
    name: [cell.strip() for cell in cells.split("|")]
    for name, cells in _ROW.findall((ROOT / "docs" / "commands.md").read_text())
}
# Their keys are described elsewhere; docs/json.md leads there.
ELSEWHERE = {
    "analyze": "analyze.md",
    "deploy": "deploy.md",
    "digest": "history.md",
    "incident": "stack.md",
    "report": "report.md",
    "tune": "tuning.md",
}
_VERSION = re.compile(r"^\| `schema_version` \| (.*) \|$", re.MULTILINE)
STATE = {"--storage.state-file", "--storage.journal-file"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield each command that does something itself, by the words after ionmon."""
    for context in contexts(cli):
        command = context.command
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield context.command_path.removeprefix("ionmon "), command


EVERY = dict(commands())


def flags(name: str) -> set[str]:
    """Return the flags of a command."""
    return {flag for parameter in EVERY[name].params for flag in parameter.opts}


def cell(name: str, column: int) -> str:
    """Return a cell of a command's row."""
    return ROWS[name][column]


def test_each_command_has_a_row_and_no_other() -> None:
    """A new command needs its row: what it answers, and what it has for programs."""
    missing = [f"add to docs/commands.md: | `{name}` | … |" for name in EVERY if name not in ROWS]
    assert missing == []
    assert [name for name in ROWS if name not in EVERY] == []
    assert {len(row) for row in ROWS.values()} == {5}


@pytest.mark.parametrize(("flag", "column"), [("--json", 1), ("--quiet", 2)])
def test_a_row_says_which_flags_there_are(flag: str, column: int) -> None:
    """Where there is none, it says why, or what there is instead."""
    wrong = [n for n in EVERY if (flag in flags(n)) != (cell(n, column) == "yes")]
    assert wrong == []


def test_what_answers_has_json() -> None:
    """Only a command that serves, or that writes a file, has no document."""
    without = {name for name in EVERY if "--json" not in flags(name)}
    excused = {name for name in without if cell(name, 0).startswith("nothing: ")}
    assert without - excused == {"completion"}


def test_progress_is_where_the_row_says_so() -> None:
    """The command's module, or one that it runs, shows it."""
    for name, command in EVERY.items():
        assert command.callback is not None
        shown = "progress(" in around(inspect.unwrap(command.callback).__module__)
        assert shown == (cell(name, 3) == "yes"), name


def around(module: str) -> str:
    """Return the text of a command's module, and of those that only it has, such as tuning_run."""
    path = Path(*module.split("."))
    stem = {"tune": "tuning"}.get(path.name, path.name)
    files = [ROOT / path.with_suffix(".py"), *(ROOT / path.parent).glob(f"{stem}_*.py")]
    return "".join(file.read_text() for file in files)


@pytest.mark.parametrize(("code", "given"), [("3", {"--config"}), ("4", STATE)])
def test_exit_codes_follow_what_a_command_reads(code: str, given: set[str]) -> None:
    """Who takes settings can refuse them; who takes a state file can fail on it."""
    stated = {name for name in EVERY if code in cell(name, 4).split("; ")}
    assert stated == {name for name in EVERY if given & flags(name)}
    assert all(cell(name, 4).startswith("1 ") for name in EVERY)


def test_documents_are_written_in_one_place() -> None:
    """No command writes JSON on its own: the version of a schema would be missing from SCHEMAS."""
    folders = (ROOT / package / "commands" for package in ("exporter", "generators"))
    files = [file for folder in folders for file in folder.glob("*.py")]
    assert len(files) > len(EVERY)
    assert [file.name for file in files if "json.dumps(" in file.read_text()] == []


def test_each_document_is_described() -> None:
    """docs/json.md has a section for each, with its version; a test holds it to real output."""
    page = (ROOT / PAGE).read_text()
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for name, version in SCHEMAS.items():
        if name in ELSEWHERE:
            own = (ROOT / "docs" / ELSEWHERE[name]).read_text()
            assert set(_VERSION.findall(own)) == {str(version)}, name
            continue
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert f"| `schema_version` | {version} |" in section, name
        assert f'unlike_page("{name}", ' in tests, name
    assert {name for name in EVERY if "--json" in flags(name)} - {*SCHEMAS, *ELSEWHERE} == set()
    assert all(f"({there}" in page for there in ELSEWHERE.values())
