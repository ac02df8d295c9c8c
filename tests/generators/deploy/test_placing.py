"""A file is put back whatever somebody else did to it meanwhile, and nothing is lost."""

from pathlib import Path

import pytest

from generators.deploy.model import FileChange
from generators.deploy.placing import PlaceFault, check_ready, digest_of, place, put_back, stage
from generators.deploy.survey import digest


@pytest.fixture
def change(tmp_path: Path) -> FileChange:
    """Return a change that is staged: from old to new."""
    path = tmp_path / "overview.json"
    path.write_bytes(b"old")
    found = FileChange(path=path, old=digest(b"old"), new=digest(b"new"))
    stage(found, b"new")
    return found


@pytest.mark.parametrize("placed", [False, True], ids=["before", "after"])
def test_an_edit_in_place_reaches_no_kept_content(change: FileChange, *, placed: bool) -> None:
    """The old content is back, and the edit is beside it under a name that is told."""
    if placed:
        place(change)
    with change.path.open("r+b") as file:
        file.write(b"theirs")
    note = put_back(change)
    theirs = change.theirs(str(digest(b"theirs")))
    assert note.endswith(f"was changed by somebody else meanwhile; that is now in {theirs}")
    assert (change.path.read_bytes(), theirs.read_bytes()) == (b"old", b"theirs")
    assert sorted(change.path.parent.iterdir()) == sorted([change.path, theirs])


def test_without_the_old_content_what_is_there_stays(change: FileChange) -> None:
    """An edit is left as it is and told; the new content is kept until somebody decides."""
    change.kept.write_bytes(b"damaged")
    place(change)
    with pytest.raises(PlaceFault, match="--recover finish leaves the new one"):
        put_back(change)
    check_ready(change)
    change.path.write_bytes(b"theirs")
    assert "is left so; its old content is not kept any more" in put_back(change)
    assert change.path.read_bytes() == b"theirs"


def test_what_somebody_removed_is_there_again(change: FileChange) -> None:
    """A missing file is no reason to stop either."""
    change.path.unlink()
    assert "was removed by somebody else meanwhile; it is there again" in put_back(change)
    assert change.path.read_bytes() == b"old"


def test_a_copy_is_kept_only_of_what_was_seen(tmp_path: Path) -> None:
    """What changed between the look and the copy is refused before anything is put in place."""
    path = tmp_path / "overview.json"
    path.write_bytes(b"theirs")
    seen = FileChange(path=path, old=digest(b"old"), new=digest(b"new"))
    with pytest.raises(PlaceFault, match="was changed by somebody else meanwhile; deploy again"):
        stage(seen, b"new")
    assert digest_of(path) == digest(b"theirs")
