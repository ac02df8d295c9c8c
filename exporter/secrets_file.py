"""Reads a secret from its own file into a type that does not show it."""

import errno
import hmac
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exporter import logs
from exporter.errors import SettingsError
from exporter.logs.redaction import SHOWN, conceal

MAX_SECRET = 1 << 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

log = logs.logger("secrets")


class Secret:
    """A text that repr, str, format and pickle show as `<secret>`; only `reveal` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret, for the code that needs it and nothing else."""
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
        """Pickle a placeholder: a pickle may end up on a disk."""
        return Secret, (SHOWN,)


class UnusableSecret(SettingsError):
    """A secret file that cannot be used: `fault` is the reason, `fix` the fix, the text has both.

    `number` is the errno where the file could not be read, 0 where its content is wrong.
    """

    def __init__(self, path: Path, fault: str, fix: str, number: int = 0) -> None:
        """Put the file's path before both."""
        super().__init__(f"{path}: {fault}; {fix}")
        self.fault, self.fix, self.number = fault, fix, number

    @property
    def denied(self) -> bool:
        """Whether this user has no permission to read the file."""
        return self.number in (errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class SecretFileContent:
    """What is in a secret's file, its permissions, and the user id of its owner."""

    secret: Secret
    mode: int
    owner: int


def read_secret(path: Path) -> Secret:
    """Return the file's text without the final newline, and keep it out of all logs from now on.

    Symbolic links are followed, since Kubernetes mounts secrets that way. A mode wider than 0600
    is warned of once. Raises UnusableSecret where the file is missing, empty, too large or binary.
    """
    content = inspect_secret(path)
    if content.mode & _OTHERS:
        text = f"{path}: mode {content.mode:04o} lets others read this secret; chmod 0600 it"
        logs.once(log, str(path), text)
    else:
        logs.over(log, str(path), f"{path}: only its owner can read this secret now")
    return content.secret


def inspect_secret(path: Path) -> SecretFileContent:
    """Read a file without a warning about its mode, which the caller checks."""
    raw, status = _read(path)
    text = _decoded(raw, path).removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise UnusableSecret(path, "is empty", _WRITE)
    conceal(text)
    return SecretFileContent(Secret(text), stat.S_IMODE(status.st_mode), status.st_uid)


def _read(path: Path) -> tuple[bytes, os.stat_result]:
    try:
        # O_NONBLOCK: a pipe has to be refused, without waiting for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            _check(status, path)
            return os.read(descriptor, MAX_SECRET), status
        finally:
            os.close(descriptor)
    except OSError as error:
        number, fault = error.errno or errno.EIO, f"cannot be read: {error.strerror}"
        fix = _FIXES.get(number, "make it readable by this process")
        raise UnusableSecret(path, fault, fix, number) from error


_WRITE = "write the secret into it, mode 0600"
_FIXES = {
    errno.ENOENT: _WRITE,
    errno.EACCES: "chown it to the user that this process runs as, mode 0600",
}


def _check(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnusableSecret(path, "is not a file", "write the secret into a file, mode 0600")
    if status.st_size > MAX_SECRET:
        raise UnusableSecret(path, "is larger than 64 KiB", "a secret is one short text")


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    # Raised out here: the decoder's error contains the secret.
    raise UnusableSecret(path, "is not UTF-8 text", "write the secret into it")
