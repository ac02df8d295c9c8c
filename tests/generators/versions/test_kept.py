"""Sets are kept as compressed files, the newest so many of them."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from generators.versions.kept import (
    FOLDER,
    LARGEST,
    MOST_FILES,
    SUFFIX,
    keep,
    kept,
    packed,
    unpacked,
)
from generators.versions.listing import known_sets
from generators.versions.reading import kept_set
from generators.versions.recorded import VersionError
from tests.generators.versions.made_sets import made

MANY = [made({"a": str(number)}) for number in range(4)]


def names(root: Path) -> list[str]:
    """Return the hashes of the kept sets, the newest first."""
    return [one.content_hash for one in kept(root)]


def test_a_kept_set_is_read_as_it_was(tmp_path: Path) -> None:
    """Its files, hash and configuration come back."""
    keep(tmp_path, MANY[0], 3)
    found = kept_set(kept(tmp_path)[0].path)
    assert found.files == MANY[0].files
    assert found.config == MANY[0].config


def test_the_newest_are_kept(tmp_path: Path) -> None:
    """The order is that in which they were written, however coarse the clock is."""
    for one in MANY:
        keep(tmp_path, one, 3)
    assert names(tmp_path) == [one.content_hash for one in reversed(MANY[1:])]


def test_a_set_that_is_written_again_is_the_newest(tmp_path: Path) -> None:
    """Going back to an older set keeps it from being the next that is removed."""
    for one in (*MANY[:3], MANY[0], MANY[3]):
        keep(tmp_path, one, 3)
    assert names(tmp_path) == [MANY[at].content_hash for at in (3, 0, 2)]


def test_none_is_kept_where_none_is_asked_for(tmp_path: Path) -> None:
    """With 0 nothing is written, and what was kept stays."""
    keep(tmp_path, MANY[0], 1)
    keep(tmp_path, MANY[1], 0)
    assert names(tmp_path) == [MANY[0].content_hash]
    assert kept(tmp_path / "elsewhere") == ()


def test_a_set_that_is_not_whole_is_not_kept(tmp_path: Path) -> None:
    """What would be put back under its hash has to be what the hash is of."""
    keep(tmp_path, made({"a": "1"}, content_hash="x"), 3)
    assert names(tmp_path) == []


def test_the_folder_hides_itself_from_git(tmp_path: Path) -> None:
    """Nobody has to write it into .gitignore."""
    keep(tmp_path, MANY[0], 1)
    assert (tmp_path / FOLDER.parent / ".gitignore").read_text() == "*\n"


def test_the_same_files_give_the_same_bytes() -> None:
    """No time and no user is in them, and tar reads them."""
    assert packed(MANY[0].files) == packed(dict(reversed(MANY[0].files.items())))


def test_tar_reads_them(tmp_path: Path) -> None:
    """A set can be put back without ionmon."""
    keep(tmp_path, MANY[0], 1)
    with tarfile.open(kept(tmp_path)[0].path) as archive:
        assert sorted(archive.getnames()) == sorted(MANY[0].files)


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"x" * 2000, mtime=0)])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    """The error has the path and what to do."""
    path = tmp_path / f"{'0' * 64}{SUFFIX}"
    path.write_bytes(content)
    with pytest.raises(VersionError, match=r"0\.tar\.gz: is no kept set, or damaged"):
        unpacked(path)


def test_a_file_that_was_cut_short_is_named(tmp_path: Path) -> None:
    """Half a file is no set."""
    keep(tmp_path, made({"a": "1" * 10_000}), 1)
    path = kept(tmp_path)[0].path
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(VersionError, match="damaged"):
        kept_set(path)


def test_files_outside_the_root_are_not_taken(tmp_path: Path) -> None:
    """A tar file of somebody else cannot name a place above the root."""
    found = made({"../a": "1"})
    path = tmp_path / f"{found.content_hash}{SUFFIX}"
    path.write_bytes(packed(found.files))
    with pytest.raises(VersionError, match=r"is damaged: \.\./a"):
        kept_set(path)


def damaged(path: Path, content: bytes) -> str:
    """Return why a kept file is none, without its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(VersionError) as refused:
        kept_set(path)
    return str(refused.value).removeprefix(f"{path}: is ")


def test_a_set_is_what_its_name_says(tmp_path: Path) -> None:
    """One under another set's hash is damaged; a copy under a name of one's own is not."""
    path = tmp_path / f"{MANY[1].content_hash}{SUFFIX}"
    fault = damaged(path, packed(MANY[0].files))
    assert fault.startswith(f"damaged: it has the set {MANY[0].short_hash};")
    assert kept_set(path.rename(tmp_path / f"mine{SUFFIX}")).files == MANY[0].files


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"b": b"more"}, "damaged: b;"),
        ({"/etc/b": b"more"}, "damaged: /etc/b;"),
        ({"a": b"other"}, "damaged: a;"),
        ({"a": b"\xff"}, "damaged: a;"),
    ],
)
def test_a_set_has_what_it_records(tmp_path: Path, change: dict[str, bytes], fault: str) -> None:
    """Each file as it was written, byte for byte, and no other."""
    found = made({"a": "\N{REPLACEMENT CHARACTER}"})
    path = tmp_path / f"{found.content_hash}{SUFFIX}"
    assert damaged(path, packed({**found.files, **change})).startswith(fault)


def test_a_small_file_does_not_unpack_without_end(tmp_path: Path) -> None:
    """Neither in bytes nor in files, and a sparse file claims no more than is there."""
    path = tmp_path / f"{'0' * 64}{SUFFIX}"
    big = gzip.compress(packed({}) + bytes(LARGEST), 1, mtime=0)
    assert "unpacked it has more than 64 MiB" in damaged(path, big)
    many = packed({str(number): b"" for number in range(MOST_FILES + 1)})
    assert f"it has more than {MOST_FILES} files" in damaged(path, many)


def tar(*entries: tarfile.TarInfo) -> bytes:
    """Return a compressed tar file with entries that have no content."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for entry in entries:
            archive.addfile(entry)
    return whole.getvalue()


def test_a_set_has_files_alone(tmp_path: Path) -> None:
    """No link, and no file twice: tar would write the last one."""
    link = tarfile.TarInfo("a")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for entries in ((link,), (tarfile.TarInfo("a"), tarfile.TarInfo("a"))):
        fault = damaged(tmp_path / f"{'0' * 64}{SUFFIX}", tar(*entries))
        assert "'a' is there twice, or is no file" in fault


def test_a_link_that_leads_nowhere_is_damaged(tmp_path: Path) -> None:
    """It is listed with its problem, and costs no other set."""
    keep(tmp_path, MANY[0], 3)
    (tmp_path / FOLDER / f"{'0' * 64}{SUFFIX}").symlink_to(tmp_path / "nowhere")
    found = {one.content_hash: one.problem for one in known_sets(tmp_path)}
    assert found.pop(MANY[0].content_hash) is None
    assert "it is no file" in (found["0" * 64] or "")


def test_a_damaged_set_is_written_again(tmp_path: Path) -> None:
    """The next run that makes the same set mends its file."""
    keep(tmp_path, MANY[0], 1)
    path = kept(tmp_path)[0].path
    path.write_bytes(path.read_bytes()[:-20])
    keep(tmp_path, MANY[0], 1)
    assert kept_set(path).files == MANY[0].files
