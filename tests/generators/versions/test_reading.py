"""A set is named by a folder, a revision of git, a kept file or the start of a hash."""

import shutil
import subprocess
from pathlib import Path

import pytest

from exporter.errors import ToolMissing
from generators.monitoring_config import CONFIG_FILE
from generators.versions import git
from generators.versions.kept import SUFFIX, keep, kept
from generators.versions.reading import current, folder_set, named_set
from generators.versions.recorded import VersionError
from tests.generators.versions.made_sets import made, recorded_folder, texts, written

pytestmark = pytest.mark.slow
OLD, NEW = {"a": "1", "b b": "1"}, {"a": "2"}


def committed(root: Path, *words: str) -> None:
    """Commit everything in a folder."""
    author = ("-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "one", *words)):
        subprocess.run(["git", *author, *command], cwd=root, check=True)


def test_what_lies_below_a_root_is_current(tmp_path: Path) -> None:
    """A folder is the same set, under its own name."""
    new = written(tmp_path, OLD)
    assert named_set("current", tmp_path).files == new.files
    found = named_set(str(tmp_path), Path("elsewhere"))
    assert (found.origin, found.content_hash) == (str(tmp_path), new.content_hash)


def test_a_revision_of_git_is_read_below_the_root(tmp_path: Path) -> None:
    """The root may be a folder of the repository, and files may have a space in their names."""
    root = tmp_path / "deep" / "root"
    old = written(root, OLD)
    committed(tmp_path)
    written(root, NEW)
    (root / "b b").unlink()
    found = named_set("git:HEAD", root)
    assert (found.origin, found.files) == ("git:HEAD", old.files)
    assert named_set("current", root).content_hash == made(NEW).content_hash


def test_a_file_that_git_lacks_is_missing(tmp_path: Path) -> None:
    """A folder of that name is no file either."""
    old = texts(OLD)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    path = tmp_path / CONFIG_FILE
    path.parent.mkdir(parents=True)
    path.write_text(old[CONFIG_FILE])
    committed(tmp_path)
    assert named_set("git:HEAD", tmp_path).missing == ("a", "b b")


@pytest.mark.parametrize("revision", ["none", "--output=x", "", "HEAD:a", "HEAD~9"])
def test_a_revision_that_is_none_is_refused(tmp_path: Path, revision: str) -> None:
    """It is never taken for a flag of git."""
    written(tmp_path, OLD)
    committed(tmp_path)
    with pytest.raises(VersionError, match=f"git knows no revision '{revision}'; "):
        named_set(f"git:{revision}", tmp_path)
    assert not (tmp_path / "x").exists()


def test_without_a_repository_git_is_no_source(tmp_path: Path) -> None:
    """The error says so; a commit without a set says what it lacks."""
    with pytest.raises(VersionError, match="is in no git repository"):
        named_set("git:HEAD", tmp_path)
    (tmp_path / "x").write_text("x")
    committed(tmp_path)
    with pytest.raises(VersionError, match=f"^git:HEAD: has no {CONFIG_FILE}"):
        named_set("git:HEAD", tmp_path)


def test_without_git_folders_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is missed only where it is asked for."""
    written(tmp_path, OLD)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not git.tracks(tmp_path, CONFIG_FILE)
    assert named_set("current", tmp_path).whole
    with pytest.raises(ToolMissing, match="git is not on the PATH"):
        named_set("git:HEAD", tmp_path)


def test_a_hash_names_a_kept_set(tmp_path: Path) -> None:
    """Its start is enough; the current set has a hash, too, and a kept file a path."""
    old, new = written(tmp_path, OLD), made(NEW)
    keep(tmp_path, new, 5)
    assert named_set(new.content_hash[:4], tmp_path).files == new.files
    assert named_set(old.content_hash, tmp_path).files == old.files
    assert named_set(str(kept(tmp_path)[0].path), Path("elsewhere")).files == new.files


@pytest.mark.parametrize(
    ("name", "says"),
    [("abc", "is no set; name current"), ("zzzz", "is no set"), ("0000", "no set in .* has it")],
)
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str, says: str) -> None:
    """The error says what a name can be, and what lists them."""
    with pytest.raises(VersionError, match=f"^'{name}': {says}.*ionmon versions lists them$"):
        named_set(name, tmp_path)


def test_a_start_of_several_hashes_is_refused(tmp_path: Path) -> None:
    """None of them is chosen."""
    keep(tmp_path, made(NEW), 5)
    path = kept(tmp_path)[0].path
    shutil.copy(path, path.with_name(path.name[:4] + "0" * 60 + SUFFIX))
    with pytest.raises(VersionError, match="2 sets have a hash that starts so; write more"):
        named_set(path.name[:4], tmp_path)


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_folders_of_each_schema_are_read(tmp_path: Path, schema: int) -> None:
    """A root that an old ionmon wrote is a set like any other."""
    assert folder_set(recorded_folder(tmp_path, schema), "x").whole


def test_an_empty_root_has_no_set(tmp_path: Path) -> None:
    """Asked by name, the error says what writes one."""
    assert current(tmp_path) is None
    with pytest.raises(
        VersionError, match=f"has no {CONFIG_FILE}; write it: ionmon configs --config"
    ):
        named_set("current", tmp_path)
