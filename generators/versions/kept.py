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
_NOT_A_SET = (OSError, EOFError, zlib.error, tarfile.TarError)


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
        KeptSet(path, named[1], path.stat().st_mtime_ns)
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
        with tarfile.open(path, "r:gz") as archive:
            return {
                entry.name: held.read()
                for entry in archive
                if entry.isfile() and (held := archive.extractfile(entry)) is not None
            }
    except _NOT_A_SET as error:
        text = f"{path}: is no kept set, or damaged: {error}; remove it, or name another"
        raise VersionError(text) from error
