"""The tool behind `make mutants`: what it keeps, it keeps for the very files that it copied."""

import subprocess
from pathlib import Path

import pytest

from tests.mutants.running import Outcome, copied, listed, state

pytestmark = pytest.mark.slow


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with a module, a file of data, and one that git ignores."""
    for name, text in ((".gitignore", "out\n"), ("a.py", "A = 1\n"), ("data.yaml", "a: 1\n")):
        (tmp_path / name).write_text(text)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    return tmp_path


@pytest.mark.parametrize("name", ["a.py", "data.yaml", "new.md"])
def test_an_edit_of_any_file_ends_what_is_known(repository: Path, name: str) -> None:
    """Tests read more than modules, so that an edit of data makes outcomes void, too."""
    before = state(repository)
    (repository / name).write_text("edited\n")
    assert state(repository) != before


def test_a_moved_file_ends_what_is_known(repository: Path) -> None:
    """The same text under another name is another repository."""
    before = state(repository)
    (repository / "data.yaml").rename(repository / "other.yaml")
    assert state(repository) != before


def test_what_is_ignored_does_not_count(repository: Path) -> None:
    """What tests and tools leave behind is neither copied nor part of the digest."""
    before = state(repository)
    (repository / "out").mkdir()
    (repository / "out" / "log").write_text("left behind\n")
    assert state(repository) == before
    assert listed(repository) == [".gitignore", "a.py", "data.yaml"]


def test_a_copy_is_judged_by_its_tests() -> None:
    """A module as it is passes; with one mistake it does not."""
    module = "exporter/recorder/standing.py"
    with copied() as copy:
        assert copy.complaint(module) == ""
        assert copy.outcome(module, "raise RuntimeError\n") is Outcome.KILLED
