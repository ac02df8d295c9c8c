"""Reads a secret from a file of its own, into a type that does not show it."""

import errno
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path

from exporter import logs
from exporter.errors import SettingsError
from exporter.redaction import SHOWN

LARGEST_SECRET = 1 << 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

log = logs.logger("secrets")


class Secret:
    """A text that repr, str, format and pickle show as `<secret>`; only `reveal` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret, to hand it to what needs it and to nothing else."""
        return self._value

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, form: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        mine = self._value.encode("utf-8", "surrogatepass")
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(mine, other.reveal().encode("utf-8", "surrogatepass"))

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> tuple[Callable[[str], "Secret"], tuple[str]]:
        """Pickle a stand-in: what was pickled would lie on a disk."""
        return Secret, (SHOWN,)


def read_secret(path: Path) -> Secret:
    """Return the file's text less one newline at its end, and keep it out of every log from now on.

    Symbolic links are followed, since Kubernetes mounts secrets as such. A mode wider than 0600 is
    warned of once. Raises SettingsError where the file is missing, empty, too large or no text.
    """
    text = _decoded(_read(path), path).removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise SettingsError(f"{path}: is empty; write the secret into it, mode 0600")
    logs.conceal(text)
    return Secret(text)


def _read(path: Path) -> bytes:
    try:
        # O_NONBLOCK: a pipe must be refused, not waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _check(os.fstat(descriptor), path)
            return os.read(descriptor, LARGEST_SECRET)
        finally:
            os.close(descriptor)
    except OSError as error:
        mend = _MENDS.get(error.errno or 0, "see that this process may read it")
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; {mend}") from error


_MENDS = {
    errno.ENOENT: "write the secret into it, mode 0600",
    errno.EACCES: "give it to the user that this process runs as, mode 0600",
}


def _check(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(f"{path}: is no file; write the secret into a file, mode 0600")
    if status.st_size > LARGEST_SECRET:
        raise SettingsError(f"{path}: larger than 64 KiB; a secret is one short text")
    mode = stat.S_IMODE(status.st_mode)
    if mode & _OTHERS:
        text = f"{path}: mode {mode:04o} lets others read this secret; chmod 0600 it"
        logs.once(log, str(path), text)
    else:
        logs.over(log, str(path), f"{path}: only its owner can read this secret now")


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    # Raised out here: the decoder's error holds the secret.
    raise SettingsError(f"{path}: is no text; write the secret into it as UTF-8")
