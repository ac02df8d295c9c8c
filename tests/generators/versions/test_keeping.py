"""What `ionmon configs` writes is kept, unless git does so already."""

from pathlib import Path

import pytest

from generators.files import write
from generators.versions.keeping import USUAL, keeping
from generators.versions.kept import kept
from tests.generators.versions.made_sets import made, texts, written
from tests.generators.versions.test_reading import committed

pytestmark = pytest.mark.slow
OLD, NEW = made({"a": "1"}), made({"a": "2"})


def replaced(root: Path, setting: int | None = None) -> list[str]:
    """Write the new set over what is below a root; returns what is kept then."""
    with keeping(root, NEW, setting):
        write(root, texts({"a": "2"}))
    return [one.content_hash for one in kept(root)]


def test_what_is_written_over_is_kept_first(tmp_path: Path) -> None:
    """An older ionmon kept nothing: its set can be put back all the same."""
    written(tmp_path, {"a": "1"})
    assert replaced(tmp_path) == [NEW.content_hash, OLD.content_hash]
    assert replaced(tmp_path) == [NEW.content_hash, OLD.content_hash]


def test_git_keeps_what_it_tracks(tmp_path: Path) -> None:
    """There none is kept, unless the settings say how many."""
    written(tmp_path, {"a": "1"})
    committed(tmp_path)
    assert replaced(tmp_path) == []
    assert not (tmp_path / ".ionmon").exists()
    assert replaced(tmp_path, USUAL) == [NEW.content_hash]


def test_files_that_git_does_not_track_are_kept(tmp_path: Path) -> None:
    """A root below a checkout, such as an ignored folder, is like any other."""
    written(tmp_path / "out", {"a": "1"})
    (tmp_path / ".gitignore").write_text("out\n")
    committed(tmp_path)
    assert len(replaced(tmp_path / "out")) == 2


def test_none_is_kept_where_the_settings_say_so(tmp_path: Path) -> None:
    """Zero is none; one is the new set alone."""
    written(tmp_path, {"a": "1"})
    assert replaced(tmp_path, 0) == []
    assert replaced(tmp_path, 1) == [NEW.content_hash]


def test_what_fails_keeps_the_old_set_alone(tmp_path: Path) -> None:
    """A set that was not written is not kept."""
    written(tmp_path, {"a": "1"})
    with pytest.raises(OSError, match="full"), keeping(tmp_path, NEW, None):
        raise OSError("full")
    assert [one.content_hash for one in kept(tmp_path)] == [OLD.content_hash]
