"""Puts files in place and back, each in one step; what was there is kept until all is verified.

New content waits beside its place, on the disk, before anything is put in place: a full disk or a
directory that cannot be written changes nothing. The old file is kept as a second name of itself,
so that putting it back needs no room and brings back owner, mode and time.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from exporter.errors import IonmonError
from generators.deploy.model import FileChange

_MODE = 0o644  # of a new file: the server reads it as a user of its own
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class PlaceFault(IonmonError):
    """A file cannot be put in place or back; the text says which, why, and what to do."""


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, None where there is none. Raises PlaceFault."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlaceFault(f"{path}: cannot be read: {error.strerror}") from error


def real(path: Path) -> Path:
    """Return the path behind all symbolic links: they are followed, never replaced."""
    return Path(os.path.realpath(path))


def missing_directories(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the directories that have to be made for files, the outer ones first."""
    found = {parent for path in paths for parent in path.parents if not parent.exists()}
    return tuple(sorted(found))


def make_directories(paths: Sequence[Path]) -> None:
    """Make directories. Raises PlaceFault."""
    for path in paths:
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise _fault(path, "cannot be made", error) from error


def remove_directories(made: Sequence[Path]) -> None:
    """Remove directories that were made, where nothing is in them."""
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir()


def stage(change: FileChange, content: bytes | None) -> None:
    """Keep the old file under its second name, and write the new content beside its place."""
    for path in (change.staged, change.kept):
        if path.exists():
            text = "is of a deploy that did not finish, and whose journal is in another directory"
            raise PlaceFault(f"{path}: {text}; look at it, then remove it")
    try:
        if change.old is not None:
            _keep(change)
        if content is not None:
            _write(change, content)
        _sync(change.path.parent)
    except OSError as error:
        raise _fault(change.path, "cannot be written", error) from error


def place(change: FileChange) -> None:
    """Put the new content in place, or take the file away; done before, it is left alone."""
    now = digest_of(change.path)
    if now == change.new:
        return
    if now != change.old:
        raise PlaceFault(f"{change.path}: was changed by somebody else meanwhile; deploy again")
    try:
        if change.new is None:
            change.path.unlink()
        else:
            change.staged.replace(change.path)
        _sync(change.path.parent)
    except OSError as error:
        raise _fault(change.path, "cannot be replaced", error) from error


def check_ready(change: FileChange) -> None:
    """Raise PlaceFault for a file that cannot be both put in place and put back any more.

    So it is where a deploy was killed while it wrote files, or while it put them back.
    """
    placed = digest_of(change.path) == change.new
    if not placed and change.new is not None and digest_of(change.staged) != change.new:
        raise PlaceFault(f"{change.path}: its new content is not ready beside it")
    if change.old is not None and digest_of(change.kept) != change.old:
        raise PlaceFault(f"{change.path}: its old content is not kept beside it")


def put_back(change: FileChange) -> None:
    """Have the file as it was before; what somebody else wrote meanwhile is not lost."""
    now = digest_of(change.path)
    if now not in (change.old, change.new):
        text = "was changed by somebody else meanwhile and is left so; its old content is in"
        raise PlaceFault(f"{change.path}: {text} {change.kept}")
    try:
        if now != change.old:
            _return(change)
        clear(change)
    except OSError as error:
        raise _fault(change.path, "cannot be put back", error, by_hand(change)) from error


def clear(change: FileChange) -> None:
    """Remove what waited and what was kept."""
    change.staged.unlink(missing_ok=True)
    change.kept.unlink(missing_ok=True)


def by_hand(change: FileChange) -> str:
    """Return what to type to have a file as it was."""
    return f"type: mv {change.kept} {change.path}" if change.old else f"type: rm {change.path}"


def _return(change: FileChange) -> None:
    if change.old is None:
        change.path.unlink()
    elif digest_of(change.kept) == change.old:
        change.kept.replace(change.path)
    else:
        raise PlaceFault(f"{change.path}: its old content is not in {change.kept} any more")
    _sync(change.path.parent)


def _keep(change: FileChange) -> None:
    """Give the old file a second name; copy it where the file system or the rights forbid that."""
    try:
        change.kept.hardlink_to(change.path)
    except OSError:
        shutil.copy2(change.path, change.kept)
        owner = change.path.stat()
        os.chown(change.kept, owner.st_uid, owner.st_gid)


def _write(change: FileChange, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(change.staged, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        _as_before(change, file.fileno())
        os.fsync(file.fileno())


def _as_before(change: FileChange, descriptor: int) -> None:
    """Give a new file the owner, the mode and the attributes of the one that it replaces."""
    if change.old is None:
        os.fchmod(descriptor, _MODE)
        return
    old, new = change.path.stat(), os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)
    for name, value in _attributes(change.path):
        with suppress(OSError):  # those of the kernel's own, which come by themselves
            os.setxattr(descriptor, name, value)


def _attributes(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file's extended attributes, access control lists among them."""
    with suppress(OSError):
        for name in os.listxattr(path):
            yield name, os.getxattr(path, name)


def _sync(directory: Path) -> None:
    """Have names on the disk, so that a power failure leaves no half of a step."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fault(path: Path, what: str, error: OSError, fix: str = "") -> PlaceFault:
    room = "make room, then deploy again"
    rights = "deploy as a user who may write there and keep its owner, such as with sudo"
    fix = fix or (room if error.errno in _NO_ROOM else rights)
    return PlaceFault(f"{path}: {what}: {error.strerror}; {fix}")
