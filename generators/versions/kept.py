"""The sets that `ionmon configs` keeps: one compressed file each, named by its content hash.

They lie in .ionmon/versions below the root, as tar files, so that they can be unpacked without
ionmon. The order is that of the files' times: a set that is written again is the newest again.
"""

import gzip
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generators import files
from generators.versions.generated_set import GeneratedSet
from generators.versions.recorded import VersionError

FOLDER = Path(".ionmon") / "versions"
SUFFIX = ".tar.gz"
_NAME = re.compile(rf"([0-9a-f]{{64}}){re.escape(SUFFIX)}")
LARGEST = 1 << 26  # bytes of an unpacked set, and more than ten times what one has
MOST_FILES = 10_000
_NOT_A_SET = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError)


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A kept file: the set's hash, and when it was last written, in nanoseconds of Unix time."""

    path: Path
    content_hash: str
    written: int


def kept(root: Path) -> tuple[KeptSet, ...]:
    """Return the sets that are kept below a root, the newest first."""
    folder = root / FOLDER
    found = [
        # Of a link itself: one that leads nowhere is listed as damaged.
        KeptSet(path, named[1], path.lstat().st_mtime_ns)
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (named := _NAME.fullmatch(path.name))
    ]
    return tuple(sorted(found, key=lambda one: (one.written, one.content_hash), reverse=True))


def keep(root: Path, found: GeneratedSet, most: int) -> None:
    """Keep a set as the newest of so many; one that is not whole, or has no hash, is not kept.

    Raises OSError.
    """
    path = root / FOLDER / f"{found.content_hash}{SUFFIX}"
    if not most or not _NAME.fullmatch(path.name) or not found.whole:
        return
    before, contents = kept(root), packed(found.files)
    if path.is_file() and path.read_bytes() == contents:
        path.touch()
    else:  # or it was damaged
        # The folder hides itself from git, as caches of other tools do.
        files.put(root / FOLDER.parent / ".gitignore", b"*\n")
        files.put(path, contents)
    _make_newest(path, before)
    for old in kept(root)[most:]:
        old.path.unlink(missing_ok=True)


def _make_newest(path: Path, before: Iterable[KeptSet]) -> None:
    """Give a file a later time than others have, though the clock was set back or is coarse."""
    last = max((one.written for one in before if one.path != path), default=0)
    if path.stat().st_mtime_ns <= last:
        os.utime(path, ns=(last + 1, last + 1))


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return files as a compressed tar file; the same files give the same bytes."""
    whole = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=whole, mode="wb", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w") as archive,
    ):
        for name in sorted(contents):
            entry = tarfile.TarInfo(name)
            entry.size = len(contents[name])
            archive.addfile(entry, io.BytesIO(contents[name]))
    return whole.getvalue()


def unpacked(path: Path) -> dict[str, bytes]:
    """Return the files of a kept set. Raises VersionError."""
    try:
        if not path.is_file():
            raise OSError("it is no file")
        return _entries(_decompressed(path))
    except _NOT_A_SET as error:
        text = f"{path}: is no kept set, or damaged: {error}; remove it, or name another"
        raise VersionError(text) from error


def _decompressed(path: Path) -> bytes:
    with gzip.open(path) as squeezed:
        content = squeezed.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(f"unpacked it has more than {LARGEST >> 20} MiB")
    return content


def _entries(content: bytes) -> dict[str, bytes]:
    """Return the files of a tar file: a set has each once, and nothing that is no file."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for entry in archive:
            # A sparse file claims a size that the archive does not have.
            if not entry.isreg() or entry.issparse() or entry.name in found:
                raise tarfile.TarError(f"{entry.name!r} is there twice, or is no file")
            if len(found) == MOST_FILES:
                raise tarfile.TarError(f"it has more than {MOST_FILES} files")
            held = archive.extractfile(entry)
            found[entry.name] = b"" if held is None else held.read()
    return found
