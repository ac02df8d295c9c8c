"""One deploy at a time: every directory that it writes to is locked, whoever deploys."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from exporter.errors import IonmonError


class DeployLocked(IonmonError):
    """Another deploy writes to one of the directories."""


@contextmanager
def locked(directories: Iterable[Path]) -> Iterator[None]:
    """Hold the locks of directories; one that is not there yet is locked by its parent.

    The kernel lets go of them when the process ends, however it ends. Raises DeployLocked.
    """
    with ExitStack() as stack:
        for path in sorted({_existing(one) for one in directories}):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                text = f"{path}: another deploy is writing there; wait until it has ended"
                raise DeployLocked(text) from error
        yield


def _existing(path: Path) -> Path:
    return path if path.is_dir() else _existing(path.parent)
