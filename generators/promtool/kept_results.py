"""What tools answered, by all that an answer depends on: nothing runs twice on one content.

An answer is kept where it is certain: a tool that passed, or a test that failed. What comes of a
full disk or a killed process is not.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_KEPT_FOR = 30 * 86400  # seconds since an answer was last used
_UNMET = "exp:"  # what promtool prints of an expectation that is not met


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """The exit code of a tool, and all that it printed."""

    code: int
    output: str

    @property
    def is_unmet(self) -> bool:
        """Whether a test ran, and its expectation was not met."""
        return self.code != 0 and _UNMET in self.output


class KeptResults:
    """Answers in a folder, each in a file named by its key; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.reused = 0
        self._begun = time.time()
        if folder is not None:
            _forget(folder)

    def of(self, content: object, run: Callable[[], ToolAnswer]) -> ToolAnswer:
        """Return the answer for a content, which is plain data with all that it depends on."""
        if self._folder is None:
            return run()
        digest = hashlib.sha256(
            json.dumps(content, sort_keys=True, default=str).encode()
        ).hexdigest()
        path = self._folder / digest
        earlier, known = _is_older(path, self._begun), _read(path)
        if known is not None:
            self.reused += earlier
            return known
        found = run()
        if found.code == 0 or found.is_unmet:
            _write(path, found)
        return found


def _is_older(path: Path, than: float) -> bool:
    """Say whether an answer was last used before a time: this run has not seen it."""
    try:
        return path.stat().st_mtime < than
    except OSError:
        return False


def _read(path: Path) -> ToolAnswer | None:
    """Return an answer, and note that it was used; None where there is none that is whole."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        os.utime(path)
        return ToolAnswer(int(body["code"]), str(body["output"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, answer: ToolAnswer) -> None:
    """Write at once: another process may read it. A folder that cannot be written keeps nothing."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(answer)))
        Path(name).replace(path)


def _forget(folder: Path) -> None:
    """Remove what nobody used for a month."""
    limit = time.time() - _KEPT_FOR
    with suppress(OSError):
        for path in folder.iterdir():
            if path.stat().st_mtime < limit:
                path.unlink()
