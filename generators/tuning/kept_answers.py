"""Answers about the past that are kept on disk, by all that they depend on; bounded in size.

A file that cannot be read is as one that is not there: what it had is asked for again.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from generators.tuning.model import RecordedSeries

MOST_BYTES = 512 << 20
_VERSION = 1  # of the files
_SUFFIX = ".npz"
Answer = tuple[RecordedSeries, ...]


class KeptAnswers:
    """Answers in a folder, each in a file named by its key; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.reused = 0

    def of(self, key: object, ask: Callable[[], Answer]) -> Answer:
        """Return the answer for a key, which is plain data; asked for where it is not kept."""
        if self._folder is None:
            return ask()
        digest = hashlib.sha256(json.dumps([_VERSION, key]).encode()).hexdigest()
        path = self._folder / f"{digest}{_SUFFIX}"
        found = _read(path)
        if found is not None:
            self.reused += 1
            return found
        found = ask()
        _write(path, found)
        return found

    def trim(self) -> None:
        """Remove the files that were not used for longest, where there are too many bytes."""
        if self._folder is None:
            return
        with suppress(OSError):
            files = [(path, path.stat()) for path in self._folder.glob(f"*{_SUFFIX}")]
            left = sum(stat.st_size for _, stat in files) - MOST_BYTES
            for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
                if left <= 0:
                    break
                path.unlink(missing_ok=True)
                left -= stat.st_size


def _read(path: Path) -> Answer | None:
    """Return an answer, and note that it was used; None where there is none that is whole."""
    try:
        with np.load(path, allow_pickle=False) as file:
            labels, values = json.loads(str(file["labels"])), file["values"].astype(np.float64)
        os.utime(path)
        return tuple(
            RecordedSeries(tuple((str(name), str(text)) for name, text in each), row)
            for each, row in zip(labels, values, strict=True)
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, answer: Answer) -> None:
    """Write at once: another process may read it. A folder that cannot be written keeps nothing."""
    labels = json.dumps([one.labels for one in answer])
    values = np.stack([one.values for one in answer]) if answer else np.empty((0, 0))
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, labels=np.array(labels), values=values)
        Path(name).replace(path)
