"""Puts files in place and back, each in one step; what was there is kept until all is verified.

New content waits beside its place, on the disk, before anything is put in place: a full disk or a
directory that cannot be written changes nothing. A copy of the old file is kept beside it as well,
with its owner, mode and time: it stays whole where somebody edits the file itself meanwhile, and
putting it back needs no room.
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
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
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
    """Keep a copy of the old file, and write the new content beside its place."""
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
    if not placed and change.old is not None and digest_of(change.kept) != change.old:
        raise PlaceFault(f"{change.path}: its old content is not kept beside it")


def put_back(change: FileChange) -> str:
    """Have the file as it was before; return what a reader has to know of it, often nothing.

    What somebody else wrote meanwhile goes beside it. Without the old content, that stays in place:
    either way nothing is lost, and the deploy ends.
    """
    now = digest_of(change.path)
    try:
        note = "" if now in (change.old, change.new) else _kept_beside(change, now)
        if now != change.old and not (note and _is_lost(change)):
            _return(change)
        clear(change)
    except OSError as error:
        raise _fault(change.path, "cannot be put back", error, by_hand(change)) from error
    return note


def clear(change: FileChange) -> None:
    """Remove what waited and what was kept."""
    change.staged.unlink(missing_ok=True)
    change.kept.unlink(missing_ok=True)


def by_hand(change: FileChange) -> str:
    """Return what to type to have a file as it was."""
    return f"type: mv {change.kept} {change.path}" if change.old else f"type: rm {change.path}"


def _is_lost(change: FileChange) -> bool:
    return change.old is not None and digest_of(change.kept) != change.old


def _kept_beside(change: FileChange, now: str | None) -> str:
    """Give what somebody else wrote a second name, before the old content takes the first."""
    if _is_lost(change):
        left = "was changed by somebody else meanwhile and is left so"
        return f"{change.path}: {left}; its old content is not kept any more"
    if now is None:
        return f"{change.path}: was removed by somebody else meanwhile; it is there again"
    theirs = change.theirs(now)
    if digest_of(theirs) != now:
        _copied(change.path, theirs)
    if digest_of(theirs) != now:  # written to while it was copied
        raise PlaceFault(f"{change.path}: somebody writes to it; wait until that has ended")
    return f"{change.path}: was changed by somebody else meanwhile; that is now in {theirs}"


def _return(change: FileChange) -> None:
    if _is_lost(change):
        text = f"its old content is not in {change.kept} any more; --recover finish leaves the new"
        fix = "one; or write it as it has to be, and --recover back takes it so"
        raise PlaceFault(f"{change.path}: {text} {fix}")
    if change.old is None:
        change.path.unlink(missing_ok=True)
    else:
        change.kept.replace(change.path)
    _sync(change.path.parent)


def _keep(change: FileChange) -> None:
    """Copy the old file. A second name of it would change with it: an edit in place is usual."""
    _copied(change.path, change.kept)
    if digest_of(change.kept) != change.old:
        raise PlaceFault(f"{change.path}: was changed by somebody else meanwhile; deploy again")


def _copied(source: Path, target: Path) -> None:
    """Copy a file with its owner, mode, times and attributes, onto the disk."""
    target.unlink(missing_ok=True)
    with source.open("rb") as old, os.fdopen(os.open(target, _CREATE, 0o600), "wb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        stat, own = os.fstat(old.fileno()), os.fstat(new.fileno())
        if (own.st_uid, own.st_gid) != (stat.st_uid, stat.st_gid):
            os.fchown(new.fileno(), stat.st_uid, stat.st_gid)
        shutil.copystat(source, target)
        os.fsync(new.fileno())


def _write(change: FileChange, content: bytes) -> None:
    with os.fdopen(os.open(change.staged, _CREATE, 0o600), "wb") as file:
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
