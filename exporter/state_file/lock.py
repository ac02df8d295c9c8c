"""The lock of a SQLite file of ours: one process uses it, by whatever name.

Two locks are held. The one beside the real file names its holder, and is taken before that file
is opened. The one on the file itself is met by hard links and mounts, which have other names.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from exporter.errors import StateLocked, StateUnwritable

HEADER = 100  # bytes of SQLite's header


class StateLock:
    """Both locks, from creation until `close`."""

    def __init__(self, path: Path, option: str) -> None:
        """Lock the file at `path`, a real path. Raises StateLocked, StateUnwritable.

        option  the flag that names the file, for the errors
        """
        self._path, self._file, self._option = path, -1, option
        self._beside = _open_beside(path, option)
        try:
            fcntl.flock(self._beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(self._beside)
            self._beside.close()
            raise _locked(path, f"process {holder}", option) from error
        self._beside.truncate(0)
        self._beside.write(str(os.getpid()))
        self._beside.flush()

    def take_file(self) -> None:
        """Lock the file itself, where there is one. Raises StateLocked.

        It is never opened again while SQLite has it open: closing it would drop SQLite's own locks.
        """
        if self._file >= 0:
            return
        with suppress(OSError):
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        if self._file >= 0 and not _flocked(self._file, fcntl.LOCK_EX):
            self.leave_file()
            raise _locked(self._path, "another process, by another name,", self._option)

    def header(self) -> bytes:
        """Return the start of the locked file."""
        with suppress(OSError):  # there is none, or it is a directory
            return os.pread(self._file, HEADER, 0)
        return b""

    def leave_file(self) -> None:
        """Unlock the file itself; SQLite must have closed it."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def close(self) -> None:
        """Unlock both."""
        self.leave_file()
        self._beside.close()


def holder(path: Path) -> str | None:
    """Return the process that uses a state file, or None; the file is not changed."""
    path = path.resolve()
    beside = _beside(path)
    if beside.exists():
        with beside.open() as handle:
            if not _flocked(handle.fileno(), fcntl.LOCK_SH):
                return _holder(handle)
    with suppress(OSError), path.open("rb") as file:
        if not _flocked(file.fileno(), fcntl.LOCK_SH):
            return "unknown"
    return None


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _open_beside(path: Path, option: str) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _beside(path).open("a+")
    except OSError as error:
        raise StateUnwritable(
            f"{path}: {error.strerror}; choose a file in a writable directory with {option}"
        ) from error


def _holder(handle: IO[str]) -> str:
    handle.seek(0)
    return handle.read(20).strip() or "unknown"


def _flocked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked(path: Path, who: str, option: str) -> StateLocked:
    return StateLocked(
        f"{path}: {who} uses it; stop that process, or give this one its own file with {option}"
    )
