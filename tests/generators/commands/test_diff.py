"""ionmon diff explains what two sets differ in, as text, JSON or Markdown."""

import json
from pathlib import Path

import pytest

from exporter import cli
from generators.versions.kept import keep
from tests.docs.json_keys import unlike_page
from tests.generators.versions.made_sets import made, recorded_folder, written
from tests.generators.versions.test_reading import committed

pytestmark = pytest.mark.slow
OLD = {"log": {"level": "info"}}
NEW = {"log": {"level": "warn"}}
LINE = "~ settings.log.level: from info to warn\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a root with a set in force, and stand in it."""
    written(tmp_path, settings=NEW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_kept_set_is_compared_with_the_one_in_force(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is what B is unless it is named."""
    old = made(settings=OLD)
    keep(root, old, 5)
    assert cli.run(["diff", old.short_hash]) == 0
    assert capsys.readouterr().out == LINE
    assert cli.run(["diff", "current", old.short_hash]) == 0
    assert capsys.readouterr().out == "~ settings.log.level: from warn to info\n"


def test_revisions_and_folders_are_compared(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each side is named in its own way."""
    committed(root)
    written(root / "other", settings=OLD)
    assert cli.run(["diff", "other", "git:HEAD"]) == 0
    assert capsys.readouterr().out == LINE


@pytest.mark.usefixtures("root")
def test_no_difference_is_said_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets nothing."""
    assert cli.run(["diff", "current"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "current and current do not differ\n")


def test_json_has_both_sides_and_each_change(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values are values; an old schema is read, and says which it is."""
    recorded_folder(root / "old", 1)
    assert cli.run(["diff", "old", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert unlike_page("diff", found) == []
    assert (found["before"]["schema_version"], found["after"]["schema_version"]) == (1, 3)
    gone = {"at": ["alerts", "DatabaseLag"], "change": "removed"}
    assert [one for one in found["changes"] if one.items() >= gone.items()]


def test_markdown_is_for_a_review(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has a table; two formats at once are none."""
    written(root / "old", settings=OLD)
    assert cli.run(["diff", "old", "--markdown"]) == 0
    assert "| settings.log.level | info | warn |\n" in capsys.readouterr().out
    assert cli.run(["diff", "old", "--markdown", "--json"]) == 2


def test_a_set_that_is_not_whole_is_noted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is compared are the files as they are."""
    written(root / "old", {"a": "1", "b": "1"}, settings=NEW)
    (root / "old" / "a").write_text("mine")
    (root / "old" / "b").unlink()
    assert cli.run(["diff", "old", "old"]) == 0
    error = capsys.readouterr().err
    assert "note: old: 1 files are changed by hand: a\n" in error
    assert "note: old: 1 files are missing: b\n" in error


@pytest.mark.usefixtures("root")
def test_a_name_of_no_set_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what lists them, and nothing is printed for programs."""
    assert cli.run(["diff", "ffff", "--json"]) == cli.FAILED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "ionmon versions lists them" in shown.err
